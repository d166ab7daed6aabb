import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'

/** An affine map to fewer dimensions: (x - mean) times projection. */
export interface LinearProjection {
  /** [d], in float64: features may lie far from 0 and differ little. */
  readonly mean: Float64Array
  /** [d, k] */
  readonly projection: Matrix
  /** What each direction is worth, largest first: variance for PCA, between / within for LDA. */
  readonly values: Float32Array
}

/** Rows [n, d] to rows [n, k]. */
export function applyProjection(
  rows: Matrix,
  { mean, projection }: LinearProjection,
  product: MatrixProduct = simdProduct,
): Matrix {
  const centered = createMatrix(rows.rows, rows.columns)
  for (let i = 0; i < rows.data.length; i++) {
    centered.data[i] = rows.data[i]! - mean[i % rows.columns]!
  }
  return product.multiply(centered, projection)
}

/** The projection whose columns are given as rows [k, d]. */
export function projectionOfRows(
  mean: Float64Array,
  rows: Float64Array,
  values: Float64Array,
): LinearProjection {
  const d = mean.length
  const k = values.length
  const projection = createMatrix(d, k)
  for (let r = 0; r < k; r++) {
    for (let i = 0; i < d; i++) projection.data[i * k + r] = rows[r * d + i]!
  }
  return { mean, projection, values: Float32Array.from(values) }
}
