import { finish, type Steps } from '../steps'
import { createMatrix, type Matrix } from './matrix'
import type { MatrixProduct } from './product'
import { rowsAStep } from './productSteps'
import { simdProduct } from './simdProduct'

/** Sum of a[i] b[i] over `length` entries from two offsets. */
export function dot64(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let k = 0
  for (; k + 3 < length; k += 4) {
    s0 += a[aStart + k]! * b[bStart + k]!
    s1 += a[aStart + k + 1]! * b[bStart + k + 1]!
    s2 += a[aStart + k + 2]! * b[bStart + k + 2]!
    s3 += a[aStart + k + 3]! * b[bStart + k + 3]!
  }
  for (; k < length; k++) s0 += a[aStart + k]! * b[bStart + k]!
  return s0 + s1 + (s2 + s3)
}

/**
 * Columns that are worked on at a time. What lies within a block is summed in float64; what one
 * block does to those behind it goes through the product, in float32, which is nearly all of the
 * work of a large matrix (Golub, Van Loan 2013, 4.2). Up to this size all is float64.
 */
const block = 128

/**
 * Cholesky factor L, lower triangular with L L^T = A, of a symmetric positive definite matrix;
 * only the lower triangle of A is read, and it is overwritten by L.
 * @param matrix [n, n]
 * @returns false where the matrix is not positive definite; it is then left half worked
 */
export function factorCholesky(
  matrix: Float64Array,
  n: number,
  product: MatrixProduct = simdProduct,
): boolean {
  return finish(choleskySteps(matrix, n, product))
}

/** The same in steps. */
export function* choleskySteps(
  matrix: Float64Array,
  n: number,
  product: MatrixProduct,
): Steps<boolean> {
  for (let j0 = 0; j0 < n; j0 += block) {
    const j1 = Math.min(n, j0 + block)
    for (let i = j0; i < n; i++) {
      const row = i * n
      const end = Math.min(j1, i + 1)
      for (let j = j0; j < end; j++) {
        const rest = matrix[row + j]! - dot64(matrix, row + j0, matrix, j * n + j0, j - j0)
        if (j < i) matrix[row + j] = rest / matrix[j * n + j]!
        else {
          if (!(rest > 0)) return false
          matrix[row + j] = Math.sqrt(rest)
        }
      }
    }
    if (j1 === n) break
    // What is left shrinks with the square of its side.
    const share = (column: number) => 1 - ((n - column) / n) ** 3
    yield share(j0)
    const height = rowsAStep((n - j1) * block)
    for (let i0 = j1; i0 < n; i0 += height) {
      const i1 = Math.min(n, i0 + height)
      // Only what lies on and below the diagonal is wanted.
      const above = part(matrix, n, j1, i1, j0, j1)
      const update = product.multiplyTransposed(part(matrix, n, i0, i1, j0, j1), above).data
      for (let i = i0; i < i1; i++) {
        const from = (i - i0) * (i1 - j1)
        for (let j = j1; j <= i; j++) {
          matrix[i * n + j] = matrix[i * n + j]! - update[from + j - j1]!
        }
      }
      yield share(j0)
    }
  }
  return true
}

/**
 * Solves L y = b for each row b of `rows` in place, so that the rows become rows L^-T.
 * @param factor lower triangular [n, n]
 * @param rows [count, n]
 */
export function solveLower(
  factor: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
  product: MatrixProduct = simdProduct,
): void {
  finish(solveLowerSteps(factor, n, rows, count, product))
}

/** The same in steps. */
export function* solveLowerSteps(
  factor: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
  product: MatrixProduct,
): Steps<void> {
  for (let j0 = 0; j0 < n; j0 += block) {
    const j1 = Math.min(n, j0 + block)
    const below = part(factor, n, j1, n, j0, j1)
    const height = rowsAStep(n * block)
    for (let r0 = 0; r0 < count; r0 += height) {
      const r1 = Math.min(count, r0 + height)
      for (let r = r0; r < r1; r++) {
        const at = r * n
        for (let i = j0; i < j1; i++) {
          const known = dot64(factor, i * n + j0, rows, at + j0, i - j0)
          rows[at + i] = (rows[at + i]! - known) / factor[i * n + i]!
        }
      }
      if (j1 < n) {
        const update = product.multiplyTransposed(part(rows, n, r0, r1, j0, j1), below)
        subtract(rows, n, r0, j1, update)
      }
      // The later columns have less below them.
      yield 1 - (1 - (j0 + ((j1 - j0) * r1) / count) / n) ** 2
    }
  }
}

/** Solves L^T x = b for each row b of `rows` in place. */
export function solveLowerTransposed(
  factor: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
  product: MatrixProduct = simdProduct,
): void {
  finish(solveLowerTransposedSteps(factor, n, rows, count, product))
}

/** The same in steps. */
export function* solveLowerTransposedSteps(
  factor: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
  product: MatrixProduct,
): Steps<void> {
  for (let j1 = n; j1 > 0;) {
    const j0 = Math.max(0, j1 - block)
    for (let r = 0; r < count; r++) {
      const at = r * n
      for (let i = j1 - 1; i >= j0; i--) {
        const value = rows[at + i]! / factor[i * n + i]!
        rows[at + i] = value
        for (let k = j0; k < i; k++) {
          rows[at + k] = rows[at + k]! - value * factor[i * n + k]!
        }
      }
    }
    if (j0 > 0) {
      const solved = part(rows, n, 0, count, j0, j1)
      subtract(rows, n, 0, 0, product.multiply(solved, part(factor, n, j0, j1, 0, j0)))
    }
    j1 = j0
    yield 1 - (j1 / n) ** 2
  }
}

/** Rows i0 to i1 and columns j0 to j1 of a matrix with n columns. */
function part(
  matrix: Float64Array,
  n: number,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
): Matrix {
  const result = createMatrix(i1 - i0, j1 - j0)
  for (let i = i0; i < i1; i++) {
    result.data.set(matrix.subarray(i * n + j0, i * n + j1), (i - i0) * result.columns)
  }
  return result
}

function subtract(
  rows: Float64Array,
  n: number,
  fromRow: number,
  fromColumn: number,
  update: Matrix,
): void {
  const { columns, data } = update
  for (let r = 0; r < update.rows; r++) {
    const at = (fromRow + r) * n + fromColumn
    for (let k = 0; k < columns; k++) rows[at + k] = rows[at + k]! - data[r * columns + k]!
  }
}
