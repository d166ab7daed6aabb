import { totalmem } from 'node:os'
import { mkdir, rm } from 'node:fs/promises'
import { copiesOf } from '../../core/augmentation/copies'
import type { PictureVariation } from '../../core/augmentation/pictureChange'
import { chooseAugmentation } from '../../core/plan/chooseAugmentation'
import { chooseCandidates, networksOf } from '../../core/plan/chooseCandidates'
import { chooseFeatures } from '../../core/plan/chooseNetwork'
import {
  type ChosenFeatures,
  countFeatures,
  findExtractor,
  layersOf,
} from '../../core/plan/features'
import { splitOfRun } from '../../core/plan/chooseSplit'
import { type PlannedTraining, planTraining } from '../../core/plan/plan'
import { neverKept } from '../../core/plan/planInput'
import { countsOf, workOfRun } from '../../core/plan/workOfRun'
import { AppError } from '../../shared/errors'
import type { FindingKind, FindingLimits } from '../../shared/model/findings'
import type { DatasetId, RunId } from '../../shared/model/ids'
import {
  type BackendChoice,
  type BackendReport,
  type LossCurve,
  type TrainingOptions,
  type RunReport,
  type RunSummary,
  trainingDefaults,
  type TrainingPlan,
  type TrainingRegistry,
  type TrainingRequest,
  type TrainingState,
  type TrainingWarning,
} from '../../shared/model/training'
import { cutCurve, readCurve } from '../db/curveFile'
import type { Store } from '../db/store'
import type { Turn } from '../jobs/turn'
import { runFolder } from '../workspace'
import { ActiveRun, type ActiveRunInput, noSuchRun, withFewHistograms } from './activeRun'
import { findCheckpoint, jobFingerprint } from '../runs/checkpoint'
import { countCachedFeatures } from '../features/cachedKeys'
import { describeExtractors, extractors } from '../features/extractors'
import { cachedTaps } from '../features/featureKeys'
import { type MeasuredSpeeds, openSpeeds } from './measuredSpeeds'
import type { EmbedJob, FindingStage, FoundFaults, TrainingResult, WorkerMessage } from './messages'
import { type FaultRows, readFaultRows } from './faultRows'
import type {
  JobFolders,
  SentEmbedJob,
  SentFindJob,
  SentImages,
  SentProbeJob,
  SentReportJob,
} from './sentJob'
import { startTrainingWorker, type WorkSite } from './trainingWorker'
import { trainingRegistry } from './registry'
import { countChangedSides } from '../split/changedSides'
import { keepSides, knownSides, readKept } from '../split/keptSplit'
import { readTrainingImages, type TrainingImages } from './trainingImages'

export interface TrainingServiceOptions extends WorkSite {
  readonly store: Store
  /** Shared with whatever else trains; absent: nothing else does. */
  readonly turn?: Turn
  readonly events?: {
    /** At most ten times a second and once at the end. */
    readonly progress?: (state: TrainingState) => void
    /** The triplets of a run were replaced. */
    readonly tripletsChanged?: (event: { readonly runId: RunId }) => void
    readonly backendChanged?: (report: BackendReport) => void
  }
}

type DatasetRequest = { readonly datasetId: DatasetId; readonly request: TrainingRequest }
type OfRun = { readonly runId: RunId }

