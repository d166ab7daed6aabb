import { stat } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { AppError } from '../../shared/errors'
import type { DatasetSummary, ImportReport } from '../../shared/model/dataset'
import type { DatasetId } from '../../shared/model/ids'
import type { JobBoard } from './jobBoard'

interface ImportOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void
}

interface StartedImport {
  readonly dataset: DatasetSummary
  /** Does not reject on cancel: the report says so. */
  readonly finished: Promise<ImportReport>
}

/** What this needs of the dataset service. */
export interface Importer {
  importFolder(path: string, options: ImportOptions): Promise<StartedImport>
  rescan(input: { datasetId: DatasetId }, options: ImportOptions): Promise<StartedImport>
}

/** Imports as jobs of the status bar: each answers once the dataset is there, and goes on. */
export interface ImportJobs {
  start(folder: string): Promise<DatasetSummary>
  startSample(): Promise<DatasetSummary>
  rescan(datasetId: DatasetId): Promise<DatasetSummary>
  /** Asks running imports to end and waits for them. */
  close(): Promise<void>
}

export function createImportJobs(
  importer: Importer,
  jobs: JobBoard,
  sampleFolder: string,
): ImportJobs {
  const running = new Map<AbortController, Promise<unknown>>()

  async function run(
    begin: (options: ImportOptions) => Promise<StartedImport>,
  ): Promise<DatasetSummary> {
    const controller = new AbortController()
    let last = { done: 0, total: 0 }
    let report: ((done: number, total: number) => void) | null = null
    const started = await begin({
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        last = { done, total }
        report?.(done, total)
      },
    })
    const job = jobs.start({
      kind: 'import',
      subject: started.dataset.name,
      cancel: () => controller.abort(),
    })
    report = job.progress
    job.progress(last.done, last.total)
    const ended = started.finished.then(
      ({ cancelled }) => (cancelled ? job.cancelled() : job.finished()),
      (error: unknown) => job.failed(error),
    )
    running.set(controller, ended)
    void ended.finally(() => running.delete(controller))
    return started.dataset
  }

  return {
    start: async (folder) => {
      if (!isAbsolute(folder) || folder.includes('\0')) {
        throw new AppError('folderMissing', 'What was dropped has no path on this machine.')
      }
      const status = await stat(folder).catch(() => null)
      if (status !== null && !status.isDirectory()) {
        throw new AppError(
          'folderMissing',
          `${basename(folder)} is a file. Drop the folder that holds the images.`,
          { folder },
        )
      }
      return run((options) => importer.importFolder(folder, options))
    },
    startSample: async () => {
      const isThere = await stat(join(sampleFolder, 'CREDITS.txt')).catch(() => null)
      if (isThere === null) {
        throw new AppError(
          'folderMissing',
          'The sample pictures have not been made yet. Run `npm run setup` and try again.',
          { folder: sampleFolder },
        )
      }
      return run((options) => importer.importFolder(sampleFolder, options))
    },
    rescan: (datasetId) => run((options) => importer.rescan({ datasetId }, options)),
    close: async () => {
      for (const controller of running.keys()) controller.abort()
      await Promise.all(running.values())
    },
  }
}
