import { type ChildProcess, fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import type { BackendChoice } from '../../../src/shared/model/training'
import { startBackend } from '../../../src/main/backend/startBackend'
import { projectFolder, workersFolder } from '../backends'
import type { Result, Task } from './contenders'
import { readInputs } from './inputs'
import { TaskRunner } from './runTask'

interface WorkerSettings {
  readonly inputs: string
  readonly backend: BackendChoice
  readonly threads: number
}

/** First argument of a process that was started to work. */
export const workerArgument = 'work'

/** Runs the tasks in `jobs` processes of this program; a process that dies fails its task alone. */
export async function runTasks(options: {
  readonly tasks: readonly Task[]
  readonly jobs: number
  readonly inputs: string
  readonly backend: BackendChoice
  readonly onResult: (result: Result) => void
}): Promise<void> {
  const { tasks, onResult } = options
  const jobs = Math.min(options.jobs, tasks.length)
  const threads = Math.max(1, Math.floor(availableParallelism() / options.jobs))
  const settings: WorkerSettings = { inputs: options.inputs, backend: options.backend, threads }
  const waiting = [...tasks]
  const work = async () => {
    let worker: ChildProcess | null = null
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
      worker ??= startWorker(settings)
      const result = await ask(worker, task)
      onResult(result)
      if (worker.exitCode !== null || worker.signalCode !== null) worker = null
    }
    worker?.disconnect()
  }
  await Promise.all(Array.from({ length: jobs }, work))
}

function startWorker(settings: WorkerSettings): ChildProcess {
  const threads = String(settings.threads)
  return fork(process.argv[1]!, [workerArgument, JSON.stringify(settings)], {
    execArgv: process.execArgv,
    env: {
      ...process.env,
      // Read by the TensorFlow library at its start.
      TF_NUM_INTRAOP_THREADS: threads,
      TF_NUM_INTEROP_THREADS: '1',
      OMP_NUM_THREADS: threads,
    },
  })
}

function ask(worker: ChildProcess, task: Task): Promise<Result> {
  const started = performance.now()
  return new Promise((resolve) => {
    const failed = (reason: string) => {
      const seconds = (performance.now() - started) / 1000
      end({ ...task, scores: null, reason, seconds, backend: '' })
    }
    const onExit = (code: number | null, signal: string | null) => {
      failed(`its process ended with ${signal ?? `status ${code}`}`)
    }
    const end = (result: Result) => {
      worker.off('message', end).off('exit', onExit)
      resolve(result)
    }
    worker.on('message', end).on('exit', onExit)
    worker.send(task)
  })
}

/** The work of such a process: a task comes in, its result goes out, until the parent lets go. */
export async function workForParent(settings: WorkerSettings): Promise<void> {
  const { inputs, backend: preferred, threads } = settings
  const running = startBackend({ preferred, threads, workersFolder, projectFolder })
  const runner = running.then((backend) => new TaskRunner(readInputs(inputs), backend))
  // Said by each task that waits for it.
  runner.catch(() => {})
  process.on('message', (task: Task) => {
    const started = performance.now()
    const answer = (rest: Pick<Result, 'scores' | 'reason'>, backend: string) => {
      process.send?.({ ...task, ...rest, seconds: (performance.now() - started) / 1000, backend })
    }
    runner
      .then(async (ready) => {
        const scores = await ready.run(task)
        answer({ scores, reason: null }, (await running).report.description)
      })
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error)
        answer({ scores: null, reason }, '')
      })
  })
  // Whatever is under way: nobody waits for it any more.
  process.on('disconnect', () => process.exit())
  await running.catch(() => {})
}
