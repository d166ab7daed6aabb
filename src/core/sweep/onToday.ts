import {
  combinationOf,
  type MeasuredRetrieval,
  type SweepState,
  type SweepToday,
} from '../../shared/model/sweep'
import { rankRows, summarizeRows } from './ranking'

/**
 * A sweep with the figures that its embeddings have on today's labels, and ranked by these. Finished
 * rows that have none come after those that do: figures of different labels share no ranking.
 */
export function onToday(state: SweepState, today: SweepToday): SweepState {
  const { rows: measured, baselines, standings, ...rest } = today
  const known = new Map(standings.map((entry) => [combinationOf(entry), entry]))
  const ranked = rankRows(
    state.rows.map((row) => {
      const metrics = measured[row.key]
      if (metrics === undefined || row.metrics === null || areSame(metrics, row.metrics)) return row
      return { ...row, metrics, whenTrained: row.metrics }
    }),
  )
  const missing = new Set(
    ranked.flatMap(({ key, status }) =>
      status === 'finished' && measured[key] === undefined ? [key] : [],
    ),
  )
  const rows = ranked.toSorted(
    (a, b) =>
      Number(a.status !== 'finished') - Number(b.status !== 'finished') ||
      Number(missing.has(a.key)) - Number(missing.has(b.key)),
  )
  return {
    ...state,
    rows,
    summary: summarizeRows(rows).map((entry) => {
      const standing = known.get(combinationOf(entry))
      if (standing === undefined) return entry
      const { toBest, toBaseline } = standing
      return { ...entry, standing: { toBest, toBaseline } }
    }),
    baselines:
      state.baselines === null
        ? null
        : {
            ...state.baselines,
            frozen: baselines.frozen ?? state.baselines.frozen,
            closedForm: baselines.closedForm ?? state.baselines.closedForm,
            untrained: baselines.untrained ?? state.baselines.untrained,
          },
    today: { ...rest, missing: [...missing] },
  }
}

const areSame = (one: MeasuredRetrieval, other: MeasuredRetrieval): boolean =>
  (['mapAtR', 'mapAtRLow', 'mapAtRHigh', 'precisionAt1', 'rPrecision', 'queries'] as const).every(
    (field) => one[field] === other[field],
  )
