import { mkdir } from 'node:fs/promises'
import type { StageWork } from '../../core/work/work'
import { AppError, type SerializedError, serializeError } from '../../shared/errors'
import type { DatasetId, RunId } from '../../shared/model/ids'
import type {
  BackendChoice,
  EpochRecord,
  RateSearch,
  RunStatus,
  RunSummary,
  StepProgress,
  TrainingStage,
  TrainingState,
  TrainingWarning,
} from '../../shared/model/training'
import { appendCurve, curveColumns } from '../db/curveFile'
import type { Store } from '../db/store'
import type { WorkerHandle } from '../jobs/workerHost'
import { removeCheckpoint } from '../runs/checkpoint'
import type { MeasuredSpeeds } from './measuredSpeeds'
import type { TrainingCommand, TrainingResult, TripletColumns, WorkerMessage } from './messages'
import type { SentTrainJob } from './sentJob'
import { startTrainingWorker, type WorkSite } from './trainingWorker'
import { WorkMeter } from './workMeter'

export interface ActiveRunInput {
  readonly store: Store
  readonly datasetId: DatasetId
  readonly summary: RunSummary
  readonly job: SentTrainJob
  readonly site: WorkSite
  /** Of the set. */
  readonly imagesFolder: string
  readonly runFolder: string
  /** The work that is planned, stage after stage. */
  readonly stages: readonly StageWork[]
  readonly speeds: MeasuredSpeeds
  /** What a run that is taken up again has behind it. */
  readonly earlier?: {
    /** File in its folder; null: there is none that is whole. */
    readonly checkpoint: string | null
    readonly epochs: readonly EpochRecord[]
    readonly warnings: readonly TrainingWarning[]
    readonly durationMs: number
    readonly backend: BackendChoice
  }
  readonly onProgress: (state: TrainingState) => void
  readonly onTriplets: (runId: RunId) => void
  /** In the very step in which the state ends: nobody sees one without the other. */
  readonly onEnded: (state: TrainingState) => void
}

const progressEveryMs = 100
const tripletsEveryMs = 2000

/** A run that is on: follows its worker, keeps its state, writes what must survive. */
export class ActiveRun {
  /** Resolves with the run as it ended, however it ended. */
  readonly finished: Promise<TrainingState>
  result: TrainingResult | null = null
  private readonly worker: WorkerHandle<TrainingCommand>
  private summary: RunSummary
  private stage: TrainingStage = 'preparing'
  private stageDone = 0
  private stageTotal = 0
  private readonly meter: WorkMeter
  private latest: StepProgress | null = null
  private readonly epochs: EpochRecord[] = []
  private readonly warnings: TrainingWarning[] = []
  private rateSearch: RateSearch | null = null
  private error: SerializedError | null = null
  private readonly startedAt: number
  private writes: Promise<unknown> = Promise.resolve()
  private lastProgress = 0
  private progressTimer: NodeJS.Timeout | null = null
  private lastTriplets = -Infinity
  private isCancelled = false

  constructor(private readonly input: ActiveRunInput) {
    this.summary = input.summary
    this.startedAt = performance.now() - (input.earlier?.durationMs ?? 0)
    this.meter = new WorkMeter({ ...input, backend: input.job.backend })
    this.epochs.push(...(input.earlier?.epochs ?? []))
    this.warnings.push(...(input.earlier?.warnings ?? []))
    const { job, site, imagesFolder, runFolder } = input
    this.worker = startTrainingWorker<WorkerMessage>(
      site,
      { job, folders: { images: imagesFolder, results: runFolder } },
      (message) => this.receive(message),
    )
    this.finished = this.follow()
  }

  get datasetId(): DatasetId {
    return this.input.datasetId
  }

  get runId(): RunId {
    return this.summary.id
  }

  pause(): void {
    this.worker.post({ kind: 'pause' })
  }

  resume(): void {
    this.worker.post({ kind: 'resume' })
  }

  cancel(): void {
    this.isCancelled = true
    this.worker.post({ kind: 'cancel' })
  }

  /**
   * Ends the run so that it can go on another time: with a checkpoint of its last step where it
   * trains. What takes longer than `limitMs` is ended in the middle; the run counts as interrupted.
   */
  async suspend(limitMs: number): Promise<void> {
    this.worker.post({ kind: 'suspend' })
    const timer = setTimeout(() => void this.worker.terminate(), limitMs)
    await this.finished
    clearTimeout(timer)
  }

