import type { Matrix } from '../math/matrix'
import { normalizeRows } from '../math/normalizeRows'

/**
 * A copy whose rows have length 1, so that a dot product is the cosine. A row of zeros, and one
 * that is not finite, becomes zeros: it is near nothing.
 */
export function normalizedRows(matrix: Matrix): Matrix {
  const { unit, norms } = normalizeRows(matrix)
  const { columns, data } = unit
  norms.forEach((norm, row) => {
    if (!Number.isFinite(norm)) data.fill(0, row * columns, (row + 1) * columns)
  })
  return unit
}

/** Dot product of row `i` of a and row `j` of b; both have `columns` numbers a row. */
export function dotOfRows(
  a: Float32Array,
  i: number,
  b: Float32Array,
  j: number,
  columns: number,
): number {
  let at = i * columns
  let bt = j * columns
  const end = at + columns - (columns & 3)
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  for (; at < end; at += 4, bt += 4) {
    s0 += a[at]! * b[bt]!
    s1 += a[at + 1]! * b[bt + 1]!
    s2 += a[at + 2]! * b[bt + 2]!
    s3 += a[at + 3]! * b[bt + 3]!
  }
  for (let left = columns & 3; left > 0; left--, at++, bt++) s0 += a[at]! * b[bt]!
  return s0 + s1 + (s2 + s3)
}
