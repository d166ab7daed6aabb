import type { Matrix } from '../math/matrix'

/**
 * A copy whose rows have length 1, so that a dot product is the cosine. A row of zeros, and one
 * that is not finite, becomes zeros: it is near nothing.
 */
export function normalizedRows(matrix: Matrix): Matrix {
  const { rows, columns } = matrix
  const data = new Float32Array(matrix.data.length)
  for (let i = 0; i < rows; i++) {
    const start = i * columns
    let squared = 0
    for (let k = start; k < start + columns; k++) squared += matrix.data[k]! * matrix.data[k]!
    if (!(squared > 0) || !Number.isFinite(squared)) continue
    const factor = 1 / Math.sqrt(squared)
    for (let k = start; k < start + columns; k++) data[k] = matrix.data[k]! * factor
  }
  return { data, rows, columns }
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
