import type { Matrix } from '../math/matrix'
import { createRandom, type Random } from '../math/random'
import { finish, type Steps } from '../steps'
import { compareAll } from './compareAll'
import { askingOf, Ranker, type RankingOptions } from './ranks'

export const retrievalMetrics = ['precisionAt1', 'rPrecision', 'mapAtR', 'map', 'mrr'] as const
export type RetrievalMetric = (typeof retrievalMetrics)[number]

export interface RetrievalOptions extends RankingOptions {
  /** The k of recall@k. */
  readonly recallAt?: readonly number[] | undefined
  /** Where there are more queries than can be asked, which are is drawn by this. */
  readonly random?: Random | undefined
  /** Of queries and images, at most; beyond, a sample of the queries is asked. */
  readonly mostPairs?: number | undefined
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
export interface RetrievalReport extends Readonly<Record<RetrievalMetric, number | null>> {
  readonly recallAtK: Readonly<Record<number, number | null>>
  /** Number of queries that were asked; without any every mean is null. */
  readonly queries: number
  /** Number of queries there are: more than were asked where these are a sample. */
  readonly queriesInAll: number
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
  return finish(retrievalSteps(embeddings, labels, options))
}

/** The same in steps. Ended early by `isEnough`, the means are over the queries asked by then. */
export function* retrievalSteps(
  embeddings: Matrix,
  labels: ArrayLike<number>,
  options: RetrievalOptions = {},
): Steps<RetrievalReport> {
  const collector = new RetrievalCollector(labels, options)
  yield* compareAll(embeddings, collector.queries, options, (query, values) => {
    collector.add(query, values)
  })
  return collector.report()
}

/**
 * Distances that are worth their time, some ten seconds of two cores: all queries among 15,800
 * images. The interval of a sample of thousands is hardly wider.
 */
export const mostPairsAsked = 2.5e8

/** Takes the distances of queries to all images, in any order, and says how retrieval fares. */
export class RetrievalCollector {
  /** Those to ask, in the order that leaves a sample wherever it ends. */
  readonly queries: Uint32Array
  private readonly queriesInAll: number
  private readonly ranker: Ranker
  private readonly recallAt: readonly number[]
  private readonly asked: number[] = []
  private readonly columns: Record<RetrievalMetric, number[]> = {
    precisionAt1: [],
    rPrecision: [],
    mapAtR: [],
    map: [],
    mrr: [],
  }
  private readonly recalls: readonly number[][]

  constructor(
    private readonly labels: ArrayLike<number>,
    options: RetrievalOptions,
  ) {
    this.recallAt = options.recallAt ?? [1, 2, 4, 8]
    this.recalls = this.recallAt.map(() => [])
    this.ranker = new Ranker(labels, options.distance)
    const all = askingOf(labels, options.queries)
    this.queriesInAll = all.length
    this.queries = chooseQueries(all, labels.length, options)
  }

  /** @param values [n] */
  add(query: number, values: Float32Array): void {
    const { columns, recallAt, recalls } = this
    const ranks = this.ranker.ranksOf(query, values)
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
    this.asked.push(query)
    columns.precisionAt1.push(ranks[0] === 1 ? 1 : 0)
    columns.rPrecision.push(hits / wanted)
    columns.mapAtR.push(withinR / wanted)
    columns.map.push(whole / wanted)
    columns.mrr.push(1 / ranks[0]!)
    recallAt.forEach((k, index) => recalls[index]!.push(ranks[0]! <= k ? 1 : 0))
  }

  report(): RetrievalReport {
    const { asked, columns, recallAt, recalls, labels } = this
    // In the order of images, whatever the order of asking, so that sums come out the same.
    const order = Uint32Array.from(asked.keys()).sort((a, b) => asked[a]! - asked[b]!)
    const sorted = (values: readonly number[]) => Float64Array.from(order, (at) => values[at]!)
    const query = Uint32Array.from(order, (at) => asked[at]!)
    const perQuery: QueryScores = {
      query,
      label: Int32Array.from(query, (image) => labels[image]!),
      precisionAt1: sorted(columns.precisionAt1),
      rPrecision: sorted(columns.rPrecision),
      mapAtR: sorted(columns.mapAtR),
      map: sorted(columns.map),
      mrr: sorted(columns.mrr),
      recallAtK: Object.fromEntries(recallAt.map((k, index) => [k, sorted(recalls[index]!)])),
    }
    return {
      precisionAt1: meanOf(perQuery.precisionAt1),
      rPrecision: meanOf(perQuery.rPrecision),
      mapAtR: meanOf(perQuery.mapAtR),
      map: meanOf(perQuery.map),
      mrr: meanOf(perQuery.mrr),
      recallAtK: Object.fromEntries(recallAt.map((k) => [k, meanOf(perQuery.recallAtK[k]!)])),
      queries: query.length,
      queriesInAll: this.queriesInAll,
      perQuery,
    }
  }
}

/** All queries, or as many as may be compared with all images, in random order. */
function chooseQueries(all: Uint32Array, images: number, options: RetrievalOptions): Uint32Array {
  const { random = createRandom('queries'), mostPairs = mostPairsAsked } = options
  const most = Math.max(1, Math.floor(mostPairs / Math.max(1, images)))
  const isSmall = all.length <= most && options.isEnough === undefined
  return isSmall ? all : random.fork('queries').shuffle(all).subarray(0, most)
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
): number | null {
  return meanOf(Float64Array.from(averagePerClass(perQuery, scores).values()))
}

/** Plain mean; null of nothing, which has none. */
export function meanOf(values: Float64Array): number | null {
  let sum = 0
  for (const value of values) sum += value
  return values.length > 0 ? sum / values.length : null
}
