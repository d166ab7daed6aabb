import type { SerializedError } from '../../../shared/errors'
import type { KeptModel } from '../../../shared/model/kept'
import type { DatasetId, RunId } from '../../../shared/model/ids'
import type { NetworkSearch } from '../../../shared/model/networkSearch'
import { storedMetrics } from '../../../shared/model/retrieval'
import {
  type BackendReport,
  type EpochRecord,
  type RetrievalMetrics,
  type RunStatus,
  type RunSummary,
  type TrainingOptions,
  type TrainingStage,
  type TrainingWarning,
  unchosenOptions,
} from '../../../shared/model/training'
import { finiteJson } from '../../files/finite'
import type { Database, SqlValue } from '../connection'

/** What may change of a run after it was created; absent fields stay as they are. */
interface RunChanges {
  readonly status?: RunStatus
  readonly stage?: TrainingStage
  readonly durationMs?: number
  readonly before?: RetrievalMetrics | null
  readonly closedForm?: RetrievalMetrics | null
  readonly after?: RetrievalMetrics | null
  readonly bestEpoch?: number | null
  readonly kept?: KeptModel | null
  readonly search?: NetworkSearch
  readonly options?: TrainingOptions
  readonly backend?: BackendReport | null
  readonly hasEmbeddings?: boolean
  readonly warnings?: readonly TrainingWarning[]
  readonly error?: StoredError | null
}

/** Earlier versions kept no details. */
type StoredError = Pick<SerializedError, 'code' | 'message'> & Partial<SerializedError>

/** A run as it is stored; its bulk data lies in its folder. */
export interface StoredRun {
  readonly summary: RunSummary
  readonly datasetId: DatasetId
  readonly stage: TrainingStage
  readonly warnings: readonly TrainingWarning[]
  readonly error: StoredError | null
}

export interface RunRepository {
  create(datasetId: DatasetId, options: TrainingOptions, startedAt: number): Promise<RunId>
  update(id: RunId, changes: RunChanges): Promise<void>
  find(id: RunId): Promise<StoredRun | undefined>
  /** Newest first. */
  list(datasetId: DatasetId): Promise<readonly StoredRun[]>
  /** With its epochs and triplets; its folder is the caller's. */
  remove(id: RunId): Promise<void>
  /** Writes or replaces the record of an epoch. */
  saveEpoch(id: RunId, record: EpochRecord): Promise<void>
  epochs(id: RunId): Promise<readonly EpochRecord[]>
  /** Forgets the epochs after one, for a run that is taken up again there. */
  cutEpochs(id: RunId, lastEpoch: number): Promise<void>
  /** Marks as interrupted what a former process left running or paused; answers their ids. */
  markInterrupted(): Promise<readonly RunId[]>
}

interface RunRow {
  readonly id: number
  readonly dataset_id: number
  readonly started_at: number
  readonly duration_ms: number
  readonly status: string
  readonly stage: string
  readonly options: string
  readonly before: string | null
  readonly closed_form: string | null
  readonly after: string | null
  readonly best_epoch: number | null
  readonly kept: string | null
  readonly network_search: string | null
  readonly backend: string | null
  readonly has_embeddings: number
  readonly warnings: string
  readonly error: string | null
  readonly triplet_count: number
}

const selectRun = `SELECT run.*,
  (SELECT count(*) FROM triplet WHERE triplet.run_id = run.id) AS triplet_count FROM run`

