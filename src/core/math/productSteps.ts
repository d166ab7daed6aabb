import type { Steps } from '../steps'
import { createMatrix, type Matrix } from './matrix'
import type { MatrixProduct } from './product'

/** Multiplications of a product before others may run: some ten milliseconds of a native one. */
const workAStep = 3e8

/** Rows that a step may take, where each costs so many multiplications. */
export const rowsAStep = (workOfRow: number): number =>
  Math.max(16, Math.floor(workAStep / Math.max(1, workOfRow)))

/**
 * A product in steps of rows of its first factor; the numbers are those of the whole at once.
 * @param a [n, k]
 * @param b [m, k] of `multiplyTransposed`, [k, m] of `multiply`; may be `a` itself
 */
export function* productSteps(
  form: 'multiply' | 'multiplyTransposed',
  a: Matrix,
  b: Matrix,
  product: MatrixProduct,
): Steps<Matrix> {
  const columns = form === 'multiply' ? b.columns : b.rows
  const panels = Math.ceil(a.rows / rowsAStep(a.columns * columns))
  yield 0
  if (panels < 2) return product[form](a, b)
  const result = createMatrix(a.rows, columns)
  const letGo = product.hold?.(b)
  try {
    for (let panel = 0; panel < panels; panel++) {
      // As equal as they can be: a library may sum a single row otherwise.
      const from = Math.floor((panel * a.rows) / panels)
      const to = Math.floor(((panel + 1) * a.rows) / panels)
      const rows = a.data.slice(from * a.columns, to * a.columns)
      const part = product[form](createMatrix(to - from, a.columns, rows), b)
      result.data.set(part.data, from * columns)
      yield (panel + 1) / panels
    }
  } finally {
    letGo?.()
  }
  return result
}
