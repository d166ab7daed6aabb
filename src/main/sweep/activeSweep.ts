import { onToday } from '../../core/sweep/onToday'
import { rankRows, summarizeRows } from '../../core/sweep/ranking'
import type { StageWork } from '../../core/work/work'
import { AppError, serializeError } from '../../shared/errors'
import type {
  SweepBaselines,
  SweepError,
  SweepPlan,
  SweepRequest,
  SweepRow,
  SweepStage,
  SweepState,
  SweepStatus,
  SweepToday,
} from '../../shared/model/sweep'
import type { DatasetId, SweepId } from '../../shared/model/ids'
import type { BackendReport, TrainingOptions, TrainingWarning } from '../../shared/model/training'
import { coalesce } from '../jobs/coalesce'
import { startWorker, type WorkerHandle } from '../jobs/workerHost'
import type { ComparisonCommand, ComparisonJob, ComparisonMessage } from '../comparison/messages'
import type { MeasuredSpeeds } from '../training/measuredSpeeds'
import type { TrainingCommand } from '../training/messages'
import type { SentSweepJob } from '../training/sentJob'
import { startTrainingWorker, type WorkSite } from '../training/trainingWorker'
import { embeddingsFolder, saveSweepImages, type SweepImages } from '../runs/sweepEmbeddings'
import type { SweepMessage } from '../training/sweepMessages'
import { comparedSweep } from './comparedSweep'
import { WorkMeter } from '../training/workMeter'
import type { RowEnd, SweepJournal } from './journal'
import { saveToday, writeSweepFiles } from './sweepFiles'

export interface ActiveSweepInput {
  readonly id: SweepId | null
  readonly datasetId: DatasetId
  readonly startedAt: number
  readonly request: SweepRequest
  readonly plan: SweepPlan
  /** Every run with its identity, in the order of training. */
  readonly rows: readonly (Pick<SweepRow, 'key' | 'loss' | 'miner' | 'distance' | 'seed'> & {
    readonly options: TrainingOptions
    readonly work: Omit<StageWork, 'stage'>
  })[]
  /** Names images, labels and split together. */
  readonly material: string
  /** The work that is done once for all runs, stage after stage. */
  readonly sharedWork: readonly StageWork[]
  readonly speeds: MeasuredSpeeds
  readonly baselinesKey: string
  /** Said by an earlier start on the same images and labels. */
  readonly warnings: readonly TrainingWarning[]
  readonly images: SweepImages
  readonly journal: SweepJournal
  /** What the files go into. */
  readonly folder: string
  readonly version: string
  readonly site: WorkSite
  /** Of the set. */
  readonly imagesFolder: string
  readonly comparisonFile: string
  /** Of the worker, less what is left to train and where its embeddings go. */
  readonly job: Omit<SentSweepJob, 'rows' | 'wantsBaselines' | 'baselinesKey'>
  /** While it runs; never a state that has ended. */
  readonly onProgress: (state: SweepState) => void
  /** In the very step in which the state ends: nobody sees one without the other. */
  readonly onEnded: (state: SweepState) => void
}

/** A failure of the machine, not of the run: the same run may well succeed another time. */
const isWorthAnotherTry = (code: string): boolean =>
  !['trainingDiverged', 'invalidInput'].includes(code)

/** A sweep that is on: gives its worker what is left, keeps what comes back, survives the worker. */
export class ActiveSweep {
  /** Resolves with the sweep as it ended, however it ended; does not reject. */
  readonly finished: Promise<SweepState>
  private worker: WorkerHandle<TrainingCommand | ComparisonCommand> | null = null
  private readonly rows: Map<string, SweepRow>
  private readonly options: ReadonlyMap<string, TrainingOptions>
  private baselines: SweepBaselines | null
  /** Once all has been trained. */
  private today: SweepToday | null = null
  private backend: BackendReport | null = null
  private status: SweepStatus = 'running'
  private stage: SweepStage = 'preparing'
  private stageDone = 0
  private stageTotal = 0
  private readonly warnings: TrainingWarning[]
  private error: SweepError | null = null
  private isCancelled = false
  private isClosing = false
  private writes: Promise<unknown> = Promise.resolve()
  private meter: WorkMeter | null = null
  private readonly tell: ReturnType<typeof coalesce>

  constructor(private readonly input: ActiveSweepInput) {
    const { contents } = input.journal
    this.rows = new Map(
      input.rows.map(({ options: _, work: __, ...row }) => [
        row.key,
        rowOf(row, contents.rows.get(row.key)),
      ]),
    )
    this.options = new Map(input.rows.map(({ key, options }) => [key, options]))
    this.warnings = [...input.warnings]
    this.baselines = contents.baselines.get(input.baselinesKey) ?? null
    this.tell = coalesce(() => input.onProgress(this.state()))
    this.finished = this.follow()
  }

