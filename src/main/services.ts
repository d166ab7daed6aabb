import { join } from 'node:path'
import type { AppContract } from '../shared/contract'
import type { DatasetId, ImageId } from '../shared/model/ids'
import type { BackendReport } from '../shared/model/training'
import type { Emitter } from '../shared/rpc'
import { type ComparisonService, createComparisonService } from './comparison/comparisonService'
import type { StartHearingProcess, StartProcess } from './processes/startProcess'
import { createDatasetService, type DatasetService } from './dataset/datasetService'
import { keepBackups } from './db/backups'
import { openStore, type Store } from './db/store'
import { coalesce } from './jobs/coalesce'
import { createForget } from './jobs/forgetDataset'
import { createImportJobs, type ImportJobs } from './jobs/importJobs'
import type { JobBoard } from './jobs/jobBoard'
import { trackComparison, trackProjection, trackSweep, trackTraining } from './jobs/runJobs'
import { createTrainingQueue, type TrainingQueue } from './jobs/trainingQueue'
import { createTurn } from './jobs/turn'
import { createOwnNetworks, type OwnNetworkService } from './features/ownNetworks/ownNetworkService'
import { createLabelService, type LabelService } from './labels/labelService'
import { createLabelSuggestions, type LabelSuggestionService } from './labels/labelSuggestions'
import { createPredictionService, type PredictionService } from './prediction/predictionService'
import { createProjectionService, type ProjectionService } from './projection/projectionService'
import { convertOriginal, convertPicture, convertVaried } from './protocol/convertPicture'
import { createPictureReader } from './protocol/pictureReader'
import { createSplitService, type SplitService } from './split/splitService'
import { createSweepService, type SweepService } from './sweep/sweepService'
import { forgetFeatures } from './features/forgetFeatures'
import { createTrainingService, type TrainingService } from './training/trainingService'
import { createTripletService, type TripletService } from './triplets/tripletService'
import { sweepLeftovers } from './leftovers'
import { createStorage, type Storage } from './storage'
import type { Extension } from './training/extensions'
import { placeOfImage, type Workspace } from './workspace'

export interface ServicesOptions {
  readonly workspace: Workspace
  /** The built workers, for instance `out/main/workers`. */
  readonly workersFolder: string
  /** The folder that holds `resources` and `node_modules`. */
  readonly projectFolder: string
  /** Losses and miners of the person's own; absent: none. */
  readonly extensions?: readonly Extension[]
  /** Absent: as children of this process, which is Node's. */
  readonly startProcess?: StartHearingProcess & StartProcess
  /** A person works in a window, which goes before what can wait. */
  readonly hasWindow?: boolean
  readonly jobs: JobBoard
  readonly emit: Emitter<AppContract>
  /** Absent: no backups are made, of a database that goes at the end. */
  readonly onBackupFailure?: (error: unknown) => void
}

export interface Services {
  readonly workspace: Workspace
  readonly store: Store
  readonly dataset: DatasetService
  readonly imports: ImportJobs
  readonly labels: LabelService
  readonly labelSuggestions: LabelSuggestionService
  readonly triplets: TripletService
  readonly split: SplitService
  readonly training: TrainingService
  readonly sweep: SweepService
  readonly projection: ProjectionService
  readonly comparison: ComparisonService
  readonly prediction: PredictionService
  readonly queue: TrainingQueue
  readonly ownNetworks: OwnNetworkService
  readonly storage: Storage
  /** See `createForget`. */
  readonly forget: ReturnType<typeof createForget>
  /** WebP bytes of an `image://` address, or null. */
  readPicture(address: string): Promise<Uint8Array | null>
  /** What training runs on; null until it is known. */
  backend(): BackendReport | null
  /** Finds out what training runs on and tells the window. */
  reportBackend(): Promise<void>
  /** Ends running work, keeping what is finished, then closes the database. */
  close(): Promise<void>
}

