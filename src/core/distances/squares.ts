import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { addTransposed } from './bilinear'
import { equalizeRepeatedRows } from './repeatedRows'

/** Below this share of the larger squared norm the sum of float32 products is mostly rounding. */
const refineBelow = 1e-4
/** Below this share even the rows differ by their rounding only: they count as identical. */
const noiseBelow = 1e-12

/** Squared L2 norms of the rows. */
export function squaredNorms(matrix: Matrix): Float64Array {
  const { rows, columns, data } = matrix
  const result = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let k = i * columns; k < (i + 1) * columns; k++) sum += data[k]! * data[k]!
    result[i] = sum
  }
  return result
}

/**
 * |x_i - y_j|^2 as |x|^2 + |y|^2 - 2 x.y, [B, R]. Entries so small that rounding would decide them
 * are summed again from the differences, and are exactly 0 for rows that are alike up to rounding.
 */
export function squaredDistances(x: Matrix, y: Matrix | null, product: MatrixProduct): Matrix {
  const other = y ?? x
  const values = product.multiplyTransposed(x, other)
  equalizeRepeatedRows(values, x, y)
  const d2 = values.data
  const xNorms = squaredNorms(x)
  const yNorms = y === null ? xNorms : squaredNorms(y)
  const columns = other.rows
  for (let i = 0; i < x.rows; i++) {
    const norm = xNorms[i]!
    for (let j = 0; j < columns; j++) {
      const index = i * columns + j
      const otherNorm = yNorms[j]!
      let value = norm + otherNorm - 2 * d2[index]!
      const largest = norm > otherNorm ? norm : otherNorm
      if (value <= refineBelow * largest) {
        value = y === null && i === j ? 0 : differenceSquared(x, i, other, j)
        if (value <= noiseBelow * largest) value = 0
      }
      d2[index] = value
    }
  }
  return values
}

function differenceSquared(x: Matrix, i: number, y: Matrix, j: number): number {
  const { columns } = x
  const a = x.data
  const b = y.data
  const a0 = i * columns
  const b0 = j * columns
  let sum = 0
  for (let k = 0; k < columns; k++) {
    const difference = a[a0 + k]! - b[b0 + k]!
    sum += difference * difference
  }
  return sum
}

/**
 * For weights W [B, R] the sums  x: sum_j W_ij (x_i - y_j)  and  y: sum_i W_ij (y_j - x_i); for
 * y null both land in x. These are the gradients of everything that depends on |x_i - y_j|.
 */
export function pullTogether(
  weights: Matrix,
  x: Matrix,
  y: Matrix | null,
  wantsReferences: boolean,
  product: MatrixProduct,
): { x: Matrix; y: Matrix | null } {
  if (y === null) {
    const both = addTransposed(weights)
    const result = product.multiply(both, x)
    subtractFrom(rowSums(both), x, result)
    return { x: result, y: null }
  }
  const gradient = product.multiply(weights, y)
  subtractFrom(rowSums(weights), x, gradient)
  if (!wantsReferences) return { x: gradient, y: null }
  const other = product.transposedMultiply(weights, x)
  subtractFrom(columnSums(weights), y, other)
  return { x: gradient, y: other }
}

/** result = sums * rows - result, in place. */
function subtractFrom(sums: Float64Array, rows: Matrix, result: Matrix): void {
  const { columns } = rows
  for (let i = 0; i < rows.rows; i++) {
    const sum = sums[i]!
    for (let k = i * columns; k < (i + 1) * columns; k++) {
      result.data[k] = sum * rows.data[k]! - result.data[k]!
    }
  }
}

export function rowSums(matrix: Matrix): Float64Array {
  const { rows, columns, data } = matrix
  const result = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = i * columns; j < (i + 1) * columns; j++) sum += data[j]!
    result[i] = sum
  }
  return result
}

function columnSums(matrix: Matrix): Float64Array {
  const { rows, columns, data } = matrix
  const result = new Float64Array(columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j] = result[j]! + data[i * columns + j]!
  }
  return result
}

/** A matrix of the same shape, entry by entry. */
export function mapEntries(
  matrix: Matrix,
  change: (value: number, index: number) => number,
): Matrix {
  const result = createMatrix(matrix.rows, matrix.columns)
  for (let i = 0; i < result.data.length; i++) result.data[i] = change(matrix.data[i]!, i)
  return result
}
