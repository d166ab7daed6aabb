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
  const within = yield* partOf(scatter.withinSteps(), 0, 0.08)
  let trace = 0
  for (let i = 0; i < d; i++) trace += within[i * d + i]!
  let spread = 0
  for (const value of between.data) spread += value * value
  // Where all images of a class are alike, or nothing is shrunk, a trace of the whole keeps it
  // invertible: neither the products nor the factorisation are exact to more than that.
  const least = 1e-6 * ((trace + spread) / d) + leastVariance
  let ridge = Math.max((shrinkage * trace) / d, scatter.rounding()) + least
  const diagonal = Float64Array.from({ length: d }, (_, i) => (1 - shrinkage) * within[i * d + i]!)
  for (let i = 0; i < within.length; i++) within[i] = (1 - shrinkage) * within[i]!
  yield 0.1
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    for (let i = 0; i < d; i++) within[i * d + i] = diagonal[i]! + ridge
    if (yield* partOf(choleskySteps(within, d, product), 0.1, 1)) return within
    // A spectrum of many orders leaves more rounding behind than was foreseen. What lies above the
    // diagonal is as it was.
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) within[i * d + j] = within[j * d + i]!
    }
    ridge *= 10
  }
  throw new Error('The shrunk within-class covariance is not positive definite')
}

/** The root of its inverse is a float32 by far. */
const leastVariance = 1e-30

/** Of the least ridge to a million times as much. */
const mostAttempts = 7
