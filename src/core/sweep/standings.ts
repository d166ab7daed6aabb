import {
  combinationOf,
  type SweepCombination,
  type SweepDifference,
  type SweepStanding,
} from '../../shared/model/sweep'
import { pairedBootstrap, type ScoreUnits } from '../evaluation/pairedBootstrap'
import type { Random } from '../math/random'

/** A run with its scores on the test. */
export interface ScoredRow extends SweepCombination {
  readonly seed: number
  readonly mapAtR: number
  /** Of the same queries in every row. */
  readonly units: ScoreUnits
}

/**
 * How each combination stands to the one with the best mean and to the baseline: paired bootstraps
 * of means over the seeds that both have. They say what other labels might change, not what other
 * seeds might.
 * @param baseline of the same queries; null where there is none
 * @returns the best first, then as the rows come
 */
export function standingsOf(
  rows: readonly ScoredRow[],
  baseline: ScoreUnits | null,
  random: Random,
): (SweepCombination & SweepStanding)[] {
  const names = new Set(rows.map(combinationOf))
  const groups = [...names].map((name) => rows.filter((row) => combinationOf(row) === name))
  const meanOf = (group: readonly ScoredRow[]): number =>
    group.reduce((sum, { mapAtR }) => sum + mapAtR, 0) / group.length
  const [best, ...others] = groups.toSorted((a, b) => meanOf(b) - meanOf(a))
  if (best === undefined) return []
  const entry = (group: readonly ScoredRow[], toBest: SweepStanding['toBest']) => {
    const { loss, miner, distance } = group[0]!
    // The same draws for every combination, so that they compare.
    const over =
      baseline === null
        ? null
        : pairedBootstrap(baseline, meanUnits(group), { random: random.fork('baseline') })
    const toBaseline = over === null ? null : { ...over, seeds: group.length }
    return { loss, miner, distance, toBest, toBaseline }
  }
  return [
    entry(best, 'best'),
    ...others.flatMap((group) => {
      const toBest = differenceOf(best, group, random)
      return toBest === null ? [] : [entry(group, toBest)]
    }),
  ]
}

/** Null where they have no seed in common, or no queries. */
function differenceOf(
  best: readonly ScoredRow[],
  group: readonly ScoredRow[],
  random: Random,
): SweepDifference | null {
  const shared = new Set(group.map(({ seed }) => seed))
  const bestShared = best.filter(({ seed }) => shared.has(seed))
  const seeds = new Set(bestShared.map(({ seed }) => seed))
  if (seeds.size === 0) return null
  const other = group.filter(({ seed }) => seeds.has(seed))
  const difference = pairedBootstrap(meanUnits(bestShared), meanUnits(other), {
    random: random.fork('best'),
  })
  return difference === null ? null : { ...difference, seeds: seeds.size }
}

/** Scores of several runs on the same queries as those of one: their mean. */
function meanUnits(rows: readonly ScoredRow[]): ScoreUnits {
  const { kind, counts } = rows[0]!.units
  const sums = new Float64Array(counts.length)
  for (const { units } of rows) units.sums.forEach((sum, i) => (sums[i] = sums[i]! + sum))
  return { kind, counts, sums: sums.map((sum) => sum / rows.length) }
}
