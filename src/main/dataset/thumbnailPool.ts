import { join } from 'node:path'
import { AppError, codeOfSystemError } from '../../shared/errors'
import { atMost } from '../jobs/unlessAborted'
import { startWorker, type WorkerHandle } from '../jobs/workerHost'
import type {
  FileResult,
  ThumbnailCommand,
  ThumbnailMessage,
  ThumbnailWorkerData,
} from './thumbnailProtocol'

export interface ThumbnailPoolOptions {
  readonly workersFolder: string
  readonly thumbnailsFolder: string
  readonly workers: number
}

/** Threads that read pictures, each one batch after the other. */
export interface ThumbnailPool {
  /** Result i is of file i. Batches wait their turn in a queue. */
  read(files: readonly string[]): Promise<readonly FileResult[]>
  close(): Promise<void>
}

interface Task {
  readonly files: readonly string[]
  readonly resolve: (results: readonly FileResult[]) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  handle: WorkerHandle<ThumbnailCommand>
  task: Task | null
}

/** So many crashes before any answer: the worker itself cannot run, no picture is to blame. */
const crashesToGiveUp = 3
const lastWaitMs = 1_000

/** A crash ends one thread: its files are then read one by one, and the culprit is left out. */
export function createThumbnailPool(options: ThumbnailPoolOptions): ThumbnailPool {
  const threads: Thread[] = []
  const tasks: Task[] = []
  let batch = 0
  let closed = false
  let answered = 0
  let crashed = 0

  const start = (): Thread => {
    const thread: Thread = {
      task: null,
      handle: startWorker<ThumbnailCommand, ThumbnailMessage>({
        file: join(options.workersFolder, 'thumbnail.js'),
        name: 'thumbnail',
        data: { thumbnailsFolder: options.thumbnailsFolder } satisfies ThumbnailWorkerData,
        onMessage: ({ results }) => {
          const task = thread.task
          thread.task = null
          answered += 1
          task?.resolve(results)
          next(thread)
        },
      }),
    }
    thread.handle.ended.catch((error: unknown) => replace(thread, error))
    threads.push(thread)
    return thread
  }

  const next = (thread: Thread) => {
    const task = tasks.shift()
    if (task === undefined) return
    batch += 1
    thread.task = task
    thread.handle.post({ batch, files: task.files })
  }

  const replace = (thread: Thread, error: unknown) => {
    threads.splice(threads.indexOf(thread), 1)
    const task = thread.task
    crashed += 1
    if (closed || task === null || (answered === 0 && crashed >= crashesToGiveUp)) {
      task?.reject(error)
      for (const other of tasks.splice(0)) other.reject(error)
      return
    }
    const detail = error instanceof Error ? error.message : String(error)
    if (task.files.length === 1) {
      task.resolve([{ kind: 'leftOut', reason: 'corrupt', detail }])
    } else {
      void Promise.all(task.files.map((file) => read([file]))).then(
        (results) => task.resolve(results.flat()),
        task.reject,
      )
    }
    next(start())
  }

  const read = (files: readonly string[]): Promise<readonly FileResult[]> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(new Error('The pool is closed.'))
      tasks.push({ files, resolve, reject })
      const idle = threads.find((thread) => thread.task === null)
      if (idle !== undefined) next(idle)
      else if (threads.length < options.workers) next(start())
    })

  return {
    async read(files) {
      const results = await read(files)
      const failed = results.find((result) => result.kind === 'failed')
      if (failed !== undefined) throw cacheFailure(failed.errno, failed.detail)
      return results
    },
    async close() {
      closed = true
      // A thread that reads from a share that hangs does not end.
      await atMost(Promise.all(threads.map((thread) => thread.handle.terminate())), lastWaitMs)
    },
  }
}

function cacheFailure(errno: string, detail: string): AppError {
  const found = codeOfSystemError({ code: errno })
  if (found === 'diskFull') {
    return new AppError(
      found,
      'The import stopped: the disk is full, thumbnails could not be written. Make room and import the folder again; what was finished is kept.',
    )
  }
  if (found === 'readOnly' || found === 'permissionDenied') {
    return new AppError(
      found,
      `The import stopped: thumbnails could not be written (${detail}). Check the permissions of the program's own folder and import again; what was finished is kept.`,
    )
  }
  return new AppError('writeFailed', `The import stopped: a thumbnail was not written: ${detail}`)
}
