import type { RetrievalMetrics } from '../../shared/model/training'
import { bootstrapSteps } from './bootstrap'
import { evaluateRetrieval, retrievalSteps, type RetrievalReport } from './retrieval'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { partOf, type Steps } from '../steps'

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

/** Share of the work that asking takes; the rest is the interval. */
const askingShare = 0.95

/** The same with the 95 % bootstrap interval of MAP@R. */
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