  /** Ends the worker in the middle of whatever it does; the run counts as interrupted. */
  async terminate(): Promise<void> {
    await this.worker.terminate()
    await this.finished
  }

  state(): TrainingState {
    const durationMs = this.durationMs()
    const isOn = this.summary.status === 'running' || this.summary.status === 'paused'
    return {
      datasetId: this.input.datasetId,
      run: isOn ? { ...this.summary, durationMs } : this.summary,
      stage: this.stage,
      stageDone: this.stageDone,
      stageTotal: this.stageTotal,
      remainingMs: isOn ? this.meter.remainingMs() : null,
      latest: this.latest,
      epochs: withFewHistograms(this.epochs),
      warnings: [...this.warnings],
      ...(this.rateSearch === null ? {} : { rateSearch: this.rateSearch }),
      error: this.error,
    }
  }

  private durationMs(): number {
    return Math.round(performance.now() - this.startedAt)
  }

  private async follow(): Promise<TrainingState> {
    await mkdir(this.input.runFolder, { recursive: true }).catch(() => {})
    let crash: SerializedError | null = null
    await this.worker.ended.catch((error: unknown) => (crash = serializeError(error)))
    await this.writes.catch(() => {})
    this.error ??= crash
    const concluded = await this.conclude(this.statusAtEnd())
    const { status } = concluded
    if (status === 'finished' || status === 'cancelled') {
      await removeCheckpoint(this.input.runFolder).catch(() => {})
    }
    this.meter.keep()
    // From here on nothing waits: a state that has ended is seen by nobody before `onEnded`.
    this.summary = concluded
    if (this.progressTimer !== null) clearTimeout(this.progressTimer)
    const ended = this.state()
    this.input.onEnded(ended)
    return ended
  }

  private statusAtEnd(): RunStatus {
    if (this.error !== null) return isPassing(this.error) ? 'interrupted' : 'failed'
    if (this.result === null) return this.isCancelled ? 'cancelled' : 'interrupted'
    return this.result.reason === 'cancelled' ? 'cancelled' : 'finished'
  }

  /** Writes how it ended; until that is done it counts as on. */
  private async conclude(status: RunStatus): Promise<RunSummary> {
    const { result, error } = this
    const durationMs = this.durationMs()
    const changes = {
      status,
      durationMs,
      after: result?.after ?? null,
      before: result?.before ?? this.summary.before,
      closedForm: result?.closedForm ?? this.summary.closedForm,
      kept: result?.kept ?? null,
      bestEpoch: result === null || result.steps === 0 ? null : result.bestEpoch,
      hasEmbeddings: result?.hasEmbeddings ?? false,
    }
    const concluded = { ...this.summary, ...changes }
    const { store } = this.input
    try {
      await store.runs.update(this.runId, {
        ...changes,
        stage: this.stage,
        warnings: this.warnings,
        error,
      })
      const stored = await store.runs.find(this.runId)
      return stored?.summary ?? concluded
    } catch (failure) {
      this.error ??= serializeError(failure)
      return { ...concluded, status: 'failed' }
    }
  }

  private receive(message: WorkerMessage): void {
    const { store } = this.input
    switch (message.kind) {
      case 'backend':
        this.meter.started(message.report)
        this.summary = { ...this.summary, backend: message.report }
        this.write(() => store.runs.update(this.runId, { backend: message.report }))
        break
      case 'features': {
        if (this.summary.backend === null) break
        const backend = { ...this.summary.backend, features: message.report }
        this.summary = { ...this.summary, backend }
        this.write(() => store.runs.update(this.runId, { backend }))
        break
      }
      case 'stage':
        this.enter(message.stage, message.done, message.total)
        break
      case 'work':
        this.meter.add(message.done)
        break
      case 'baseline': {
        const { before, closedForm } = message
        this.summary = { ...this.summary, before, closedForm }
        this.write(() => store.runs.update(this.runId, { before, closedForm }))
        break
      }
      case 'searched': {
        const { search, options } = message
        this.summary = { ...this.summary, search, options }
        this.write(() => store.runs.update(this.runId, { search, options }))
        break
      }
      case 'rate':
        this.rateSearch = message.search
        break
      case 'steps':
        this.takeSteps(message.steps)
        break
      case 'epoch':
        this.epochs.push(message.record)
        if (message.isBest) this.summary = { ...this.summary, bestEpoch: message.record.epoch }
        this.write(() => store.runs.saveEpoch(this.runId, message.record))
        break
      case 'warning':
        // A run that is gone on with says again what is wrong with the set.
        if (message.warning.epoch === 0 && this.hasSaid(message.warning.kind)) break
        this.warnings.push(message.warning)
        this.write(() => store.runs.update(this.runId, { warnings: [...this.warnings] }))
        break
      case 'checkpoint':
        this.write(() => store.runs.update(this.runId, { durationMs: this.durationMs() }))
        break
      case 'paused':
      case 'resumed': {
        const status = message.kind === 'paused' ? 'paused' : 'running'
        this.meter[message.kind]()
        this.summary = { ...this.summary, status }
        this.write(() => store.runs.update(this.runId, { status }))
        break
      }
      case 'triplets':
        this.takeTriplets(message.triplets)
        break
      case 'finished':
        this.result = message.result
        break
      case 'embedded':
      case 'report':
        break
      case 'failed':
        this.error = message.error
        break
    }
    this.send()
  }

