import {
  combinationOf,
  type MeanOverSeeds,
  type SweepRow,
  type SweepSummaryRow,
} from '../../shared/model/sweep'

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
      // Without a figure comes after any with one.
      (b.metrics?.mapAtR ?? -1) - (a.metrics?.mapAtR ?? -1) ||
      (b.metrics?.precisionAt1 ?? -1) - (a.metrics?.precisionAt1 ?? -1),
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
        meanAndDeviation(group.flatMap((row) => row.metrics![field] ?? []))
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
    .sort((a, b) => (b.mapAtR?.mean ?? -1) - (a.mapAtR?.mean ?? -1))
}

/** Mean and sample standard deviation (divisor n - 1), 0 for a single value; null of nothing. */
export function meanAndDeviation(values: readonly number[]): MeanOverSeeds | null {
  if (values.length === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1)) }
}
