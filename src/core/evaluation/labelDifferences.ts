import type { Random } from '../math/random'
import { meanOf } from './retrieval'
import { pairedBootstrap, type ScoreUnits } from './pairedBootstrap'

/** Of fewer queries of a label an interval says nothing. */
export const leastDrawnQueries = 5

/** How a label fares in two embeddings. */
export interface LabelDifference {
  readonly label: number
  readonly queries: number
  /** Means over its queries. */
  readonly earlier: number
  readonly later: number
  /** Of later - earlier; null where the label has too few queries to draw from. */
  readonly interval: { readonly low: number; readonly high: number } | null
}

/**
 * Mean score of each label in two embeddings, with the interval of the paired difference: of one
 * label there are only its queries to draw, the same for both.
 * @param labels [queries]
 * @param earlier [queries]
 * @param later [queries] of the same queries
 * @returns in the order in which labels come
 */
export function labelDifferences(
  labels: Int32Array,
  earlier: Float64Array,
  later: Float64Array,
  options: { readonly random: Random; readonly rounds?: number },
): readonly LabelDifference[] {
  const queriesOf = new Map<number, number[]>()
  labels.forEach((label, query) => {
    const queries = queriesOf.get(label)
    if (queries === undefined) queriesOf.set(label, [query])
    else queries.push(query)
  })
  const { random, rounds = 1000 } = options
  return [...queriesOf].map(([label, queries]) => {
    const before = Float64Array.from(queries, (query) => earlier[query]!)
    const after = Float64Array.from(queries, (query) => later[query]!)
    const isEnough = queries.length >= leastDrawnQueries
    const drawn = isEnough
      ? pairedBootstrap(unitsOfQueries(before), unitsOfQueries(after), {
          random: random.fork(`label ${label}`),
          rounds,
        })
      : null
    return {
      label,
      queries: queries.length,
      earlier: meanOf(before)!,
      later: meanOf(after)!,
      interval: drawn === null ? null : { low: drawn.low, high: drawn.high },
    }
  })
}

const unitsOfQueries = (sums: Float64Array): ScoreUnits => ({
  kind: 'images',
  sums,
  counts: new Float64Array(sums.length).fill(1),
})
