import { choleskySteps } from '../math/cholesky'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { partOf, type Steps } from '../steps'
import type { ScatterAccumulator } from './scatter'

/**
 * The Cholesky factor L, [d, d], of the covariance within classes shrunk to a round one,
 * (1 - s) W + s tr(W) / d I (Friedman 1989): L^-1 x are features whose variation within classes is
 * the same in all directions.
 * @param between {@link ScatterAccumulator.betweenRows}
 * @param shrinkage s, 0 to 1
 */
export function* factorWithin(
  scatter: ScatterAccumulator,
  between: Matrix,
  shrinkage: number,
  product: MatrixProduct,
): Steps<Float64Array> {
  const d = scatter.dimension
  const within = yield* partOf(scatter.covarianceSteps(), 0, 0.05)
  let total = 0
  let trace = 0
  for (let i = 0; i < d; i++) total += within[i * d + i]!
  const ofClasses = product.transposedMultiply(between, between).data
  yield 0.06
  for (let i = 0; i < within.length; i++) within[i] = within[i]! - ofClasses[i]!
  yield 0.08
  for (let i = 0; i < d; i++) trace += within[i * d + i]!
  // Where all images of a class are alike, or nothing is shrunk, a trace of the whole keeps it
  // invertible: float32 sums are not exact to more than that.
  const ridge = shrinkage * Math.max(0, trace / d) + 1e-6 * (total / d) + Number.MIN_VALUE ** 0.5
  for (let i = 0; i < within.length; i++) within[i] = (1 - shrinkage) * within[i]!
  for (let i = 0; i < d; i++) within[i * d + i] = within[i * d + i]! + ridge
  yield 0.1
  if (!(yield* partOf(choleskySteps(within, d, product), 0.1, 1))) {
    throw new Error('The shrunk within-class covariance is not positive definite')
  }
  return within
}