/** The training calls of the contract, and what the command line needs beside them. */
export interface TrainingService {
  registry(input?: object): TrainingRegistry
  plan(input: DatasetRequest): Promise<TrainingPlan>
  /** @throws AppError busy while another run is on, and what `planTraining` throws */
  start(input: DatasetRequest): Promise<RunSummary>
  /**
   * Goes on with a run that failed or was interrupted, from its last checkpoint that is whole.
   * @param input.backend absent: the one that it began on, whose numbers go on
   * @throws AppError invalidInput where it ended well or the images have changed; busy
   */
  resumeRun(input: OfRun & { readonly backend?: BackendChoice | undefined }): Promise<RunSummary>
  pause(input: OfRun): Promise<true>
  resume(input: OfRun): Promise<true>
  cancel(input: OfRun): Promise<true>
  runs(input: { readonly datasetId: DatasetId }): Promise<readonly RunSummary[]>
  removeRun(input: OfRun): Promise<true>
  state(input: OfRun): Promise<TrainingState | null>
  curve(input: OfRun): Promise<LossCurve>
  /** @throws AppError notFound where the run saved no embeddings */
  report(input: OfRun, onProgress?: (done: number, total: number) => void): Promise<RunReport>
  /** Resolves when a run has ended, with its last state and what its worker gave. */
  finished(runId: RunId): Promise<{ state: TrainingState; result: TrainingResult | null }>
  /** Marks what a former process left running; called once at the start. */
  recover(): Promise<readonly RunId[]>
  /** The backend that runs here; starts a worker to find out where none has run yet. */
  probeBackend(): Promise<BackendReport>
  /** Embeds the images of a dataset with a saved model, into files of `outputFolder`. */
  embed(input: EmbedInput): Promise<{ readonly rows: number } | null>
  /** Looks through a dataset for what is wrong with it; null where it was cancelled. */
  find(input: FindInput): Promise<FoundInDataset | null>
  /** Ends what trains on a dataset in the middle of whatever it does. */
  endOf(input: { readonly datasetId: DatasetId }): Promise<void>
  /** Ends a run within two seconds, so that it can go on another time. */
  close(): Promise<void>
}

interface EmbedInput {
  readonly datasetId: DatasetId
  /** Instead of those of the dataset: pictures anywhere, by their absolute paths. */
  readonly images?: SentImages
  readonly modelFolder: string
  readonly outputFolder: string
  /** Absent: the picture as it is. */
  readonly views?: number
  readonly backend?: EmbedJob['backend']
  readonly signal?: AbortSignal
  readonly onProgress?: (stage: string, done: number, total: number) => void
}

interface FindInput {
  readonly datasetId: DatasetId
  readonly kinds: readonly FindingKind[]
  readonly limits: FindingLimits
  /** Network, layers and backend. */
  readonly request: Pick<TrainingRequest, 'extractor' | 'features' | 'backend'>
  readonly signal?: AbortSignal
  readonly onProgress?: (stage: FindingStage, done: number, total: number) => void
}

/** What was found, and of which images by place. */
export interface FoundInDataset extends FoundFaults {
  readonly rows: FaultRows
}

/** With what follows, a program that is told to end does so within two seconds. */
const suspendLimitMs = 1500

/** @param epoch after which the run goes on; 0: from its start */
const damagedCheckpoint = (epoch: number): TrainingWarning => ({
  kind: 'damagedCheckpoint',
  epoch,
  action: epoch === 0 ? 'The run went on from its start.' : `The run went on after epoch ${epoch}.`,
})

const noImages = () => new AppError('noImages', 'The folder holds no images that could be read.')

const noSuchDataset = () =>
  new AppError('noDataset', 'There is no such dataset. Import a folder first.')

export function createTrainingService(options: TrainingServiceOptions): TrainingService {
  return new Service(options)
}

/** What is left of a run that ended. */
interface EndedRun {
  readonly state: TrainingState
  readonly result: TrainingResult | null
}

/** Of more the last state is read from the database. */
const mostEnded = 16

class Service implements TrainingService {
  private active: ActiveRun | null = null
  /** Runs that ended in this process: their last state has what the database does not keep. */
  private readonly ended = new Map<RunId, EndedRun>()
  /** While a run is being started. */
  private starting: Promise<unknown> | null = null
  /** Of the turn that the run which is on holds. */
  private giveBack: (() => void) | null = null
  private knownBackend: BackendReport | null = null

  private readonly speeds: MeasuredSpeeds

  constructor(private readonly options: TrainingServiceOptions) {
    this.speeds = openSpeeds(options.workspace.cacheFolder)
  }

  registry(): TrainingRegistry {
    return trainingRegistry()
  }

