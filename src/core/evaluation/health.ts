import { normalizeRows } from '../math/normalizeRows'
import { largestEigenPairs } from '../math/eigen'
import { gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import type { Random } from '../math/random'

/** Whether embeddings still tell images apart. */
export interface EmbeddingHealth {
  /** Mean L2 norm before normalisation. */
  readonly meanNorm: number
  /** Mean standard deviation of the components, of L2-normalised embeddings. */
  readonly meanStandardDeviation: number
  /**
   * Root of the whole variance of L2-normalised embeddings: 0 where all point the same way, 1 where
   * they are spread evenly.
   */
  readonly spread: number
  /** Share of the variance in the first 1, 2, ... principal components, rising to 1. */
  readonly principalShares: readonly number[]
  /** (sum of variances)^2 / sum of their squares: how many directions are really used. */
  readonly effectiveDimensions: number
}

/** Below this spread all embeddings are one point for practical purposes. */
export const collapsedSpread = 0.02

/**
 * Measures collapse on at most `sampleSize` rows.
 * @param embeddings [n, d]; less than two rows give zeros
 */
export function embeddingHealth(
  embeddings: Matrix,
  options: {
    readonly random: Random
    readonly sampleSize?: number
    readonly components?: number
    readonly product?: MatrixProduct
  },
): EmbeddingHealth {
  const { random, sampleSize = 256, components = 5, product = simdProduct } = options
  const order = Uint32Array.from({ length: embeddings.rows }, (_, i) => i)
  if (order.length > sampleSize) random.shuffle(order)
  const sample = gatherRows(embeddings, order.subarray(0, sampleSize))
  const { unit, norms } = normalizeRows(sample)
  const { rows, columns, data } = unit
  const meanNorm = norms.reduce((sum, norm) => sum + norm, 0) / Math.max(1, rows)
  if (rows < 2) {
    return {
      meanNorm,
      meanStandardDeviation: 0,
      spread: 0,
      principalShares: [],
      effectiveDimensions: 0,
    }
  }
  let deviations = 0
  let variance = 0
  for (let k = 0; k < columns; k++) {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += data[i * columns + k]!
    const mean = sum / rows
    let squares = 0
    for (let i = 0; i < rows; i++) {
      const centered = data[i * columns + k]! - mean
      data[i * columns + k] = centered
      squares += centered * centered
    }
    deviations += Math.sqrt(squares / rows)
    variance += squares / rows
  }
  // Products of rows have the same eigenvalues as the covariance, and there are few rows.
  const inner = Float64Array.from(product.multiplyTransposed(unit, unit).data)
  const squares = inner.reduce((sum, value) => sum + value * value, 0)
  const total = variance * rows
  const { values } = largestEigenPairs(inner, rows, components)
  let cumulated = 0
  return {
    meanNorm,
    meanStandardDeviation: deviations / columns,
    spread: Math.sqrt(variance),
    principalShares: Array.from(values, (value) => {
      cumulated += total > 0 ? Math.max(0, value) / total : 0
      return Math.min(1, cumulated)
    }),
    effectiveDimensions: squares > 0 ? (total * total) / squares : 0,
  }
}
