import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PairComparison, RunComparison } from '../../shared/model/comparison'
import type { DatasetId, RunId, SweepId } from '../../shared/model/ids'
import type { SweepToday } from '../../shared/model/sweep'
import type { StoredRun } from '../db/repositories/runRepository'
import type { Store } from '../db/store'
import { type Clock, systemClock } from '../jobs/jobBoard'
import { startWorker, type WorkerHandle } from '../jobs/workerHost'
import { runFolder, type Workspace } from '../workspace'
import { loadTested } from '../runs/sweepEmbeddings'
import { comparedRun, PairService } from './pairService'
import { countCorrections } from './corrections'
import type { ComparedSweep, ComparisonCommand, ComparisonJob, ComparisonMessage } from './messages'

export interface ComparisonServiceOptions {
  readonly store: Store
  readonly workspace: Workspace
  /** The folder of the built workers. */
  readonly workersFolder: string
  /** Whether something trains: much work then waits for its end. */
  readonly isTraining?: () => boolean
  /** Sweeps are measured as the runs are, and keep their figures themselves. */
  readonly sweeps?: {
    readonly compared: (input: OfDataset) => Promise<readonly ComparedSweep[]>
    readonly keepToday: (sweepId: SweepId, today: SweepToday) => Promise<void>
  }
  readonly clock?: Clock
  readonly events?: {
    readonly changed?: (state: RunComparison) => void
    /** While it measures; called with `done` = `total` at the end. */
    readonly progress?: (datasetId: DatasetId, done: number, total: number) => void
    readonly failed?: (error: unknown) => void
  }
}

type OfDataset = { readonly datasetId: DatasetId }

/** Keeps every finished run measured on the labels of today, in the background. */
export interface ComparisonService {
  /** What is known; what is not up to date is measured from now on. */
  state(input: OfDataset): Promise<RunComparison>
  /** Labels, exclusions, images or runs have changed: measures again once it has been quiet. */
  changed(datasetId: DatasetId): void
  /** Training has ended: there may be a run more, and what waited begins. */
  trainingEnded(): void
  /** Ends the measuring that is on; the next change begins it again. */
  cancel(): void
  /** Measures nothing more of a dataset; resolves when nothing of it is on. */
  endOf(input: OfDataset): Promise<void>
  /**
   * @throws AppError notFound where a run is gone, invalidInput where one has no embeddings or the
   *   two are of different datasets, busy where another pair was asked for meanwhile
   */
  pair(input: { readonly earlierId: RunId; readonly laterId: RunId }): Promise<PairComparison>
  /** Resolves when nothing is left to measure, with the state of the dataset. */
  settled(input: OfDataset): Promise<RunComparison>
  close(): Promise<void>
}

/** Several changes in a row are measured once. */
const quietMs = 800
/** Images of runs with which measuring is felt by a training beside it. */
const muchWork = 20_000

export function createComparisonService(options: ComparisonServiceOptions): ComparisonService {
  return new Service(options)
}

class Service implements ComparisonService {
  /** Datasets that are to be measured, in the order in which they were asked for. */
  private readonly due = new Set<DatasetId>()
  /** Datasets that somebody looks at; the others are measured when somebody does. */
  private readonly asked = new Set<DatasetId>()
  private measuring: DatasetId | null = null
  private worker: WorkerHandle<ComparisonCommand> | null = null
  private work: Promise<void> = Promise.resolve()
  private callOff: (() => void) | null = null
  private isClosed = false
  private readonly clock: Clock
  private readonly pairs: PairService

  constructor(private readonly options: ComparisonServiceOptions) {
    this.clock = options.clock ?? systemClock
    this.pairs = new PairService(options)
  }

  pair(input: { readonly earlierId: RunId; readonly laterId: RunId }): Promise<PairComparison> {
    return this.pairs.pair(input)
  }

  async state({ datasetId }: OfDataset): Promise<RunComparison> {
    if (!this.asked.has(datasetId)) {
      this.asked.add(datasetId)
      this.due.add(datasetId)
      this.goOn()
    }
    return this.read(datasetId)
  }

  changed(datasetId: DatasetId): void {
    if (this.isClosed || !this.asked.has(datasetId)) return
    this.due.add(datasetId)
    this.callOff?.()
    this.callOff = this.clock.later(quietMs, () => {
      this.callOff = null
      this.goOn()
    })
    // What it is at is of labels that are no more; what is finished is kept.
    if (this.measuring === datasetId) this.worker?.post({ kind: 'cancel' })
  }

  trainingEnded(): void {
    if (this.isClosed) return
    for (const datasetId of this.asked) this.due.add(datasetId)
    if (this.due.size > 0) this.goOn()
  }

  cancel(): void {
    this.due.clear()
    this.worker?.post({ kind: 'cancel' })
  }

  async endOf({ datasetId }: OfDataset): Promise<void> {
    this.asked.delete(datasetId)
    this.due.delete(datasetId)
    if (this.measuring !== datasetId) return
    this.worker?.post({ kind: 'cancel' })
    await this.work
  }

  async settled({ datasetId }: OfDataset): Promise<RunComparison> {
    this.due.add(datasetId)
    this.callOff?.()
    this.callOff = null
    this.goOn(true)
    await this.work
    return this.read(datasetId)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.callOff?.()
    this.due.clear()
    await Promise.all([this.worker?.terminate(), this.pairs.close()])
    await this.work
  }

