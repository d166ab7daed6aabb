import type { Matrix } from '../math/matrix'
import type { MinedBatch } from './ledger'

/** Triplets of a batch by position in it. */
export interface BatchTriplets {
  readonly anchor: ArrayLike<number>
  readonly positive: ArrayLike<number>
  readonly negative: ArrayLike<number>
}

/**
 * For each image of the batch its farthest positive and nearest negative; the one with neither
 * has no triplet. Shown for losses that mine no triplets themselves.
 * @param distances [B, B]
 */
export function hardestTriplets(
  distances: Matrix,
  isSimilarity: boolean,
  labels: Int32Array,
): BatchTriplets {
  const sign = isSimilarity ? -1 : 1
  const anchor: number[] = []
  const positive: number[] = []
  const negative: number[] = []
  const { rows, columns, data } = distances
  for (let i = 0; i < rows; i++) {
    let farthest = -1
    let nearest = -1
    for (let j = 0; j < columns; j++) {
      if (j === i) continue
      const d = sign * data[i * columns + j]!
      if (labels[j] === labels[i]) {
        if (farthest < 0 || d > sign * data[i * columns + farthest]!) farthest = j
      } else if (nearest < 0 || d < sign * data[i * columns + nearest]!) nearest = j
    }
    if (farthest < 0 || nearest < 0) continue
    anchor.push(i)
    positive.push(farthest)
    negative.push(nearest)
  }
  return { anchor, positive, negative }
}

/**
 * Triplets of a batch as the ledger wants them: rows of the data, distances of which larger is
 * farther (1 - similarity), and the hinge [d_ap - d_an + margin]+ as the loss of each, whatever the
 * loss that trains: its own values of a triplet need not be distances. A triplet that holds the same image twice, which a topped-up batch can give, is left out.
 * @param rows data row of each place of the batch
 * @param margin in the unit of the distances; 0 where the loss has none: only violations count
 */
export function toMinedBatch(
  triplets: BatchTriplets,
  rows: Uint32Array,
  distances: Matrix,
  isSimilarity: boolean,
  margin: number,
): MinedBatch {
  const count = triplets.anchor.length
  const result = {
    anchor: [] as number[],
    positive: [] as number[],
    negative: [] as number[],
    positiveDistance: [] as number[],
    negativeDistance: [] as number[],
    loss: [] as number[],
  }
  const far = (value: number) => (isSimilarity ? 1 - value : value)
  for (let k = 0; k < count; k++) {
    const a = triplets.anchor[k]!
    const p = triplets.positive[k]!
    const n = triplets.negative[k]!
    if (rows[a] === rows[p]) continue
    const positiveDistance = far(distances.data[a * distances.columns + p]!)
    const negativeDistance = far(distances.data[a * distances.columns + n]!)
    result.anchor.push(rows[a]!)
    result.positive.push(rows[p]!)
    result.negative.push(rows[n]!)
    result.positiveDistance.push(positiveDistance)
    result.negativeDistance.push(negativeDistance)
    result.loss.push(Math.max(0, positiveDistance - negativeDistance + margin))
  }
  return result
}

/** Mean distance of the positive and of the negative pairs of a batch, larger is farther. */
export function meanDistances(
  distances: Matrix,
  isSimilarity: boolean,
  labels: Int32Array,
): { readonly positive: number; readonly negative: number } {
  let positive = 0
  let negative = 0
  let positiveCount = 0
  let negativeCount = 0
  const { rows, columns, data } = distances
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < columns; j++) {
      const value = data[i * columns + j]!
      if (labels[i] === labels[j]) {
        positive += value
        positiveCount++
      } else {
        negative += value
        negativeCount++
      }
    }
  }
  const mean = (sum: number, count: number) =>
    count === 0 ? 0 : isSimilarity ? 1 - sum / count : sum / count
  return { positive: mean(positive, positiveCount), negative: mean(negative, negativeCount) }
}

/**
 * Mean and standard deviation of the L2 norms of the rows, and the root mean square distance of the
 * rows from their mean.
 */
export function normStatistics(embeddings: Matrix): {
  readonly mean: number
  readonly deviation: number
  readonly spread: number
} {
  const { rows, columns, data } = embeddings
  if (rows === 0) return { mean: 0, deviation: 0, spread: 0 }
  const center = new Float64Array(columns)
  let sum = 0
  let squares = 0
  for (let i = 0; i < rows; i++) {
    let square = 0
    for (let j = 0, k = i * columns; j < columns; j++, k++) {
      square += data[k]! * data[k]!
      center[j]! += data[k]! / rows
    }
    sum += Math.sqrt(square)
    squares += square
  }
  const mean = sum / rows
  let ofCenter = 0
  for (const value of center) ofCenter += value * value
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares / rows - mean * mean)),
    spread: Math.sqrt(Math.max(0, squares / rows - ofCenter)),
  }
}
