import { classDirections } from './lda'
import type { ScatterAccumulator } from './scatter'
import { factorWithin } from './within'
import { solveLowerSteps } from '../math/cholesky'
import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { partOf, type Steps } from '../steps'
import { directionWeight, shrinkageOf } from './discriminantStart'

/**
 * Rows as both closed forms see them that are fitted on `scatter`: one factorisation serves both.
 * Whitening keeps all directions here; the analysis at most `size`, and none where there are fewer
 * than two classes.
 * @param rows [n, dimension]
 * @param size directions of the analysis, at most
 */
export function* embedByForms(
  scatter: ScatterAccumulator,
  rows: Matrix,
  size: number,
  product: MatrixProduct,
): Steps<{ readonly whitening: Matrix; readonly analysis: Matrix | null }> {
  const d = scatter.dimension
  const mean = scatter.mean()
  const between = scatter.betweenRows()
  const shrinkage = shrinkageOf(between.rows)
  const factor = yield* partOf(factorWithin(scatter, between, shrinkage, product), 0, 0.4)
  const centered = new Float64Array(rows.rows * d)
  for (let i = 0; i < centered.length; i++) centered[i] = rows.data[i]! - mean[i % d]!
  yield 0.41
  yield* partOf(solveLowerSteps(factor, d, centered, rows.rows, product), 0.41, 0.9)
  const whitening = createMatrix(rows.rows, d, Float32Array.from(centered))
  if (between.rows < 2) return { whitening, analysis: null }
  const means = Float64Array.from(between.data)
  yield* partOf(solveLowerSteps(factor, d, means, between.rows, product), 0.9, 0.95)
  const wanted = Math.min(size, between.rows - 1, d)
  const { values, vectors } = yield* partOf(
    classDirections(means, between.rows, d, wanted, product),
    0.95,
    1,
  )
  const directions = createMatrix(values.length, d)
  for (let r = 0; r < values.length; r++) {
    const weight = directionWeight(values[r]!)
    for (let k = 0; k < d; k++) directions.data[r * d + k] = weight * vectors[r * d + k]!
  }
  return { whitening, analysis: product.multiplyTransposed(whitening, directions) }
}
