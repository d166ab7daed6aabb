import type { DistanceHistogram, RetrievalMetrics } from '../../shared/model/training'
import { distances } from '../distances'
import { bootstrapSteps } from '../evaluation/bootstrap'
import { evaluateRetrieval, retrievalSteps, type RetrievalReport } from '../evaluation/retrieval'
import { gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { finish, partOf, type Steps } from '../steps'
import { histogramOfDistances } from './histogram'

export interface MeasureOptions {
  readonly product: MatrixProduct
  /** Of the interval, and of the sample where there are too many queries to ask all. */
  readonly random: Random
  /** Ends the asking early; the means are then over a random sample of the queries. */
  readonly isEnough?: () => boolean
}

/** Leave-one-out retrieval by cosine: what anyone gets from the exported embeddings. */
export function measureRetrieval(
  embeddings: Matrix,
  labels: Int32Array,
  product: MatrixProduct,
): RetrievalMetrics {
  return metricsOf(evaluateRetrieval(embeddings, labels, { distance: 'cosine', product }))
}

/** The same in steps. */
export function* measureSteps(
  embeddings: Matrix,
  labels: Int32Array,
  options: MeasureOptions,
): Steps<RetrievalMetrics> {
  return metricsOf(yield* retrievalSteps(embeddings, labels, { distance: 'cosine', ...options }))
}

/** The same with the 95 % bootstrap interval of MAP@R. */
export function measureWithInterval(
  embeddings: Matrix,
  labels: Int32Array,
  product: MatrixProduct,
  random: Random,
): RetrievalMetrics {
  return finish(intervalSteps(embeddings, labels, { product, random }))
}

/** Share of the work that asking takes; the rest is the interval. */
const askingShare = 0.95

/** The same in steps. */
export function* intervalSteps(
  embeddings: Matrix,
  labels: Int32Array,
  options: MeasureOptions,
): Steps<RetrievalMetrics> {
  const asking = retrievalSteps(embeddings, labels, { distance: 'cosine', ...options })
  const report = yield* partOf(asking, 0, askingShare)
  const drawing = bootstrapSteps(report.perQuery.mapAtR, { random: options.random })
  const interval = yield* partOf(drawing, askingShare, 1)
  return {
    ...metricsOf(report),
    mapAtRLow: interval?.low ?? null,
    mapAtRHigh: interval?.high ?? null,
  }
}

const metricsOf = (report: RetrievalReport): RetrievalMetrics => {
  const { precisionAt1, rPrecision, mapAtR, queries, queriesInAll } = report
  return {
    precisionAt1,
    rPrecision,
    mapAtR,
    queries,
    ...(queriesInAll > queries ? { queriesInAll } : {}),
  }
}

/** Images that a measurement during training looks at, at most. */
export const probeRows = 4000

/**
 * Rows to measure on while training runs: all, or of many images whole classes drawn at random
 * until there are `limit`.
 * @returns places in `labels`, ascending
 */
export function chooseProbe(labels: Int32Array, random: Random, limit = probeRows): Uint32Array {
  if (labels.length <= limit) return Uint32Array.from(labels.keys())
  const members = new Map<number, number[]>()
  labels.forEach((label, place) => {
    const known = members.get(label)
    if (known === undefined) members.set(label, [place])
    else known.push(place)
  })
  // A class larger than its share would leave room for few others.
  const share = Math.max(2, Math.ceil(limit / Math.min(members.size, 100)))
  const chosen: number[] = []
  for (const label of random.shuffle([...members.keys()])) {
    const places = random.shuffle(members.get(label)!).slice(0, share)
    if (chosen.length > 0 && chosen.length + places.length > limit) continue
    chosen.push(...places)
  }
  return Uint32Array.from(chosen).sort()
}

const histogramRows = 300

/** Distances of the pairs of a few hundred images; null where there is no pair of one label. */
export function measureHistogram(
  embeddings: Matrix,
  labels: Int32Array,
  distanceName: string,
  random: Random,
): DistanceHistogram | null {
  const places = chooseProbe(labels, random, histogramRows)
  const rows = gatherRows(embeddings, places)
  const { values, isSimilarity } = distances.get(distanceName).forward(rows)
  const positive: number[] = []
  const negative: number[] = []
  for (let i = 0; i < rows.rows; i++) {
    for (let j = i + 1; j < rows.rows; j++) {
      const value = values.data[i * rows.rows + j]!
      const list = labels[places[i]!] === labels[places[j]!] ? positive : negative
      list.push(isSimilarity ? 1 - value : value)
    }
  }
  if (positive.length === 0 || negative.length === 0) return null
  const greatest = negative.reduce((most, value) => Math.max(most, value), 1e-6)
  const isBounded = distanceName === 'euclidean' || distanceName === 'cosine'
  return histogramOfDistances(positive, negative, 0, isBounded ? 2 : greatest)
}

/** L2-normalises the rows in place; a row of zeros stays. */
export function normalizeInPlace(embeddings: Matrix): void {
  const { data, rows, columns } = embeddings
  for (let i = 0; i < rows; i++) {
    let square = 0
    for (let k = i * columns; k < (i + 1) * columns; k++) square += data[k]! * data[k]!
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0
    for (let k = i * columns; k < (i + 1) * columns; k++) data[k] = data[k]! * scale
  }
}
