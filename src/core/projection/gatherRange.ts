import type { Matrix } from '../math/matrix'

/** The rows from `first` up to `end`, or to the last, as a view that shares the numbers. */
export function gatherRange(matrix: Matrix, first: number, end: number): Matrix {
  const last = Math.min(end, matrix.rows)
  const { columns } = matrix
  return {
    data: matrix.data.subarray(first * columns, last * columns),
    rows: last - first,
    columns,
  }
}