  private goOn(isUrgent = false): void {
    this.work = this.work.then(() => this.measureAll(isUrgent))
  }

  private async measureAll(isUrgent: boolean): Promise<void> {
    for (const datasetId of [...this.due]) {
      if (this.isClosed || this.callOff !== null) return
      if (!isUrgent && this.options.isTraining?.() === true && (await this.isMuch(datasetId))) {
        continue
      }
      this.due.delete(datasetId)
      this.measuring = datasetId
      try {
        await this.measure(datasetId)
      } catch (error) {
        if (!this.isClosed) this.options.events?.failed?.(error)
      }
      this.measuring = null
      if (!this.isClosed) await this.tell(datasetId)
    }
  }

  private async tell(datasetId: DatasetId): Promise<void> {
    this.options.events?.changed?.(await this.read(datasetId))
  }

  private async measure(datasetId: DatasetId): Promise<void> {
    const { store, workspace, workersFolder, events } = this.options
    const [runs, sweeps, results, gains, rows] = await Promise.all([
      this.comparedRuns(datasetId),
      this.comparedSweeps(datasetId),
      store.comparison.results(datasetId),
      store.comparison.gains(datasetId),
      store.images.trainingRows(datasetId),
    ])
    if (runs.length === 0 && sweeps.length === 0) return
    const resultKeys = new Map(results.map(({ key, value }) => [value.runId, key]))
    const gainKeys = new Map(gains.map(({ key, value }) => [value.runId, key]))
    const places = [...rows.ids.keys()].filter(
      (i) => rows.labelIds[i] !== 0 && rows.excluded[i] === 0,
    )
    const job: ComparisonJob = {
      imageIds: Uint32Array.from(places, (i) => rows.ids[i]!),
      labelIds: Uint32Array.from(places, (i) => rows.labelIds[i]!),
      runs: runs.map((run) => ({
        ...comparedRun(workspace, run),
        resultKey: resultKeys.get(run.summary.id) ?? null,
        gainKey: gainKeys.get(run.summary.id) ?? null,
      })),
      sweeps,
    }
    const startedAt = new Map(runs.map(({ summary }) => [summary.id, summary.startedAt]))
    let writes: Promise<unknown> = Promise.resolve()
    const worker = startWorker<ComparisonCommand, ComparisonMessage>({
      file: join(workersFolder, 'comparison.js'),
      name: 'comparison',
      data: job,
      onMessage: (message) => {
        switch (message.kind) {
          case 'progress':
            return events?.progress?.(datasetId, message.done, message.total)
          case 'unreadable':
            return events?.failed?.(
              new Error(`Run ${message.runId} cannot be measured again: ${message.reason}`),
            )
          case 'sweepUnreadable':
            // It may have been removed while it was measured.
            if (
              !sweeps.some(
                ({ sweepId, folder }) => sweepId === message.sweepId && existsSync(folder),
              )
            )
              return
            return events?.failed?.(
              new Error(`A comparison of losses cannot be measured again: ${message.reason}`),
            )
          case 'sweep': {
            const { sweepId, today } = message
            if (sweepId === null) return
            writes = writes.then(() => this.options.sweeps?.keepToday(sweepId, today))
            break
          }
          case 'result':
            writes = writes.then(() => store.comparison.saveResult(message.key, message.result))
            break
          case 'gain': {
            const { key, gain } = message
            writes = writes.then(async () => {
              const from = startedAt.get(gain.earlierId) ?? 0
              const until = startedAt.get(gain.runId) ?? 0
              const entries = await store.journal.entriesUntil(datasetId, until)
              const corrections = countCorrections(entries, from, until)
              await store.comparison.saveGain(key, { ...gain, corrections })
            })
          }
        }
      },
    })
    this.worker = worker
    try {
      await worker.ended
    } finally {
      this.worker = null
      await writes
    }
  }

  /** Finished ones with embeddings, newest first. */
  private async comparedRuns(datasetId: DatasetId): Promise<readonly StoredRun[]> {
    const stored = await this.options.store.runs.list(datasetId)
    return stored.filter(({ summary }) => summary.status === 'finished' && summary.hasEmbeddings)
  }

  private async comparedSweeps(datasetId: DatasetId): Promise<readonly ComparedSweep[]> {
    return (await this.options.sweeps?.compared({ datasetId })) ?? []
  }

  private async isMuch(datasetId: DatasetId): Promise<boolean> {
    const runs = await this.comparedRuns(datasetId)
    const sizes = await Promise.all(
      runs.map(({ summary }) =>
        stat(join(runFolder(this.options.workspace, summary.id), 'splits.u8')).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    )
    const ofSweeps = await Promise.all(
      (await this.comparedSweeps(datasetId)).map(async ({ folder, rows }) => {
        const tested = await loadTested(folder).catch(() => [])
        return tested.length * rows.length
      }),
    )
    return [...sizes, ...ofSweeps].reduce((sum, size) => sum + size, 0) > muchWork
  }

  private async read(datasetId: DatasetId): Promise<RunComparison> {
    const { store } = this.options
    const [results, gains] = await Promise.all([
      store.comparison.results(datasetId),
      store.comparison.gains(datasetId),
    ])
    return {
      datasetId,
      isMeasuring: this.measuring === datasetId || this.due.has(datasetId),
      results: results.map(({ value }) => value),
      gains: gains.map(({ value }) => value),
    }
  }
}