  get datasetId(): DatasetId {
    return this.input.datasetId
  }

  /** Ends within one step; what was finished is kept. */
  cancel(): void {
    this.isCancelled = true
    this.worker?.post({ kind: 'cancel' })
  }

  /** Ends in the middle of whatever it does; it counts as interrupted. */
  async terminate(): Promise<void> {
    this.isClosing = true
    await this.worker?.terminate()
    await this.finished
  }

  state(): SweepState {
    const state = this.stateThen()
    return this.today === null ? state : onToday(state, this.today)
  }

  private stateThen(): SweepState {
    const { id, datasetId, startedAt, request, plan, material, baselinesKey } = this.input
    const rows = rankRows([...this.rows.values()])
    return {
      id,
      datasetId,
      startedAt,
      status: this.status,
      request,
      plan,
      rows,
      summary: summarizeRows(rows),
      baselines: this.baselines,
      stored: { material, baselines: baselinesKey },
      warnings: [...this.warnings],
      stage: this.stage,
      stageDone: this.stageDone,
      stageTotal: this.stageTotal,
      remainingMs: this.status === 'running' ? (this.meter?.remainingMs() ?? null) : null,
      backend: this.backend,
      error: this.error,
    }
  }

  private async follow(): Promise<SweepState> {
    try {
      await this.writeFiles()
      await saveSweepImages(this.embeddingsFolder, this.input.images)
      await this.trainWhatIsLeft()
      await this.writes
      await this.compare()
    } catch (failure) {
      this.fail(failure)
    }
    await this.writes
    for (const row of this.rows.values()) if (row.status === 'running') this.set(row, 'waiting')
    let status = this.statusAtEnd()
    try {
      await this.writeFiles(status)
    } catch (failure) {
      this.fail(failure)
      status = 'failed'
    }
    await this.input.journal.close().catch(() => {})
    this.tell.stop()
    // It counts as on until all of it is written and let go of.
    this.status = status
    const ended = this.state()
    this.input.onEnded(ended)
    return ended
  }

  /** A worker that dies takes the run it was at with it; another goes on with the rest. */
  private async trainWhatIsLeft(): Promise<void> {
    for (;;) {
      const left = this.left()
      if ((left.length === 0 && this.baselines !== null) || this.hasEnded) return
      const endedBefore = this.rows.size - left.length
      let crash: unknown = null
      this.meter = this.meterOf(left)
      const job: SentSweepJob = {
        ...this.input.job,
        rows: left.map(({ key }) => ({ key, options: this.options.get(key)! })),
        wantsBaselines: this.baselines === null,
        baselinesKey: this.input.baselinesKey,
      }
      const folders = { images: this.input.imagesFolder, results: this.embeddingsFolder }
      this.worker = startTrainingWorker<SweepMessage>(
        this.input.site,
        { job, folders },
        (message) => {
          // It took the run that it was at with it, as a worker does that dies.
          if (message.kind === 'failed' && message.error.code === 'backendLost') {
            crash = AppError.from(message.error)
          } else this.receive(message)
        },
      )
      if (this.hasEnded) this.worker.post({ kind: 'cancel' })
      await this.worker.ended.catch((failure: unknown) => (crash = failure))
      this.worker = null
      this.meter.keep()
      await this.writes
      if (this.hasEnded) return
      const interrupted = [...this.rows.values()].find((row) => row.status === 'running')
      if (crash !== null && interrupted !== undefined) {
        this.endRow({ kind: 'failed', key: interrupted.key, error: plainError(crash) })
        await this.writes
      } else if (crash !== null) throw crash as Error
      else if (this.rows.size - this.left().length === endedBefore && left.length > 0) {
        throw new AppError('internal', 'The training worker ended without training anything.')
      }
    }
  }

  /** How the runs stand to each other, on the labels they were trained with. */
  private async compare(): Promise<void> {
    const { folder, images, comparisonFile } = this.input
    const sweep = comparedSweep(folder, this.stateThen(), null)
    if (sweep === null || this.hasEnded) return
    // Nothing was planned of it.
    this.meter = null
    this.showStage('comparing')
    const labelled = [...images.ids.keys()].filter((row) => images.labelIds[row] !== 0)
    let today: SweepToday | null = null
    this.worker = startWorker<ComparisonCommand, ComparisonMessage>({
      file: comparisonFile,
      name: 'comparison',
      data: {
        imageIds: Uint32Array.from(labelled, (row) => images.ids[row]!),
        labelIds: Uint32Array.from(labelled, (row) => images.labelIds[row]!),
        runs: [],
        sweeps: [sweep],
      } satisfies ComparisonJob,
      onMessage: (message) => {
        if (message.kind === 'sweep') today = message.today
        if (message.kind === 'progress') this.showStage('comparing', message.done, message.total)
      },
    })
    await this.worker.ended.finally(() => (this.worker = null))
    if (today === null) return
    await saveToday(folder, today)
    this.today = today
  }