  private enter(stage: TrainingStage, done: number, total: number): void {
    this.meter.enter(stage)
    this.stage = stage
    this.stageTotal = total
    this.stageDone = done
  }

  private hasSaid(kind: TrainingWarning['kind']): boolean {
    return this.warnings.some((warning) => warning.kind === kind && warning.epoch === 0)
  }

  private takeSteps(steps: readonly StepProgress[]): void {
    this.latest = steps.at(-1) ?? this.latest
    this.stageDone = this.latest?.step ?? this.stageDone
    const rows = Float32Array.from(steps.flatMap((step) => curveColumns.map((name) => step[name])))
    this.write(() => appendCurve(this.input.runFolder, rows))
  }

  private takeTriplets(columns: TripletColumns): void {
    const isFinal = columns.savedPositiveDistance !== null
    if (!isFinal && performance.now() - this.lastTriplets < tripletsEveryMs) return
    this.lastTriplets = performance.now()
    this.write(async () => {
      await this.input.store.triplets.replace(this.runId, tripletRows(columns), columns.mining)
      const tripletCount = columns.anchor.length
      this.summary = { ...this.summary, tripletCount }
      this.input.onTriplets(this.runId)
    })
  }

  /** Writes go one after another; one that fails ends the run with what happened. */
  private write(work: () => Promise<unknown>): void {
    this.writes = this.writes.then(work).catch((error: unknown) => {
      this.error ??= serializeError(error)
      this.worker.post({ kind: 'cancel' })
    })
  }

  private send(): void {
    const wait = this.lastProgress + progressEveryMs - performance.now()
    if (wait <= 0) {
      if (this.progressTimer !== null) clearTimeout(this.progressTimer)
      this.progressTimer = null
      this.lastProgress = performance.now()
      this.input.onProgress(this.state())
      return
    }
    this.progressTimer ??= setTimeout(() => {
      this.progressTimer = null
      this.lastProgress = performance.now()
      this.input.onProgress(this.state())
    }, wait)
  }
}

/** Nothing is wrong with the run itself: it may go on where it stood. */
const isPassing = ({ code }: SerializedError): boolean =>
  code === 'backendLost' || code === 'outOfMemory'

/** Histograms of the first and the last epochs only: the state travels ten times a second. */
export function withFewHistograms(epochs: readonly EpochRecord[]): readonly EpochRecord[] {
  return epochs.map((record, i) =>
    i === 0 || i >= epochs.length - 2 ? record : { ...record, histogram: null },
  )
}

function tripletRows(columns: TripletColumns) {
  return Array.from(columns.anchor, (anchor, i) => ({
    anchor,
    positive: columns.positive[i]!,
    negative: columns.negative[i]!,
    epoch: columns.epoch[i]!,
    step: columns.step[i]!,
    timesMined: columns.timesMined[i]!,
    minedPositiveDistance: columns.positiveDistance[i]!,
    minedNegativeDistance: columns.negativeDistance[i]!,
    minedLoss: columns.loss[i]!,
    positiveDistance: columns.savedPositiveDistance?.[i] ?? null,
    negativeDistance: columns.savedNegativeDistance?.[i] ?? null,
  }))
}

/** A run that does not exist, as every call that names one says it. */
export const noSuchRun = (runId: number): AppError =>
  new AppError('notFound', `There is no run ${runId}. It may have been removed.`, { runId })
