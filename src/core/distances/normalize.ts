import { createMatrix, type Matrix } from '../math/matrix'
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
    const start = i * columns
    let square = 0
    for (let k = start; k < start + columns; k++) square += data[k]! * data[k]!
    const norm = Math.sqrt(square)
    norms[i] = norm
    const divisor = Math.max(norm, smallestNorm)
    for (let k = start; k < start + columns; k++) unit.data[k] = data[k]! / divisor
  }
  return { unit, norms }
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
