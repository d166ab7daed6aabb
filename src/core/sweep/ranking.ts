import { combinationOf, type SweepRow, type SweepSummaryRow } from '../../shared/model/sweep'

const places: Readonly<Record<SweepRow['status'], number>> = {
  finished: 0,
  running: 1,
  waiting: 2,
  failed: 3,
}

/** Finished rows by MAP@R, best first, then what runs, what waits, and what failed. */
export function rankRows(rows: readonly SweepRow[]): SweepRow[] {
  return rows.toSorted(
    (a, b) =>
      places[a.status] - places[b.status] ||
      (b.metrics?.mapAtR ?? 0) - (a.metrics?.mapAtR ?? 0) ||
      (b.metrics?.precisionAt1 ?? 0) - (a.metrics?.precisionAt1 ?? 0),
  )
}

/** Finished rows of one combination together, best mean first. */
export function summarizeRows(rows: readonly SweepRow[]): SweepSummaryRow[] {
  const groups = new Map<string, SweepRow[]>()
  for (const row of rows) {
    if (row.metrics === null) continue
    const name = combinationOf(row)
    groups.set(name, [...(groups.get(name) ?? []), row])
  }
  return [...groups.values()]
    .map((group) => {
      const [{ loss, miner, distance }] = group as [SweepRow]
      const of = (field: 'mapAtR' | 'precisionAt1' | 'rPrecision') =>
        meanAndDeviation(group.map((row) => row.metrics![field]))
      return {
        loss,
        miner,
        distance,
        runs: group.length,
        mapAtR: of('mapAtR'),
        precisionAt1: of('precisionAt1'),
        rPrecision: of('rPrecision'),
      }
    })
    .sort((a, b) => b.mapAtR.mean - a.mapAtR.mean)
}

/** Mean and sample standard deviation (divisor n - 1); 0 for a single value. */
export function meanAndDeviation(values: readonly number[]): {
  readonly mean: number
  readonly deviation: number
} {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) }
}
