import { AppError } from '../../shared/errors'
import { solveLowerSteps, solveLowerTransposedSteps } from '../math/cholesky'
import { eigenSteps } from '../math/eigen'
import { createMatrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { productSteps } from '../math/productSteps'
import { simdProduct } from '../math/simdProduct'
import { finish, partOf, type Steps } from '../steps'
import { projectionOfRows, type LinearProjection } from './linearProjection'
import type { ScatterAccumulator } from './scatter'
import { factorWithin } from './within'

export interface LdaOptions {
  /** Most directions to keep; never more than classes - 1. */
  readonly dimensions?: number
  /** Share of a round covariance mixed into that within classes, 0 to 1. */
  readonly shrinkage?: number
}

/**
 * Linear discriminant analysis (Fisher 1936; Rao 1948): the directions in which class means differ
 * most in proportion to how images of a class differ. The within-class covariance W is shrunk to
 * (1 - s) W + s tr(W) / d I (Friedman 1989), and each direction v is scaled to v^T W v = 1.
 * @throws AppError tooFewClasses with less than two classes
 */
export function fitLda(
  scatter: ScatterAccumulator,
  options: LdaOptions = {},
  product: MatrixProduct = simdProduct,
): LinearProjection {
  return finish(ldaSteps(scatter, options, product))
}

/** The same in steps. */
export function* ldaSteps(
  scatter: ScatterAccumulator,
  options: LdaOptions,
  product: MatrixProduct,
): Steps<LinearProjection> {
  const { dimensions = 256, shrinkage = 0.1 } = options
  const d = scatter.dimension
  const between = scatter.betweenRows()
  const classes = between.rows
  if (classes < 2) {
    throw new AppError(
      'tooFewClasses',
      `Linear discriminant analysis compares classes, but the images have ${classes}. Give labels of at least two classes.`,
    )
  }
  const within = yield* partOf(factorWithin(scatter, between, shrinkage, product), 0, 0.4)
  const rows = new Float64Array(between.data)
  yield* partOf(solveLowerSteps(within, d, rows, classes, product), 0.4, 0.5)
  const wanted = Math.min(dimensions, classes - 1, d)
  const { values, vectors } = yield* partOf(
    classDirections(rows, classes, d, wanted, product),
    0.5,
    0.9,
  )
  yield* partOf(solveLowerTransposedSteps(within, d, vectors, values.length, product), 0.9, 1)
  return projectionOfRows(scatter.mean(), vectors, values)
}

interface Directions {
  readonly values: Float64Array
  readonly vectors: Float64Array
}

/**
 * Unit directions in which whitened class means differ most, with their variance between classes.
 * @param rows class means, weighted and whitened, [classes, d]; may be overwritten
 */
export function* classDirections(
  rows: Float64Array,
  classes: number,
  d: number,
  wanted: number,
  product: MatrixProduct,
): Steps<Directions> {
  return yield* classes <= d
    ? directionsOfFewClasses(rows, classes, d, wanted, product)
    : directions(rows, classes, d, wanted)
}

/** Eigenvectors of rows^T rows through the smaller rows rows^T. */
function* directionsOfFewClasses(
  rows: Float64Array,
  classes: number,
  d: number,
  wanted: number,
  product: MatrixProduct,
): Steps<Directions> {
  const matrix = createMatrix(classes, d, new Float32Array(rows))
  const own = yield* partOf(productSteps('multiplyTransposed', matrix, matrix, product), 0, 0.05)
  const inner = new Float64Array(own.data)
  const { values, vectors } = yield* partOf(eigenSteps(inner, classes, wanted), 0.05, 0.97)
  const kept = values.filter((value) => value > 1e-7 * (values[0] ?? 0) && value > 0)
  const weights = createMatrix(kept.length, classes)
  for (let r = 0; r < kept.length; r++) {
    const scale = 1 / Math.sqrt(kept[r]!)
    for (let c = 0; c < classes; c++) {
      weights.data[r * classes + c] = scale * vectors[r * classes + c]!
    }
  }
  const directions = productSteps('multiply', weights, matrix, product)
  return { values: kept, vectors: new Float64Array((yield* partOf(directions, 0.97, 1)).data) }
}

function* directions(
  rows: Float64Array,
  classes: number,
  d: number,
  wanted: number,
): Steps<Directions> {
  const outer = new Float64Array(d * d)
  for (let c = 0; c < classes; c++) {
    for (let i = 0; i < d; i++) {
      const value = rows[c * d + i]!
      for (let j = 0; j <= i; j++) {
        outer[i * d + j] = outer[i * d + j]! + value * rows[c * d + j]!
      }
    }
    yield (0.3 * c) / classes
  }
  const { values, vectors } = yield* partOf(eigenSteps(outer, d, wanted), 0.3, 1)
  const kept = values.filter((value) => value > 1e-9 * (values[0] ?? 0) && value > 0)
  return { values: kept, vectors: vectors.subarray(0, kept.length * d) }
}
