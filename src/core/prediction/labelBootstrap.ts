import { intervalRounds, quantile } from '../evaluation/bootstrap'
import { leastDrawnLabels } from '../evaluation/pairedBootstrap'
import type { PredictionFigure } from '../../shared/model/prediction'
import type { Random } from '../math/random'
import type { Steps } from '../steps'

/** Images looked at before others may run. */
const looksAStep = 200_000

export interface LabelBootstrap {
  readonly labels: number
  readonly random: Random
  /** Images that one round looks at, for breathing. */
  readonly looks: number
  readonly rounds?: number
}

/**
 * Percentile intervals over labels: whole labels are drawn with replacement, as images of one label
 * are no independent witnesses (cluster bootstrap; Davison and Hinkley 1997, section 3.8).
 * @param measure the figures where label l counts `times[l]` times; null where a draw has none
 * @returns [low, high] of each figure at 95 %; null where labels are too few to draw
 */
export function* labelIntervals(
  { labels, random, looks, rounds = intervalRounds }: LabelBootstrap,
  measure: (times: Uint32Array) => readonly (number | null)[],
): Steps<readonly (readonly [number, number] | null)[]> {
  const figures = measure(new Uint32Array(labels).fill(1)).length
  if (labels < leastDrawnLabels) return new Array<null>(figures).fill(null)
  const draws: number[][] = Array.from({ length: figures }, () => [])
  const times = new Uint32Array(labels)
  let looked = 0
  for (let round = 0; round < rounds; round++) {
    times.fill(0)
    for (let i = 0; i < labels; i++) times[random.integer(labels)]!++
    measure(times).forEach((value, figure) => {
      if (value !== null) draws[figure]!.push(value)
    })
    looked += looks
    if (looked < looksAStep) continue
    looked = 0
    yield round / rounds
  }
  return draws.map((values) => {
    if (values.length === 0) return null
    const sorted = Float64Array.from(values).sort()
    return [quantile(sorted, 0.025), quantile(sorted, 0.975)] as const
  })
}

/** A figure with the interval that was found for it. */
export const figureOf = (
  value: number | null,
  interval: readonly [number, number] | null | undefined,
): PredictionFigure | null =>
  value === null ? null : { value, low: interval?.[0] ?? null, high: interval?.[1] ?? null }