  async plan(input: DatasetRequest): Promise<TrainingPlan> {
    const images = await this.images(input.datasetId)
    const { plan, split } = await this.planFor(images, input)
    const { store, workspace } = this.options
    const changed = await countChangedSides(store, workspace, input.datasetId, {
      ids: images.images.ids,
      parts: split,
      split: plan.options.split,
    })
    return changed === null ? plan : { ...plan, changedSideCount: changed }
  }

  async start({ datasetId, request }: DatasetRequest): Promise<RunSummary> {
    return this.alone(datasetId, async () => {
      const { store, workspace } = this.options
      const images = await this.images(datasetId)
      const { plan, split, unseen, counts } = await this.planFor(images, { datasetId, request })
      await keepSides(store, datasetId, images, plan.options, unseen)
      const runId = await store.runs.create(datasetId, plan.options, Date.now())
      await mkdir(runFolder(workspace, runId), { recursive: true })
      const stored = await store.runs.find(runId)
      if (stored === undefined) throw noSuchRun(runId)
      const stages = workOfRun(plan.options, counts)
      return this.launch({ datasetId, summary: stored.summary, images, split, stages })
    })
  }

  async resumeRun({ runId, backend }: Parameters<TrainingService['resumeRun']>[0]) {
    const { store, workspace } = this.options
    const stored = await store.runs.find(runId)
    if (stored === undefined) throw noSuchRun(runId)
    return this.alone(stored.datasetId, async () => {
      const { summary, warnings } = stored
      if (summary.status !== 'interrupted' && summary.status !== 'failed') {
        throw new AppError(
          'invalidInput',
          'This run was not interrupted and did not fail, so there is nothing to go on with. Start a new one.',
          { runId, status: summary.status },
        )
      }
      const images = await this.images(stored.datasetId)
      const known = await knownSides(store, stored.datasetId, images, summary.options)
      const kept = known === null ? {} : { kept: { ...neverKept, known } }
      const { split } = splitOfRun({ ...images, ...kept }, summary.options)
      const folder = runFolder(workspace, runId)
      await mkdir(folder, { recursive: true })
      const { name, header, damaged } = await findCheckpoint(
        folder,
        (await store.runs.epochs(runId)).at(-1)?.epoch ?? 0,
      )
      const fingerprint = jobFingerprint({ ...images, split, options: summary.options })
      if (header !== null && header.fingerprint !== fingerprint) {
        throw new AppError(
          'invalidInput',
          'The images, the labels or what is kept unseen have changed since this run was interrupted, so its numbers cannot go on. Start a new one.',
          { runId },
        )
      }
      // What came after the checkpoint comes again; without one, all of it.
      await store.runs.cutEpochs(runId, header?.epoch ?? 0)
      await cutCurve(folder, header?.steps ?? 0)
      await store.runs.update(runId, { status: 'running', error: null })
      const epochs = await store.runs.epochs(runId)
      const lastEpoch = header?.epoch ?? 0
      const { extractor, features } = summary.options
      const chosen = { extractor: findExtractor(extractors, extractor), features }
      const counts = countsOf(images.labels, split, {
        featuresCached: await this.cachedCount(images, chosen),
        copiesCached: await this.cachedCopies(images, chosen, summary.options),
        ...countFeatures(chosen),
        searched: await this.searchedCounts(images, summary.options),
      })
      const stages = workOfRun(summary.options, counts, header?.steps ?? null)
      const run = { datasetId: stored.datasetId, images, split, stages }
      return this.launch(
        { ...run, summary: { ...summary, status: 'running' } },
        {
          checkpoint: name,
          epochs,
          warnings: [
            ...warnings.filter(
              ({ epoch, kind }) => epoch <= lastEpoch && kind !== 'damagedCheckpoint',
            ),
            ...(damaged.length > 0 ? [damagedCheckpoint(lastEpoch)] : []),
          ],
          durationMs: summary.durationMs,
          backend: backend ?? summary.backend?.name ?? summary.options.backend,
        },
      )
    })
  }

  async pause({ runId }: OfRun): Promise<true> {
    this.activeRun(runId)?.pause()
    return true
  }

