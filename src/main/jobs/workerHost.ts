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
  /** In a thread of this process, or in a process of its own over the same messages. */
  readonly runsIn?: 'thread' | 'process'
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

/** Starts a worker; a crash becomes a typed failure and leaves this process alive. */
export function startWorker<Command, Message>(
  options: WorkerOptions<Message>,
): WorkerHandle<Command> {
  const { startProcess = startNodeProcess, runsIn = 'thread' } = options
  const receive = (message: Message) => {
    if (!host.takes(message)) options.onMessage(message)
  }
  const worker =
    runsIn === 'thread' ? inThread<Message>(options, receive) : inProcess<Message>(options, receive)
  const host = new ProcessHost(startProcess, (message) => worker.post(message, []))
  let terminated = false
  const ended = new Promise<void>((resolve, reject) => {
    void worker.ended.then(({ reason, failure }) => {
      host.killAll()
      if (terminated || reason === null) return resolve()
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
    post: (command, transfer = []) => worker.post(command, transfer),
    ended,
    terminate: async () => {
      terminated = true
      await worker.terminate()
    },
  }
}

interface StartedWorker {
  post(message: unknown, transfer: readonly Transferable[]): void
  terminate(): Promise<unknown>
  /** @returns why it ended; null: by itself, with all done */
  readonly ended: Promise<{ readonly reason: string | null; readonly failure?: unknown }>
}

function inThread<Message>(
  { file, name, data }: WorkerOptions<Message>,
  receive: (message: Message) => void,
): StartedWorker {
  const worker = new Worker(file, { workerData: data, name })
  worker.on('message', receive)
  let failure: unknown
  worker.on('error', (error) => (failure = error))
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    terminate: () => worker.terminate(),
    ended: new Promise((resolve) => {
      worker.on('exit', (code) => {
        if (code === 0 && failure === undefined) return resolve({ reason: null })
        const reason = failure instanceof Error ? failure.message : `exit code ${code}`
        resolve({ reason, failure })
      })
    }),
  }
}

function inProcess<Message>(
  { file, name, data }: WorkerOptions<Message>,
  receive: (message: Message) => void,
): StartedWorker {
  const request = { name, file, arguments: [], environment: process.env }
  const started = startNodeProcess(request, (message) => receive(message as Message))
  started.post(data)
  return {
    // What a thread would be given for good is copied.
    post: (message) => started.post(message),
    terminate: async () => {
      started.kill()
      await started.ended
    },
    ended: started.ended.then((how) => ({ reason: how === 'exit code 0' ? null : how })),
  }
}
