import { join } from 'node:path'
import { AppError, codeOfSystemError } from '../../shared/errors'
import { atMost } from '../jobs/unlessAborted'
import type { HearingProcess, StartHearingProcess } from '../processes/startProcess'
import {
  type FileResult,
  givesWay,
  type ThumbnailCommand,
  type ThumbnailMessage,
} from './thumbnailProtocol'

export interface ThumbnailPoolOptions {
  readonly workersFolder: string
  readonly thumbnailsFolder: string
  readonly workers: number
  readonly startProcess: StartHearingProcess
  /** A window that a person works in goes first. */
  readonly givesWay: boolean
}

/** Processes that read pictures, each one batch after the other. */
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

interface Reader {
  readonly process: HearingProcess
  task: Task | null
}

/** So many crashes before any answer: the program itself cannot run, no picture is to blame. */
const crashesToGiveUp = 3
const lastWaitMs = 1_000

/** A crash ends one process: its files are then read one by one, and the culprit is left out. */
export function createThumbnailPool(options: ThumbnailPoolOptions): ThumbnailPool {
  const readers: Reader[] = []
  const tasks: Task[] = []
  let batch = 0
  let closed = false
  let answered = 0
  let crashed = 0

  const start = (): Reader => {
    const onMessage = (message: unknown) => {
      const { task } = reader
      reader.task = null
      answered += 1
      task?.resolve((message as ThumbnailMessage).results)
      next(reader)
    }
    const started = options.startProcess(
      {
        name: 'pictures',
        file: join(options.workersFolder, 'thumbnail.js'),
        arguments: [options.thumbnailsFolder, ...(options.givesWay ? [givesWay] : [])],
        // It decodes one picture at a time, which bounds the memory of all.
        environment: { ...process.env, UV_THREADPOOL_SIZE: '1' },
      },
      onMessage,
    )
    const reader: Reader = { process: started, task: null }
    void started.ended.then((how) => replace(reader, how))
    readers.push(reader)
    return reader
  }

  const next = (reader: Reader) => {
    const task = tasks.shift()
    if (task === undefined) return
    batch += 1
    reader.task = task
    reader.process.post({ batch, files: task.files } satisfies ThumbnailCommand)
  }

  const replace = (reader: Reader, how: string) => {
    readers.splice(readers.indexOf(reader), 1)
    const { task } = reader
    crashed += 1
    if (closed || task === null || (answered === 0 && crashed >= crashesToGiveUp)) {
      const error = crashError(how)
      task?.reject(error)
      for (const other of tasks.splice(0)) other.reject(error)
      return
    }
    if (task.files.length === 1) {
      const detail = `The process that reads pictures ended on it (${how}).`
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
      const idle = readers.find((reader) => reader.task === null)
      if (idle !== undefined) next(idle)
      else if (readers.length < options.workers) next(start())
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
      const ended = readers.map((reader) => reader.process.ended)
      for (const reader of readers) reader.process.kill()
      // One that reads from a share that hangs may not end.
      await atMost(Promise.all(ended), lastWaitMs)
    },
  }
}

const crashError = (how: string): AppError =>
  new AppError(
    'workerCrashed',
    `The process that reads pictures stopped: ${how}. What was finished is kept; start it again.`,
    { worker: 'thumbnail' },
  )

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