  async resume({ runId }: OfRun): Promise<true> {
    this.activeRun(runId)?.resume()
    return true
  }

  async cancel({ runId }: OfRun): Promise<true> {
    this.activeRun(runId)?.cancel()
    return true
  }

  async runs({ datasetId }: { readonly datasetId: DatasetId }): Promise<readonly RunSummary[]> {
    const stored = await this.options.store.runs.list(datasetId)
    return stored.map(({ summary }) =>
      this.active?.runId === summary.id ? this.active.state().run : summary,
    )
  }

  async removeRun({ runId }: OfRun): Promise<true> {
    if (this.activeRun(runId) !== null) {
      throw new AppError('busy', 'This run is on. Cancel it, then remove it.')
    }
    const { store, workspace } = this.options
    await store.runs.remove(runId)
    this.ended.delete(runId)
    await rm(runFolder(workspace, runId), { recursive: true, force: true })
    return true
  }

  async state({ runId }: OfRun): Promise<TrainingState | null> {
    const known = this.activeRun(runId)?.state() ?? this.ended.get(runId)?.state
    if (known !== undefined) return known
    const { store } = this.options
    const stored = await store.runs.find(runId)
    if (stored === undefined) return null
    const epochs = await store.runs.epochs(runId)
    const { datasetId, stage, warnings, error, summary } = stored
    return {
      datasetId,
      run: summary,
      stage,
      stageDone: 0,
      stageTotal: 0,
      remainingMs: null,
      latest: null,
      epochs: withFewHistograms(epochs),
      warnings,
      error,
    }
  }

  async curve({ runId }: OfRun): Promise<LossCurve> {
    return readCurve(runFolder(this.options.workspace, runId))
  }

  async report(
    { runId }: OfRun,
    onProgress: (done: number, total: number) => void = () => {},
  ): Promise<RunReport> {
    const { store, workspace } = this.options
    const run = await store.runs.find(runId)
    if (run === undefined) throw noSuchRun(runId)
    const rows = await store.images.trainingRows(run.datasetId)
    const places = [...rows.ids.keys()].filter(
      (i) => rows.labelIds[i] !== 0 && rows.excluded[i] === 0,
    )
    const job: SentReportJob = {
      kind: 'report',
      runId,
      split: run.summary.options.split,
      seed: run.summary.options.seed,
      imageIds: Uint32Array.from(places, (i) => rows.ids[i]!),
      labelIds: Uint32Array.from(places, (i) => rows.labelIds[i]!),
    }
    let report: RunReport | null = null
    const folders = { results: runFolder(workspace, runId) }
    await this.runWorker({ job, folders }, (message) => {
      if (message.kind === 'stage') onProgress(message.done, message.total)
      if (message.kind === 'report') report = message.report
    })
    if (report === null) throw noSuchRun(runId)
    return report
  }

  async finished(runId: RunId) {
    const run = this.activeRun(runId)
    if (run !== null) return { state: await run.finished, result: run.result }
    const ended = this.ended.get(runId)
    if (ended === undefined) throw noSuchRun(runId)
    return ended
  }

  async recover(): Promise<readonly RunId[]> {
    return this.options.store.runs.markInterrupted()
  }

  async probeBackend(): Promise<BackendReport> {
    if (this.knownBackend !== null) return this.knownBackend
    const job: SentProbeJob = { kind: 'probe', backend: 'auto' }
    let report: BackendReport | null = null
    await this.runWorker({ job }, (message) => {
      if (message.kind === 'backend') report = message.report
    })
    this.noteBackend(report)
    if (this.knownBackend === null) {
      throw new AppError(
        'backendUnavailable',
        'No backend for training could be started. Run the set-up again.',
      )
    }
    return this.knownBackend
  }

