import type { Matrix } from '../math/matrix'
import { visitRanks, type RankingOptions } from './ranks'

export const retrievalMetrics = ['precisionAt1', 'rPrecision', 'mapAtR', 'map', 'mrr'] as const
export type RetrievalMetric = (typeof retrievalMetrics)[number]

export interface RetrievalOptions extends RankingOptions {
  /** The k of recall@k. */
  readonly recallAt?: readonly number[] | undefined
}

/** One value a query. */
export interface QueryScores extends Readonly<Record<RetrievalMetric, Float64Array>> {
  /** Index of the image that asked. */
  readonly query: Uint32Array
  readonly label: Int32Array
  /** By k: 1 where any of the first k is right. */
  readonly recallAtK: Readonly<Record<number, Float64Array>>
}

/** Means over all queries, which are the images whose class has another one. */
export interface RetrievalReport extends Readonly<Record<RetrievalMetric, number>> {
  readonly recallAtK: Readonly<Record<number, number>>
  /** Number of queries; 0 makes every mean 0. */
  readonly queries: number
  readonly perQuery: QueryScores
}

/**
 * Leave-one-out retrieval: each image of a class with two or more asks for its like among all
 * others. With R = class size - 1 and the ranks r_1 < r_2 < ... of its like:
 * precisionAt1 = [r_1 = 1]; recall@k = [r_1 <= k]; rPrecision = #{r_m <= R} / R;
 * mapAtR = 1/R sum over r_m <= R of m / r_m (Musgrave, Belongie, Lim 2020);
 * map = 1/R sum of m / r_m; mrr = 1 / r_1.
 * @param embeddings [n, d]
 * @param labels [n]
 */
export function evaluateRetrieval(
  embeddings: Matrix,
  labels: ArrayLike<number>,
  options: RetrievalOptions = {},
): RetrievalReport {
  const recallAt = options.recallAt ?? [1, 2, 4, 8]
  const columns: Record<RetrievalMetric, number[]> = {
    precisionAt1: [],
    rPrecision: [],
    mapAtR: [],
    map: [],
    mrr: [],
  }
  const recalls = recallAt.map(() => [] as number[])
  const queries: number[] = []
  visitRanks(embeddings, labels, options, (query, ranks) => {
    const wanted = ranks.length
    let hits = 0
    let withinR = 0
    let whole = 0
    for (let m = 0; m < wanted; m++) {
      const precision = (m + 1) / ranks[m]!
      whole += precision
      if (ranks[m]! <= wanted) {
        hits++
        withinR += precision
      }
    }
    queries.push(query)
    columns.precisionAt1.push(ranks[0] === 1 ? 1 : 0)
    columns.rPrecision.push(hits / wanted)
    columns.mapAtR.push(withinR / wanted)
    columns.map.push(whole / wanted)
    columns.mrr.push(1 / ranks[0]!)
    recallAt.forEach((k, index) => recalls[index]!.push(ranks[0]! <= k ? 1 : 0))
  })
  const perQuery: QueryScores = {
    query: Uint32Array.from(queries),
    label: Int32Array.from(queries, (query) => labels[query]!),
    precisionAt1: Float64Array.from(columns.precisionAt1),
    rPrecision: Float64Array.from(columns.rPrecision),
    mapAtR: Float64Array.from(columns.mapAtR),
    map: Float64Array.from(columns.map),
    mrr: Float64Array.from(columns.mrr),
    recallAtK: Object.fromEntries(
      recallAt.map((k, index) => [k, Float64Array.from(recalls[index]!)]),
    ),
  }
  return {
    precisionAt1: meanOf(perQuery.precisionAt1),
    rPrecision: meanOf(perQuery.rPrecision),
    mapAtR: meanOf(perQuery.mapAtR),
    map: meanOf(perQuery.map),
    mrr: meanOf(perQuery.mrr),
    recallAtK: Object.fromEntries(recallAt.map((k) => [k, meanOf(perQuery.recallAtK[k]!)])),
    queries: queries.length,
    perQuery,
  }
}

/** Mean of the queries of each label. */
export function averagePerClass(
  perQuery: { readonly label: Int32Array },
  scores: Float64Array,
): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>()
  for (let i = 0; i < scores.length; i++) {
    const label = perQuery.label[i]!
    const entry = sums.get(label) ?? { sum: 0, count: 0 }
    entry.sum += scores[i]!
    entry.count++
    sums.set(label, entry)
  }
  return new Map([...sums].map(([label, { sum, count }]) => [label, sum / count]))
}

/** Mean over classes of the mean over their queries, so that a small class counts like a big one. */
export function averageOverClasses(
  perQuery: { readonly label: Int32Array },
  scores: Float64Array,
): number {
  return meanOf(Float64Array.from(averagePerClass(perQuery, scores).values()))
}

/** Plain mean; 0 of nothing. */
export function meanOf(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return values.length > 0 ? sum / values.length : 0
}