  private showStage(stage: SweepStage, done = 0, total = 0): void {
    this.stage = stage
    this.stageDone = done
    this.stageTotal = total
    this.tell()
  }

  private get embeddingsFolder(): string {
    return embeddingsFolder(this.input.folder, this.input.material)
  }

  private get hasEnded(): boolean {
    return this.isCancelled || this.isClosing || this.error !== null
  }

  private left(): SweepRow[] {
    return [...this.rows.values()].filter((row) => row.status === 'waiting')
  }

  private statusAtEnd(): SweepStatus {
    if (this.error !== null) return 'failed'
    if (this.left().length === 0) return 'finished'
    return this.isClosing ? 'interrupted' : 'cancelled'
  }

  private receive(message: SweepMessage): void {
    switch (message.kind) {
      case 'backend':
        this.backend = message.report
        this.meter?.started(message.report)
        break
      case 'features':
        if (this.backend !== null) this.backend = { ...this.backend, features: message.report }
        break
      case 'stage':
        // The stages of a run are not the sweep's.
        if (message.stage !== 'training') this.meter?.enter(message.stage)
        this.showStage(message.stage, message.done, message.total)
        break
      case 'work':
        this.meter?.add(message.done)
        break
      case 'warning':
        // Each worker looks at the set again.
        if (!this.warnings.some(({ kind }) => kind === message.warning.kind)) {
          this.warnings.push(message.warning)
        }
        break
      case 'baselines': {
        const { baselines } = message
        this.keep({ kind: 'baselines', key: this.input.baselinesKey, baselines }, () => {
          this.baselines = baselines
        })
        break
      }
      case 'rowStarted':
        this.set(this.rows.get(message.key)!, 'running')
        this.showStage('training')
        this.meter?.enter(message.key)
        break
      case 'rowFinished':
        this.endRow({ kind: 'finished', key: message.key, ...message.outcome })
        break
      case 'rowFailed':
        this.endRow({
          kind: 'failed',
          key: message.key,
          error: plainError(AppError.from(message.error)),
        })
        break
      case 'failed':
        this.fail(AppError.from(message.error))
        break
    }
    this.tell()
  }

  /** A run has ended once the journal has it: what is shown as done survives a power cut. */
  private endRow(end: RowEnd): void {
    this.keep(end, () => this.rows.set(end.key, rowEnded(this.rows.get(end.key)!, end)))
  }

  /** First the journal, then the files that people read; a write that fails ends the sweep. */
  private keep(line: Parameters<SweepJournal['append']>[0], whenKept: () => void): void {
    this.write(async () => {
      await this.input.journal.append(line)
      whenKept()
      await this.writeFiles()
      this.tell()
    })
  }

  private write(work: () => Promise<unknown>): void {
    this.writes = this.writes.then(work).catch((failure: unknown) => {
      this.fail(failure)
      this.worker?.post({ kind: 'cancel' })
    })
  }

  private writeFiles(status: SweepStatus = this.status): Promise<void> {
    const { folder, version } = this.input
    const state = { ...this.stateThen(), summary: this.state().summary, status }
    return writeSweepFiles(folder, { state, options: this.options, version })
  }

  private set(row: SweepRow, status: SweepRow['status']): void {
    this.rows.set(row.key, { ...row, status })
  }

  private fail(failure: unknown): void {
    this.error ??= plainError(failure)
  }

  /** Of what a worker is given: the runs that are left, after what they share. */
  private meterOf(left: readonly SweepRow[]): WorkMeter {
    const { rows, sharedWork, speeds, job } = this.input
    const keys = new Set(left.map(({ key }) => key))
    const stages = rows
      .filter(({ key }) => keys.has(key))
      .map(({ key, work }) => ({ ...work, stage: key }))
    return new WorkMeter({ speeds, stages: [...sharedWork, ...stages], backend: job.backend })
  }
}

function plainError(failure: unknown): SweepError {
  const { code, message } = serializeError(failure)
  return { code, message }
}

const rowOf = (
  row: Pick<SweepRow, 'key' | 'loss' | 'miner' | 'distance' | 'seed'>,
  known: RowEnd | undefined,
): SweepRow => {
  const waiting: SweepRow = {
    ...row,
    status: 'waiting',
    metrics: null,
    bestEpoch: null,
    steps: null,
    seconds: null,
    error: null,
  }
  if (known === undefined || (known.kind === 'failed' && isWorthAnotherTry(known.error.code))) {
    return waiting
  }
  return rowEnded(waiting, known)
}

function rowEnded(row: SweepRow, end: RowEnd): SweepRow {
  if (end.kind === 'failed') return { ...row, status: 'failed', error: end.error }
  const { metrics, bestEpoch, steps, seconds } = end
  return { ...row, status: 'finished', metrics, bestEpoch, steps, seconds, error: null }
}
