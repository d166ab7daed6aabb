import type { Random } from '../math/random'
import { type Interval, quantile } from './bootstrap'

/** Fewer labels than this say too little of other labels to be drawn: images are drawn instead. */
export const leastDrawnLabels = 5

/** What a bootstrap draws, with the sum of the scores of each and their number. */
export interface ScoreUnits {
  readonly kind: 'labels' | 'images'
  /** [units] */
  readonly sums: Float64Array
  /** [units] queries in each. */
  readonly counts: Float64Array
}

/** By how much one is better than another on the same queries. */
export interface PairedDifference extends Interval {
  /** What was drawn. */
  readonly over: ScoreUnits['kind']
}

/**
 * Puts the scores of queries together by label, in order of the first query of each; where there
 * are few labels each query stays alone.
 * @param labels [queries]
 * @param scores [queries]
 */
export function unitsOf(labels: Int32Array, scores: Float64Array): ScoreUnits {
  const places = new Map<number, number>()
  for (const label of labels) if (!places.has(label)) places.set(label, places.size)
  if (places.size < leastDrawnLabels) {
    return { kind: 'images', sums: scores, counts: new Float64Array(scores.length).fill(1) }
  }
  const sums = new Float64Array(places.size)
  const counts = new Float64Array(places.size)
  labels.forEach((label, query) => {
    const place = places.get(label)!
    sums[place] = sums[place]! + scores[query]!
    counts[place] = counts[place]! + 1
  })
  return { kind: 'labels', sums, counts }
}

/**
 * Paired bootstrap of a difference of means over queries: whole labels are drawn with replacement,
 * the same for both, because queries of one label are no independent witnesses (cluster bootstrap;
 * Davison and Hinkley 1997, section 3.8). Each draw is linear in the number of labels.
 * @param later units of the same queries as `earlier`, in the same order
 * @returns mean, low and high of later - earlier; null without queries
 * @throws Error where the two are not of the same queries
 */
export function pairedBootstrap(
  earlier: ScoreUnits,
  later: ScoreUnits,
  options: { readonly random: Random; readonly rounds?: number; readonly level?: number },
): PairedDifference | null {
  const { random, rounds = 2000, level = 0.95 } = options
  const { counts, kind: over } = earlier
  const units = counts.length
  if (later.counts.length !== units || counts.some((count, i) => count !== later.counts[i])) {
    throw new Error('A paired difference needs the same queries on both sides')
  }
  if (units === 0) return null
  const differences = Float64Array.from(later.sums, (sum, i) => sum - earlier.sums[i]!)
  const draws = new Float64Array(rounds)
  for (let round = 0; round < rounds; round++) {
    let sum = 0
    let queries = 0
    for (let k = 0; k < units; k++) {
      const unit = random.integer(units)
      sum += differences[unit]!
      queries += counts[unit]!
    }
    draws[round] = sum / queries
  }
  draws.sort()
  const tail = (1 - level) / 2
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
  return {
    mean: total(differences) / total(counts),
    low: quantile(draws, tail),
    high: quantile(draws, 1 - tail),
    over,
  }
}

/** Whether an interval of a difference leaves no room for none at all. */
export const excludesZero = ({ low, high }: Pick<Interval, 'low' | 'high'>): boolean =>
  low > 0 || high < 0
