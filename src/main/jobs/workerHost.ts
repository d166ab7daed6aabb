import { type Transferable, Worker } from 'node:worker_threads'
import { ProcessHost } from '../processes/hostedProcess'
import { type StartProcess, startNodeProcess } from '../processes/startProcess'
import { AppError } from '../../shared/errors'

export interface WorkerOptions<Message> {
  /** The built worker, for instance `out/main/workers/training.js`. */
  readonly file: string
  /** For messages about a crash. */
  readonly name: string
  readonly data?: unknown
  readonly onMessage: (message: Message) => void
  /** How a process is started that the worker asks for; absent: as a child of Node. */
  readonly startProcess?: StartProcess | undefined
}

export interface WorkerHandle<Command> {
  post(command: Command, transfer?: readonly Transferable[]): void
  /**
   * Resolves when the worker has ended by itself or by {@link WorkerHandle.terminate}; rejects
   * with `workerCrashed` when it threw or ended with another code than 0.
   */
  readonly ended: Promise<void>
  /** Ends the worker at once, in the middle of whatever it does. */
  terminate(): Promise<void>
}

/** Starts a worker thread; a crash becomes a typed failure and leaves the process alive. */
export function startWorker<Command, Message>(
  options: WorkerOptions<Message>,
): WorkerHandle<Command> {
  const worker = new Worker(options.file, { workerData: options.data, name: options.name })
  const host = new ProcessHost(options.startProcess ?? startNodeProcess, (message) =>
    worker.postMessage(message),
  )
  let terminated = false
  const ended = new Promise<void>((resolve, reject) => {
    let failure: unknown
    worker.on('message', (message: Message) => {
      if (!host.takes(message)) options.onMessage(message)
    })
    worker.on('error', (error) => (failure = error))
    worker.on('exit', (code) => {
      host.kill()
      if (terminated || (code === 0 && failure === undefined)) return resolve()
      const reason = failure instanceof Error ? failure.message : `exit code ${code}`
      reject(
        new AppError(
          'workerCrashed',
          `The ${options.name} worker stopped: ${reason}. What was finished is kept; start it again.`,
          { worker: options.name },
          failure,
        ),
      )
    })
  })
  // Whoever waits for `ended` sees the failure; one that nobody waits for must not end the process.
  ended.catch(() => {})
  return {
    post: (command, transfer = []) => worker.postMessage(command, [...transfer]),
    ended,
    terminate: async () => {
      terminated = true
      await worker.terminate()
    },
  }
}
