import { createMatrix, type Matrix } from './matrix'
import { finish, type Steps } from '../steps'

export interface NormalizedRows {
  readonly unit: Matrix
  /** L2 norm of each row as it was; null where the rows were left as they were. */
  readonly norms: Float64Array | null
}

const smallestNorm = 1e-12

/** Rows divided by max(L2 norm, 1e-12); [n, d] -> [n, d]. */
export function normalizeRows(matrix: Matrix): { unit: Matrix; norms: Float64Array } {
  return finish(normalizeRowsSteps(matrix))
}

/** Numbers before others may run. */
const numbersAStep = 2 ** 21

/** The same in steps. */
export function* normalizeRowsSteps(matrix: Matrix): Steps<{ unit: Matrix; norms: Float64Array }> {
  const { rows, columns, data } = matrix
  const unit = createMatrix(rows, columns)
  const norms = new Float64Array(rows)
  const rowsAStep = Math.ceil(numbersAStep / Math.max(1, columns))
  for (let i = 0; i < rows; i++) {
    if (i % rowsAStep === rowsAStep - 1) yield i / rows
    norms[i] = normalizeRow(data, unit.data, i * columns, columns)
  }
  return { unit, norms }
}

/** The same over the numbers that are there. */
export function normalizeInPlace({ data, rows, columns }: Matrix): void {
  for (let i = 0; i < rows; i++) normalizeRow(data, data, i * columns, columns)
}

/** @returns the L2 norm of the row */
function normalizeRow(from: Float32Array, to: Float32Array, start: number, columns: number) {
  const end = start + columns
  let square = 0
  for (let k = start; k < end; k++) square += from[k]! * from[k]!
  const norm = Math.sqrt(square)
  const divisor = Math.max(norm, smallestNorm)
  for (let k = start; k < end; k++) to[k] = from[k]! / divisor
  return norm
}

/**
 * Gradient with respect to the rows before normalisation: (g - u (u . g)) / |e|.
 * A row of zeros has no direction to turn to: its gradient is 0.
 * @param gradient with respect to the unit rows; changed in place where there are norms
 */
export function normalizeRowsBackward(rows: NormalizedRows, gradient: Matrix): Matrix {
  const { unit, norms } = rows
  if (norms === null) return gradient
  const { columns } = unit
  const u = unit.data
  const g = gradient.data
  for (let i = 0; i < unit.rows; i++) {
    const start = i * columns
    const norm = norms[i]!
    if (norm <= smallestNorm) {
      g.fill(0, start, start + columns)
      continue
    }
    let along = 0
    for (let k = start; k < start + columns; k++) along += u[k]! * g[k]!
    for (let k = start; k < start + columns; k++) g[k] = (g[k]! - u[k]! * along) / norm
  }
  return gradient
}
