import { basename, join } from 'node:path'
import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import type { DatasetSummary, ImportReport, MovedFolder } from '../../shared/model/dataset'
import type { DatasetId } from '../../shared/model/ids'
import { checkDropped } from './droppedPath'
import type { JobBoard, JobHandle } from './jobBoard'

interface ImportOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
  readonly followsLinks?: boolean | undefined
}

interface RecognitionOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

interface StartedImport {
  readonly dataset: DatasetSummary
  /** Does not reject on cancel: the report says so. */
  readonly finished: Promise<ImportReport>
}

/** What this needs of the dataset service. */
interface Importer {
  nameOf(datasetId: DatasetId): string
  importFolder(path: string, options: ImportOptions): Promise<StartedImport>
  rescan(input: { datasetId: DatasetId }, options: ImportOptions): Promise<StartedImport>
  movedFrom(path: string, options: RecognitionOptions): Promise<MovedFolder | null>
  takeOver(moved: MovedFolder, options: ImportOptions): Promise<StartedImport>
}

type MovedAnswer = 'takeOver' | 'asNew' | 'nothing'

export interface ImportJobsOptions {
  readonly importer: Importer
  readonly jobs: JobBoard
  readonly sampleFolder: string
  readonly events: {
    /** A folder was brought in: its dataset is the open one now. */
    readonly opened: (dataset: DatasetSummary) => void
    /** A folder looks like a dataset that moved, or (null) that question was answered. */
    readonly movedChanged: (moved: MovedFolder | null) => void
    /** An import ended; `isWhole` where it was neither cancelled nor failed. */
    readonly ended: (datasetId: DatasetId, isWhole: boolean) => void
  }
}

/** Imports as jobs of the status bar: each answers once the dataset is there, and goes on. */
export interface ImportJobs {
  /**
   * null: nothing was started, for the folder looks like a dataset that moved (see `moved`), or the
   * person ended the search for one.
   */
  start(folder: string): Promise<DatasetSummary | null>
  startSample(): Promise<DatasetSummary>
  /** @param followsLinks from now on; absent: as before */
  rescan(datasetId: DatasetId, followsLinks?: boolean): Promise<DatasetSummary>
  /** The folder that waits for an answer, if there is one. */
  moved(): MovedFolder | null
  /** Imports it as the dataset it looks like, or as another, or not at all. */
  answerMoved(answer: MovedAnswer): Promise<DatasetSummary | null>
  isRunning(datasetId: DatasetId): boolean
  isAnyRunning(): boolean
  /** Asks the import of a dataset to end and waits for it. */
  endOf(datasetId: DatasetId): Promise<void>
  /** Asks running imports to end and waits for them. */
  close(): Promise<void>
}

/** What takes longer is a job, so that it is seen and can be cancelled. */
const patienceMs = 500

