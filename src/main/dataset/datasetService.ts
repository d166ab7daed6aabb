import { realpath, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { basename, join } from 'node:path'
import { AppError } from '../../shared/errors'
import type {
  DatasetSummary,
  HistoryEntry,
  ImageColumns,
  ImageDetail,
  ImageFilter,
  ImageOrder,
  ImageSummary,
  ImportReport,
  MovedFolder,
} from '../../shared/model/dataset'
import type { DatasetId, ImageId } from '../../shared/model/ids'
import { reportIntervalMs } from '../../shared/model/jobs'
import type { StoredDataset } from '../db/repositories/datasetRepository'
import type { ImageLocation } from '../db/repositories/imageRepository'
import type { Store } from '../db/store'
import { type StartHearingProcess, startNodeProcess } from '../processes/startProcess'
import { formerThumbnailFile, runFolder, thumbnailFile, type Workspace } from '../workspace'
import { checkedFolder, folderState } from './checkedFolder'
import { historyOf } from './history'
import { type ImportProgress, runImport } from './importRun'
import { findMoved, nameAfterMove, type RecognitionOptions } from './movedFolder'
import { createThumbnailPool } from './thumbnailPool'
import { throttled } from './throttle'

export interface DatasetServiceOptions {
  readonly store: Store
  readonly workspace: Workspace
  readonly workersFolder: string
  /** Processes that read pictures; default: one a core, at most eight. */
  readonly workers?: number
  /** How they are started; absent: as children of this process, which is Node's. */
  readonly startProcess?: StartHearingProcess | undefined
  /** They run at a low priority, so that a window goes first. */
  readonly givesWay?: boolean | undefined
  /** Names of the datasets there are, so that `nameOf` knows them from the start. */
  readonly names?: ReadonlyMap<DatasetId, string>
  readonly events?: {
    readonly changed?: (summary: DatasetSummary) => void
    readonly importFinished?: (report: ImportReport) => void
  }
}

interface ImportOptions {
  readonly signal?: AbortSignal | undefined
  /** At most ten times a second, and once at the end. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined
  /** Absolute paths inside the folder that are not looked at. */
  readonly ignore?: readonly string[] | undefined
  /** Whether links out of the folder are followed from now on; absent: as before. */
  readonly followsLinks?: boolean | undefined
}

interface StartedImport {
  readonly dataset: DatasetSummary
  /** Resolves on cancel too (`cancelled`); rejects with an AppError where it could not go on. */
  readonly finished: Promise<ImportReport>
}

export interface DatasetService {
  current(): Promise<DatasetSummary | null>
  recent(): Promise<readonly DatasetSummary[]>
  open(input: { readonly datasetId: DatasetId }): Promise<DatasetSummary>
  /**
   * Removes the dataset with its runs and the thumbnails that no other uses.
   * @returns contents (SHA-256) that no image has any more
   * @throws AppError busy while it is being imported
   */
  forget(input: { readonly datasetId: DatasetId }): Promise<readonly string[]>
  /** The name as last heard; empty where there is no such dataset. */
  nameOf(datasetId: DatasetId): string
  /**
   * Starts the import of a folder, or of what is new in it.
   * @throws AppError `folderMissing`, `notAFolder`, `folderUnreadable`, `folderSilent`, `busy`
   */
  importFolder(folder: string, options?: ImportOptions): Promise<StartedImport>
  /** The dataset that a folder looks like, see `findMoved`. @throws AppError as `importFolder` */
  movedFrom(path: string, options?: RecognitionOptions): Promise<MovedFolder | null>
  /** Imports a folder that moved as the dataset that it is: labels, runs and verdicts stay. */
  takeOver(moved: MovedFolder, options?: ImportOptions): Promise<StartedImport>
  rescan(input: { readonly datasetId: DatasetId }, options?: ImportOptions): Promise<StartedImport>
  report(input: { readonly datasetId: DatasetId }): Promise<ImportReport | null>
  columns(input: {
    readonly datasetId: DatasetId
    readonly filter: ImageFilter
    readonly order: ImageOrder
  }): Promise<ImageColumns>
  images(input: { readonly ids: Uint32Array }): Promise<readonly ImageSummary[]>
  detail(input: { readonly imageId: ImageId }): Promise<ImageDetail>
  summary(datasetId: DatasetId): Promise<DatasetSummary>
  location(imageId: ImageId): Promise<ImageLocation | undefined>
  /** Path of the image's thumbnail, or undefined where the image is unknown. */
  thumbnail(imageId: ImageId): Promise<string | undefined>
  /** Sends the `changed` event; for services that change labels. */
  notifyChanged(datasetId: DatasetId): Promise<void>
}

const recentLimit = 20

export function createDatasetService(options: DatasetServiceOptions): DatasetService {
  const { store, workspace, workersFolder, events = {} } = options
  const { startProcess = startNodeProcess, givesWay = false } = options
  const workers = options.workers ?? Math.min(8, availableParallelism())
  const thumbnailsFolder = join(workspace.cacheFolder, 'thumbnails')
  const importing = new Set<DatasetId>()
  const names = new Map(options.names)

  const summaryOf = (dataset: StoredDataset): Promise<DatasetSummary> => {
    names.set(dataset.id, dataset.name)
    return withFolder(dataset)
  }

  const stored = async (datasetId: DatasetId): Promise<StoredDataset> => {
    const dataset = await store.datasets.find(datasetId)
    if (dataset !== undefined) return dataset
    throw new AppError('notFound', 'That set of images is no longer in the program.', { datasetId })
  }

  const importInto = async (
    datasetId: DatasetId,
    folder: string,
    { signal, onProgress, ignore = [], followsLinks }: ImportOptions,
  ): Promise<ImportReport> => {
    const pool = createThumbnailPool({
      workersFolder,
      thumbnailsFolder,
      workers,
      startProcess,
      givesWay,
    })
    const progress = throttled((state: ImportProgress) => onProgress?.(state), reportIntervalMs)
    const changed = throttled(() => service.notifyChanged(datasetId), reportIntervalMs)
    try {
      if (followsLinks !== undefined) {
        await store.datasets.setFollowsLinks(datasetId, followsLinks)
      }
      const report = await runImport({
        store,
        pool,
        workers,
        thumbnailsFolder,
        datasetId,
        folder,
        followsLinks: (await stored(datasetId)).followsLinks,
        ignore: new Set(await Promise.all(ignore.map((path) => realpath(path).catch(() => path)))),
        signal,
        onProgress: progress.call,
        onSaved: () => changed.call(undefined),
      })
      await store.datasets.saveReport(datasetId, report)
      return report
    } finally {
      importing.delete(datasetId)
      await pool.close()
      progress.flush()
      changed.cancel()
      await service.notifyChanged(datasetId)
    }
  }

  const service: DatasetService = {
    async current() {
      const [latest] = await store.datasets.recent(1)
      return latest === undefined ? null : summaryOf(latest)
    },

    async recent() {
      return Promise.all((await store.datasets.recent(recentLimit)).map(summaryOf))
    },

    async open({ datasetId }) {
      await stored(datasetId)
      await store.datasets.touch(datasetId, Date.now())
      const summary = await service.summary(datasetId)
      events.changed?.(summary)
      return summary
    },

    async forget({ datasetId }) {
      if (importing.has(datasetId)) {
        throw new AppError('busy', 'The folder is being imported. Cancel that first.')
      }
      const runs = await store.runs.list(datasetId)
      const gone = await store.images.contentsOnlyOf(datasetId)
      await store.datasets.remove(datasetId)
      names.delete(datasetId)
      for (const { summary } of runs) {
        await rm(runFolder(workspace, summary.id), { recursive: true, force: true })
      }
      const added = join(workspace.addedFolder, String(datasetId))
      await rm(added, { recursive: true, force: true })
      await removeAll(
        gone.flatMap((sha256) => [
          thumbnailFile(workspace, sha256),
          formerThumbnailFile(workspace, sha256),
        ]),
      )
      return gone
    },

    nameOf: (datasetId) => names.get(datasetId) ?? '',

    async movedFrom(path, recognition) {
      return findMoved(store, await checkedFolder(path, recognition?.signal), recognition)
    },

    async takeOver({ datasetId, folder, formerFolder }, importOptions = {}) {
      const { name } = await stored(datasetId)
      const named = nameAfterMove(name, formerFolder, folder)
      const real = await checkedFolder(folder, importOptions.signal)
      await store.datasets.relocate(datasetId, real, named, Date.now())
      return service.importFolder(folder, importOptions)
    },

    async importFolder(path, importOptions = {}) {
      const folder = await checkedFolder(path, importOptions.signal)
      const datasetId = await store.datasets.ensure(folder, basename(folder) || folder, Date.now())
      if (importing.has(datasetId)) {
        throw new AppError('busy', `The folder ${folder} is being imported already.`)
      }
      importing.add(datasetId)
      const finished = importInto(datasetId, folder, importOptions).then((report) => {
        events.importFinished?.(report)
        return report
      })
      // Whoever waits sees the failure; nobody waiting must not end the process.
      finished.catch(() => {})
      return { dataset: await service.summary(datasetId), finished }
    },

    async rescan({ datasetId }, importOptions = {}) {
      return service.importFolder((await stored(datasetId)).folder, importOptions)
    },

    report({ datasetId }) {
      return store.datasets.report(datasetId)
    },

    columns({ datasetId, filter, order }) {
      return store.images.columns(datasetId, filter, order)
    },

    images({ ids }) {
      return store.images.summaries(ids)
    },

    async detail({ imageId }) {
      const image = await store.images.find(imageId)
      if (image === undefined) {
        throw new AppError('notFound', 'That image is no longer in the program.', { imageId })
      }
      const { datasetId, ...rest } = image
      const history: readonly HistoryEntry[] = await historyOf(store, datasetId, imageId)
      return { ...rest, history }
    },

    async summary(datasetId) {
      return summaryOf(await stored(datasetId))
    },

    location(imageId) {
      return store.images.location(imageId)
    },

    async thumbnail(imageId) {
      const location = await store.images.location(imageId)
      return location === undefined ? undefined : thumbnailFile(workspace, location.sha256)
    },

    async notifyChanged(datasetId) {
      if (events.changed === undefined) return
      const dataset = await store.datasets.find(datasetId)
      if (dataset !== undefined) events.changed(await summaryOf(dataset))
    },
  }
  return service
}

async function withFolder(dataset: StoredDataset): Promise<DatasetSummary> {
  return { ...dataset, folderExists: (await folderState(dataset.folder)) === 'there' }
}

/** At most so many files are removed at once. */
const removalsAtOnce = 32

async function removeAll(files: readonly string[]): Promise<void> {
  for (let start = 0; start < files.length; start += removalsAtOnce) {
    const slice = files.slice(start, start + removalsAtOnce)
    await Promise.all(slice.map((file) => rm(file, { force: true })))
  }
}