  async embed(input: EmbedInput): Promise<{ readonly rows: number } | null> {
    const { images, folder } =
      input.images === undefined
        ? await this.images(input.datasetId)
        : { images: input.images, folder: '' }
    if (images.ids.length === 0) {
      throw noImages()
    }
    const job: SentEmbedJob = {
      kind: 'embed',
      images,
      views: input.views ?? 1,
      backend: input.backend ?? 'auto',
    }
    const folders = { images: folder, model: input.modelFolder, results: input.outputFolder }
    let rows: number | null = null
    await this.runWorker(
      { job, folders },
      (message) => {
        if (message.kind === 'stage') input.onProgress?.(message.stage, message.done, message.total)
        if (message.kind === 'embedded') rows = message.rows
      },
      input.signal,
    )
    return rows === null ? null : { rows }
  }

  async find(input: FindInput): Promise<FoundInDataset | null> {
    const { store } = this.options
    const dataset = await store.datasets.find(input.datasetId)
    if (dataset === undefined) throw noSuchDataset()
    const rows = await readFaultRows(store, input.datasetId)
    if (rows.images.ids.length === 0) throw noImages()
    const { request, kinds, limits } = input
    const chosen = chooseFeatures(rows.images.ids.length, request, extractors)
    const job: SentFindJob = {
      ...{ kind: 'find', images: rows.images, table: rows.table, kinds, limits },
      ...{ extractor: chosen.extractor.id, features: chosen.features },
      backend: request.backend ?? 'auto',
    }
    let found: FoundFaults | null = null
    await this.runWorker(
      { job, folders: { images: dataset.folder } },
      (message) => {
        if (message.kind === 'finding') {
          input.onProgress?.(message.stage, message.done, message.total)
        }
        if (message.kind === 'found') found = message.found
      },
      input.signal,
    )
    return found === null ? null : { ...(found as FoundFaults), rows }
  }

  async close(): Promise<void> {
    await this.active?.suspend(suspendLimitMs)
  }

  async endOf({ datasetId }: { readonly datasetId: DatasetId }): Promise<void> {
    await this.starting?.catch(() => {})
    if (this.active?.datasetId === datasetId) await this.active.terminate()
  }

  /** Starts a run by `work` unless another is on; the turn is held until that run has ended. */
  private async alone(datasetId: DatasetId, work: () => Promise<ActiveRun>): Promise<RunSummary> {
    const giveBack = this.options.turn?.take({ kind: 'training', datasetId })
    if (this.active !== null || this.starting !== null) {
      giveBack?.()
      throw new AppError(
        'busy',
        'A training is on already. Wait until it ends, or cancel it, and start again.',
      )
    }
    try {
      const begun = work()
      this.starting = begun
      const run = await begun
      this.active = run
      this.giveBack = giveBack ?? null
      return run.state().run
    } catch (failure) {
      giveBack?.()
      throw failure
    } finally {
      this.starting = null
    }
  }

  /** The lists of its images go with the run itself. */
  private remember(run: ActiveRun, state: TrainingState): void {
    this.ended.set(run.runId, { state, result: run.result })
    for (const runId of this.ended.keys()) {
      if (this.ended.size <= mostEnded) break
      this.ended.delete(runId)
    }
  }

  private launch(
    run: Pick<ActiveRunInput, 'datasetId' | 'summary' | 'stages'> & {
      readonly images: TrainingImages
      readonly split: Uint8Array
    },
    earlier?: ActiveRunInput['earlier'],
  ): ActiveRun {
    const { datasetId, summary, stages, split } = run
    const { images, folder, labels, labelKeys, labelNames, groups } = run.images
    const { store, workspace, events = {} } = this.options
    const { id, options } = summary
    return new ActiveRun({
      store,
      datasetId,
      summary,
      stages,
      speeds: this.speeds,
      site: this.options,
      imagesFolder: folder,
      runFolder: runFolder(workspace, id),
      job: {
        kind: 'train',
        images,
        labels,
        labelKeys,
        labelNames,
        groups,
        split,
        options,
        backend: earlier?.backend ?? options.backend,
        checkpoint: earlier?.checkpoint ?? null,
      },
      ...(earlier === undefined ? {} : { earlier }),
      onProgress: (state) => {
        this.noteBackend(state.run.backend)
        events.progress?.(state)
      },
      onTriplets: (runId) => events.tripletsChanged?.({ runId }),
      // Whoever hears that it has ended may start the next, or remove this one, at once.
      onEnded: (state) => {
        const run = this.active
        if (run !== null) this.remember(run, state)
        this.active = null
        this.giveBack?.()
        this.giveBack = null
        events.progress?.(state)
      },
    })
  }

