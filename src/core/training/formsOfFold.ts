import { classDirections } from '../closedForms/lda'
import type { ScatterAccumulator } from '../closedForms/scatter'
import { factorWithin } from '../closedForms/within'
import { solveLower } from '../math/cholesky'
import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { directionWeight, shrinkageOf } from './discriminantStart'

/**
 * Rows as both closed forms see them that are fitted on `scatter`: one factorisation serves both.
 * Whitening keeps all directions here; the analysis at most `size`, and none where there are fewer
 * than two classes.
 * @param rows [n, dimension]
 * @param size directions of the analysis, at most
 */
export function embedByForms(
  scatter: ScatterAccumulator,
  rows: Matrix,
  size: number,
  product: MatrixProduct,
): { readonly whitening: Matrix; readonly analysis: Matrix | null } {
  const d = scatter.dimension
  const mean = scatter.mean()
  const between = scatter.betweenRows()
  const factor = factorWithin(scatter, between, shrinkageOf(between.rows), product)
  const centered = new Float64Array(rows.rows * d)
  for (let i = 0; i < centered.length; i++) centered[i] = rows.data[i]! - mean[i % d]!
  solveLower(factor, d, centered, rows.rows, product)
  const whitening = createMatrix(rows.rows, d, Float32Array.from(centered))
  if (between.rows < 2) return { whitening, analysis: null }
  const means = Float64Array.from(between.data)
  solveLower(factor, d, means, between.rows, product)
  const wanted = Math.min(size, between.rows - 1, d)
  const { values, vectors } = classDirections(means, between.rows, d, wanted, product)
  const directions = createMatrix(values.length, d)
  for (let r = 0; r < values.length; r++) {
    const weight = directionWeight(values[r]!)
    for (let k = 0; k < d; k++) directions.data[r * d + k] = weight * vectors[r * d + k]!
  }
  return { whitening, analysis: product.multiplyTransposed(whitening, directions) }
}