export function createImportJobs(options: ImportJobsOptions): ImportJobs {
  const { importer, jobs, sampleFolder, events } = options
  const running = new Map<
    AbortController,
    { readonly datasetId: DatasetId; readonly ended: Promise<unknown> }
  >()
  /** What has no dataset yet, or waits for its folder to answer. */
  const waiting = new Map<AbortController, Promise<unknown>>()
  let asked: MovedFolder | null = null

  function ask(moved: MovedFolder | null): void {
    asked = moved
    events.movedChanged(moved)
  }

  /** A job only where there is something to compare with, or the folder is slow to answer. */
  async function recognise(folder: string) {
    const controller = new AbortController()
    const { signal } = controller
    let job: JobHandle | null = null
    const onProgress = (done: number, total: number) => {
      job ??= jobs.start({
        kind: 'recognition',
        subject: basename(folder),
        datasetId: null,
        cancel: () => controller.abort(),
      })
      job.progress(done, total)
    }
    const slow = setTimeout(onProgress, patienceMs, 0, 0)
    const work = checkDropped(folder, signal)
      .then(() => (signal.aborted ? null : importer.movedFrom(folder, { signal, onProgress })))
      .catch((error: unknown) => {
        if (signal.aborted) return null
        throw error
      })
    waiting.set(controller, work)
    try {
      const moved = await work
      const isCancelled = controller.signal.aborted
      const handle = job as JobHandle | null
      if (isCancelled) handle?.cancelled()
      else handle?.finished()
      return { moved: isCancelled ? null : moved, isCancelled }
    } catch (error) {
      ;(job as JobHandle | null)?.failed(error)
      throw error
    } finally {
      clearTimeout(slow)
      waiting.delete(controller)
    }
  }

  /** @param known the dataset, where it is one of those that there are */
  async function run(
    begin: (options: ImportOptions) => Promise<StartedImport>,
    known?: DatasetId,
  ): Promise<DatasetSummary> {
    const controller = new AbortController()
    let last = { done: 0, total: 0 }
    let started: JobHandle | null = null
    const startJob = (subject: string, datasetId: DatasetId): JobHandle =>
      jobs.start({ kind: 'import', subject, datasetId, cancel: () => controller.abort() })
    const work = begin({
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        last = { done, total }
        started?.progress(done, total)
      },
    })
    waiting.set(controller, work)
    const slow = setTimeout(() => {
      if (known !== undefined) started = startJob(importer.nameOf(known), known)
    }, patienceMs)
    const { dataset, finished } = await work
      .catch((error: unknown) => {
        if (controller.signal.aborted) started?.cancelled()
        else started?.failed(error)
        throw error
      })
      .finally(() => {
        clearTimeout(slow)
        waiting.delete(controller)
      })
    const job = started ?? startJob(dataset.name, dataset.id)
    started = job
    job.progress(last.done, last.total)
    const ended = finished.then(
      ({ cancelled }) => {
        running.delete(controller)
        if (cancelled) job.cancelled()
        else job.finished()
        events.ended(dataset.id, !cancelled)
      },
      (error: unknown) => {
        running.delete(controller)
        job.failed(error)
        events.ended(dataset.id, false)
      },
    )
    running.set(controller, { datasetId: dataset.id, ended })
    return dataset
  }

  async function open(
    begin: (options: ImportOptions) => Promise<StartedImport>,
    known?: DatasetId,
  ): Promise<DatasetSummary> {
    const dataset = await run(begin, known)
    events.opened(dataset)
    return dataset
  }

  return {
    start: async (folder) => {
      const found = await recognise(folder)
      ask(found.moved)
      if (found.moved !== null || found.isCancelled) return null
      return open((importOptions) => importer.importFolder(folder, importOptions))
    },
    startSample: async () => {
      const isThere = await stat(join(sampleFolder, 'CREDITS.txt')).catch(() => null)
      if (isThere === null) {
        throw new AppError(
          'sampleMissing',
          'The sample pictures have not been made yet. Run `npm run setup` and try again.',
          { folder: sampleFolder },
        )
      }
      return open((importOptions) => importer.importFolder(sampleFolder, importOptions))
    },
    rescan: (datasetId, followsLinks) =>
      run(
        (importOptions) => importer.rescan({ datasetId }, { ...importOptions, followsLinks }),
        datasetId,
      ),
    moved: () => asked,
    answerMoved: async (answer) => {
      const moved = asked
      ask(null)
      if (moved === null || answer === 'nothing') return null
      return open(
        (importOptions) =>
          answer === 'takeOver'
            ? importer.takeOver(moved, importOptions)
            : importer.importFolder(moved.folder, importOptions),
        answer === 'takeOver' ? moved.datasetId : undefined,
      )
    },
    isRunning: (datasetId) => [...running.values()].some((one) => one.datasetId === datasetId),
    isAnyRunning: () => running.size > 0,
    endOf: async (datasetId) => {
      for (const [controller, one] of running) {
        if (one.datasetId !== datasetId) continue
        controller.abort()
        await one.ended
      }
    },
    close: async () => {
      for (const controller of [...running.keys(), ...waiting.keys()]) controller.abort()
      await Promise.allSettled([
        ...[...running.values()].map(({ ended }) => ended),
        ...waiting.values(),
      ])
    },
  }
}