  private async runWorker(
    work: {
      readonly job: SentProbeJob | SentEmbedJob | SentReportJob | SentFindJob
      readonly folders?: Partial<JobFolders>
    },
    onMessage: (message: WorkerMessage) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    let failure: AppError | null = null
    const worker = startTrainingWorker<WorkerMessage>(this.options, work, (message) => {
      if (message.kind === 'failed') failure = AppError.from(message.error)
      else onMessage(message)
    })
    const cancel = () => worker.post({ kind: 'cancel' })
    if (signal?.aborted === true) cancel()
    signal?.addEventListener('abort', cancel)
    try {
      await worker.ended
    } finally {
      signal?.removeEventListener('abort', cancel)
    }
    if (failure !== null) throw failure as AppError
  }

  private async images(datasetId: DatasetId): Promise<TrainingImages> {
    const { store } = this.options
    const dataset = await store.datasets.find(datasetId)
    if (dataset === undefined) {
      throw noSuchDataset()
    }
    return readTrainingImages(store, datasetId, dataset.folder)
  }

  private async planFor(
    images: TrainingImages,
    { datasetId, request }: DatasetRequest,
  ): Promise<PlannedTraining> {
    const { length } = images.labels
    const chosen = chooseFeatures(length, request, extractors)
    const compared = networksOf(chooseCandidates(length, request, extractors))
    const cached = new Map<string, number>()
    for (const one of [chosen, ...compared]) {
      cached.set(`${one.extractor.id} ${one.features}`, await this.cachedCount(images, one))
    }
    return planTraining({
      ...images,
      kept: await readKept(this.options.store, datasetId, images, request),
      request,
      extractors: describeExtractors(),
      featuresCached: (features, extractor) => cached.get(`${extractor} ${features}`) ?? 0,
      copiesCached: await this.cachedCopies(images, chosen, {
        seed: request.seed ?? trainingDefaults.seed,
        ...chooseAugmentation(
          {
            network: request.network ?? trainingDefaults.network,
            start: request.start ?? trainingDefaults.start,
          },
          request,
        ),
      }),
      speed: this.speeds.of(request.backend ?? 'auto', this.knownBackend),
      machineBytes: totalmem(),
    })
  }

  private cachedCount(
    { images }: TrainingImages,
    { extractor, features }: ChosenFeatures,
    variation: PictureVariation | null = null,
  ): Promise<number> {
    const { cacheFolder } = this.options.workspace
    const taps = cachedTaps(extractor, layersOf(extractor, features), variation)
    return countCachedFeatures(cacheFolder, taps, images.sha256)
  }

  /** Over all augmented copies that such a run makes. */
  private async cachedCopies(
    images: TrainingImages,
    chosen: ChosenFeatures,
    options: Parameters<typeof copiesOf>[0],
  ): Promise<number> {
    let count = 0
    for (const variation of copiesOf(options)) {
      count += await this.cachedCount(images, chosen, variation)
    }
    return count
  }

  /** Of a run that had not chosen its network when it ended. */
  private async searchedCounts(images: TrainingImages, { candidates = [] }: TrainingOptions) {
    const found = candidates.map(({ extractor, features }) => ({
      extractor: findExtractor(extractors, extractor),
      features,
    }))
    return Promise.all(
      networksOf(found).map(async (one) => ({
        ...countFeatures(one),
        featuresCached: await this.cachedCount(images, one),
        candidates: one.candidates.map(countFeatures),
      })),
    )
  }

  private activeRun(runId: RunId): ActiveRun | null {
    return this.active?.runId === runId ? this.active : null
  }

  private noteBackend(report: BackendReport | null): void {
    if (report === null || report === this.knownBackend) return
    this.knownBackend = report
    this.options.events?.backendChanged?.(report)
  }
}
