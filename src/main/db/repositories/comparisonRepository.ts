import type { RunGain, TodaysResult } from '../../../shared/model/comparison'
import type { DatasetId } from '../../../shared/model/ids'
import { storedMetrics } from '../../../shared/model/retrieval'
import { finiteJson } from '../../files/finite'
import type { Database } from '../connection'

/** A figure, and what it was computed from. */
interface Keyed<Value> {
  readonly key: string
  readonly value: Value
}

export interface ComparisonRepository {
  results(datasetId: DatasetId): Promise<readonly Keyed<TodaysResult>[]>
  gains(datasetId: DatasetId): Promise<readonly Keyed<RunGain>[]>
  saveResult(key: string, result: TodaysResult): Promise<void>
  saveGain(key: string, gain: RunGain): Promise<void>
}

interface Row {
  readonly key: string
  readonly text: string
}

export function createComparisonRepository(database: Database): ComparisonRepository {
  const read = async <Value>(table: string, column: string, datasetId: DatasetId) => {
    const rows = await database.all<Row>(
      `SELECT key, ${column} AS text FROM ${table}
       JOIN run ON run.id = ${table}.run_id WHERE run.dataset_id = ?`,
      [datasetId],
    )
    return rows.map(({ key, text }) => ({ key, value: JSON.parse(text) as Value }))
  }
  return {
    async results(datasetId) {
      const known = await read<TodaysResult>('run_today', 'result', datasetId)
      return known.map(({ key, value }) => ({
        key,
        value: { ...value, metrics: storedMetrics(value.metrics) },
      }))
    },
    gains: (datasetId) => read<RunGain>('run_gain', 'gain', datasetId),

    async saveResult(key, result) {
      // A run may have been removed while it was measured.
      await database.run(
        `INSERT INTO run_today (run_id, key, result)
         SELECT id, ?, ? FROM run WHERE id = ?
         ON CONFLICT (run_id) DO UPDATE SET key = excluded.key, result = excluded.result`,
        [key, finiteJson('The comparison', result), result.runId],
      )
    },

    async saveGain(key, gain) {
      await database.run(
        `INSERT INTO run_gain (run_id, earlier_id, key, gain)
         SELECT later.id, earlier.id, ?, ? FROM run AS later, run AS earlier
         WHERE later.id = ? AND earlier.id = ?
         ON CONFLICT (run_id) DO UPDATE
         SET earlier_id = excluded.earlier_id, key = excluded.key, gain = excluded.gain`,
        [key, finiteJson('The comparison', gain), gain.runId, gain.earlierId],
      )
    },
  }
}