export function createRunRepository(database: Database): RunRepository {
  return {
    async create(datasetId, options, startedAt) {
      const { lastId } = await database.run(
        `INSERT INTO run (dataset_id, started_at, status, stage, options)
         VALUES (?, ?, 'running', 'preparing', ?)`,
        [datasetId, startedAt, JSON.stringify(options)],
      )
      return lastId as RunId
    },

    async update(id, changes) {
      const { names, values } = assignmentsOf(changes)
      if (names.length === 0) return
      await database.run(
        `UPDATE run SET ${names.map((name) => `"${name}" = ?`).join(', ')} WHERE id = ?`,
        [...values, id],
      )
    },

    async find(id) {
      const row = await database.get<RunRow>(`${selectRun} WHERE run.id = ?`, [id])
      return row === undefined ? undefined : storedRunOf(row)
    },

    async list(datasetId) {
      const rows = await database.all<RunRow>(
        `${selectRun} WHERE run.dataset_id = ? ORDER BY run.started_at DESC, run.id DESC`,
        [datasetId],
      )
      return rows.map(storedRunOf)
    },

    async remove(id) {
      await database.run('DELETE FROM run WHERE id = ?', [id])
    },

    async saveEpoch(id, record) {
      await database.run(
        `INSERT INTO epoch (run_id, epoch, record) VALUES (?, ?, ?)
         ON CONFLICT (run_id, epoch) DO UPDATE SET record = excluded.record`,
        [id, record.epoch, finiteJson('The epoch', record)],
      )
    },

    async epochs(id) {
      const rows = await database.all<{ record: string }>(
        'SELECT record FROM epoch WHERE run_id = ? ORDER BY epoch',
        [id],
      )
      return rows.map((row) => JSON.parse(row.record) as EpochRecord)
    },

    async cutEpochs(id, lastEpoch) {
      await database.run('DELETE FROM epoch WHERE run_id = ? AND epoch > ?', [id, lastEpoch])
    },

    async markInterrupted() {
      return database.transaction(async (transaction) => {
        const rows = await transaction.all<{ id: RunId }>(
          "SELECT id FROM run WHERE status IN ('running', 'paused')",
        )
        await transaction.run(
          "UPDATE run SET status = 'interrupted' WHERE status IN ('running', 'paused')",
        )
        return rows.map((row) => row.id)
      })
    },
  }
}

const json = (value: unknown): string | null =>
  value === null ? null : finiteJson('The run', value)

/** Columns and values of the changes given; column names come from this list alone. */
function assignmentsOf(changes: RunChanges): {
  readonly names: readonly string[]
  readonly values: readonly SqlValue[]
} {
  const names: string[] = []
  const values: SqlValue[] = []
  const set = (name: string, value: SqlValue) => {
    names.push(name)
    values.push(value)
  }
  if (changes.status !== undefined) set('status', changes.status)
  if (changes.stage !== undefined) set('stage', changes.stage)
  if (changes.durationMs !== undefined) set('duration_ms', Math.round(changes.durationMs))
  if (changes.before !== undefined) set('before', json(changes.before))
  if (changes.closedForm !== undefined) set('closed_form', json(changes.closedForm))
  if (changes.after !== undefined) set('after', json(changes.after))
  if (changes.bestEpoch !== undefined) set('best_epoch', changes.bestEpoch)
  if (changes.kept !== undefined) set('kept', json(changes.kept))
  if (changes.search !== undefined) set('network_search', json(changes.search))
  if (changes.options !== undefined) set('options', JSON.stringify(changes.options))
  if (changes.backend !== undefined) set('backend', json(changes.backend))
  if (changes.hasEmbeddings !== undefined) set('has_embeddings', changes.hasEmbeddings ? 1 : 0)
  if (changes.warnings !== undefined) set('warnings', JSON.stringify(changes.warnings))
  if (changes.error !== undefined) set('error', json(changes.error))
  return { names, values }
}

const parsed = <T>(text: string | null): T | null =>
  text === null ? null : (JSON.parse(text) as T)

const metricsOf = (text: string | null): RetrievalMetrics | null => {
  const metrics = parsed<RetrievalMetrics>(text)
  return metrics === null ? null : storedMetrics(metrics)
}

function storedRunOf(row: RunRow): StoredRun {
  return {
    summary: {
      id: row.id as RunId,
      startedAt: row.started_at,
      status: row.status as RunStatus,
      options: { ...unchosenOptions, ...(JSON.parse(row.options) as TrainingOptions) },
      before: metricsOf(row.before),
      closedForm: metricsOf(row.closed_form),
      after: metricsOf(row.after),
      bestEpoch: row.best_epoch,
      kept: parsed<KeptModel>(row.kept),
      search: parsed<NetworkSearch>(row.network_search),
      durationMs: row.duration_ms,
      backend: parsed<BackendReport>(row.backend),
      hasEmbeddings: row.has_embeddings === 1,
      tripletCount: row.triplet_count,
    },
    datasetId: row.dataset_id as DatasetId,
    stage: row.stage as TrainingStage,
    warnings: JSON.parse(row.warnings) as readonly TrainingWarning[],
    error: parsed<StoredError>(row.error),
  }
}
