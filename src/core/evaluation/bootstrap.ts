import type { Random } from '../math/random'
import { finish, type Steps } from '../steps'
import { meanOf } from './retrieval'

export interface Interval {
  readonly mean: number
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  readonly random: Random
  readonly rounds?: number
  readonly level?: number
}

/** Times that all queries are drawn, unless told otherwise. */
export const intervalRounds = 1000

/** Queries drawn before others may run. */
const drawsAStep = 500_000

/**
 * Percentile bootstrap interval of the mean over queries (Efron 1979): queries are drawn with
 * replacement again and again, and the middle share of the means is the interval.
 * @param scores one value a query; null without any
 */
export function bootstrapInterval(
  scores: Float64Array,
  options: BootstrapOptions,
): Interval | null {
  return finish(bootstrapSteps(scores, options))
}

/** The same in steps. */
export function* bootstrapSteps(
  scores: Float64Array,
  options: BootstrapOptions,
): Steps<Interval | null> {
  const { random, rounds = intervalRounds, level = 0.95 } = options
  const mean = meanOf(scores)
  if (mean === null) return null
  const means = new Float64Array(rounds)
  let drawn = 0
  for (let round = 0; round < rounds; round++) {
    let sum = 0
    for (let k = 0; k < scores.length; k++) sum += scores[random.integer(scores.length)]!
    means[round] = sum / scores.length
    drawn += scores.length
    if (drawn < drawsAStep) continue
    drawn = 0
    yield round / rounds
  }
  means.sort()
  const tail = (1 - level) / 2
  return { mean, low: quantile(means, tail), high: quantile(means, 1 - tail) }
}

/** Of values in ascending order; linear between the order statistics. */
export function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const low = Math.floor(at)
  const high = Math.min(sorted.length - 1, low + 1)
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!)
}