/** Builds and wires every service; knows nothing of Electron. */
export async function createServices(options: ServicesOptions): Promise<Services> {
  const { workspace, workersFolder, projectFolder, startProcess, jobs, emit } = options
  const site = {
    workspace,
    workersFolder,
    projectFolder,
    startProcess,
    extensions: options.extensions,
  }
  const store = await openStore(workspace.databaseFile)
  // Beside the first use of the program; what cannot be removed stays.
  const sweeping = sweepLeftovers(workspace).catch(() => {})
  const backups =
    options.onBackupFailure === undefined
      ? null
      : keepBackups(workspace.databaseFile, options.onBackupFailure)
  const dataset = createDatasetService({
    store,
    workspace,
    workersFolder,
    startProcess,
    givesWay: options.hasWindow,
    names: new Map((await store.datasets.all()).map(({ id, name }) => [id, name])),
    events: {
      changed: emit.dataset.changed,
      importFinished: (report) => {
        emit.dataset.importFinished(report)
        comparison.changed(report.datasetId)
      },
    },
  })
  const changedDatasets = new Set<DatasetId>()
  const tellDatasets = coalesce(() => {
    // What cannot be told now is asked for by the window itself.
    for (const id of changedDatasets) dataset.notifyChanged(id).catch(() => {})
    changedDatasets.clear()
  })
  const labels = createLabelService({
    store,
    events: {
      changed: ({ datasetId, imageIds, undoState }) => {
        emit.labels.changed({ imageIds, undoState })
        changedDatasets.add(datasetId)
        tellDatasets()
        comparison.changed(datasetId)
      },
      verdictChanged: emit.triplets.changed,
    },
  })
  const triplets = createTripletService({ store, labels })
  const split = createSplitService({ store, changed: emit.split.changed })
  let backend: BackendReport | null = null
  const onBackend = (report: BackendReport): void => {
    backend = report
    emit.app.backendChanged(report)
  }
  const { nameOf } = dataset
  const turn = createTurn(nameOf)
  const ownNetworks = await createOwnNetworks({
    ...{ ...site, store, turn },
    onChanged: () => emit.networks.changed({}),
  })
  turn.onFree(() => comparison.trainingEnded())
  const showComparison = trackComparison(jobs, nameOf, () => {
    comparison.cancel()
    showComparison.cancelled()
  })
  const comparison = createComparisonService({
    store,
    workspace,
    workersFolder,
    isTraining: () => turn.holder() !== null,
    sweeps: {
      compared: (input) => sweep.compared(input),
      keepToday: (sweepId, today) => sweep.keepToday(sweepId, today),
    },
    events: {
      changed: emit.comparison.changed,
      progress: showComparison.progress,
      failed: showComparison.failed,
    },
  })
  const showTraining = trackTraining(jobs, nameOf, (runId) => void training.cancel({ runId }))
  const training = createTrainingService({
    ...site,
    store,
    turn,
    events: {
      progress: (state) => {
        showTraining(state)
        emit.training.progress(state)
      },
      tripletsChanged: ({ runId }) =>
        emit.triplets.changed({ runId, reason: 'mined', backTo: null }),
      backendChanged: onBackend,
    },
  })
  await training.recover()
  const showSweep = trackSweep(jobs, nameOf, ({ id }) => {
    if (id !== null) void sweep.cancel({ sweepId: id })
  })
  const sweep = createSweepService({
    ...site,
    store,
    turn,
    backend: () => backend,
    onProgress: (state) => {
      if (state.backend !== null && state.backend.description !== backend?.description) {
        onBackend(state.backend)
      }
      showSweep(state)
      emit.sweep.progress(state)
    },
    onMeasured: emit.sweep.progress,
  })
  const showProjection = trackProjection(jobs, nameOf, (runId) => void projection.cancel({ runId }))
  const projection = createProjectionService({
    store,
    workspace,
    workersFolder,
    events: {
      progress: (state, datasetId) => {
        showProjection(state, datasetId)
        emit.projection.progress(state)
      },
    },
  })
  const prediction = createPredictionService({
    ...{ store, workspace, workersFolder, startProcess, training, labels, jobs, nameOf },
    onChanged: emit.prediction.changed,
  })
  const queue = createTrainingQueue({
    jobs,
    turn,
    nameOf,
    isImporting: (datasetId) => imports.isRunning(datasetId),
    start: async (work) => {
      if (work.kind === 'run') return training.start(work)
      if (work.kind === 'resumeRun') return training.resumeRun(work)
      return work.kind === 'sweep' ? sweep.start(work) : sweep.resume(work)
    },
  })
  const imports = createImportJobs({
    importer: dataset,
    jobs,
    sampleFolder: join(projectFolder, 'resources', 'sample'),
    events: {
      opened: emit.dataset.opened,
      movedChanged: emit.dataset.movedChanged,
      ended: queue.importEnded,
    },
  })
  const forget = createForget({
    dataset,
    imports,
    queue,
    training,
    sweep,
    comparison,
    jobs,
    turn,
    forgetFeatures: (sha256) =>
      forgetFeatures(workspace.cacheFolder, new Set(sha256), () => turn.holder() !== null),
  })
  return {
    workspace,
    store,
    dataset,
    imports,
    labels,
    labelSuggestions: createLabelSuggestions({ store, projection }),
    triplets,
    split,
    training,
    sweep,
    projection,
    comparison,
    prediction,
    queue,
    ownNetworks,
    storage: createStorage({
      workspace,
      store,
      isInUse: () => turn.holder() !== null || imports.isAnyRunning(),
    }),
    forget,
    readPicture: createPictureReader({
      workspace,
      find: async (datasetId, imageId) => {
        const location = await store.images.location(imageId as ImageId)
        if (location?.datasetId !== datasetId) return null
        return { ...location, ...placeOfImage(workspace, location) }
      },
      findAsked: (datasetId, pictureId) => prediction.fileOf(datasetId, pictureId),
      convert: convertPicture,
      convertOriginal,
      vary: convertVaried,
    }),
    backend: () => backend,
    reportBackend: async () => onBackend(await training.probeBackend()),
    close: async () => {
      tellDatasets.stop()
      queue.close()
      await Promise.allSettled([
        imports.close(),
        training.close(),
        sweep.close(),
        projection.close(),
        prediction.close(),
        comparison.close(),
      ])
      jobs.dispose()
      await Promise.all([sweeping, backups?.close()])
      await store.close()
    },
  }
}
