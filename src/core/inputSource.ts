import { createMatrix, type Matrix } from './math/matrix'
import type { Random } from './math/random'
import { finish, type Steps } from './steps'

/** Inputs by row: frozen features, or pixels. */
export interface InputSource {
  readonly rows: number
  /** Numbers in a row. */
  readonly rowSize: number
  /**
   * Writes the named rows one after another into `target`.
   * @param augmentation where given, rows are varied at random, as for training
   */
  read(rows: ArrayLike<number>, target: Float32Array, augmentation: Random | null): void
}

/** Rows that are in memory as they are: features. */
export function featureSource(data: Float32Array, rowSize: number): InputSource {
  return {
    rows: data.length / rowSize,
    rowSize,
    read(rows, target) {
      for (let i = 0; i < rows.length; i++) {
        const from = rows[i]! * rowSize
        target.set(data.subarray(from, from + rowSize), i * rowSize)
      }
    },
  }
}

/** Some of the numbers in each row, those of `parts` one after another: features of some layers. */
export function columnsOfSource(
  source: InputSource,
  parts: readonly { readonly from: number; readonly to: number }[],
): InputSource {
  const { rows, rowSize } = source
  const size = parts.reduce((sum, { from, to }) => sum + to - from, 0)
  return {
    rows,
    rowSize: size,
    read(wanted, target, augmentation) {
      const row = new Float32Array(rowSize)
      for (let i = 0; i < wanted.length; i++) {
        source.read([wanted[i]!], row, augmentation)
        let at = i * size
        for (const { from, to } of parts) {
          target.set(row.subarray(from, to), at)
          at += to - from
        }
      }
    },
  }
}

/** Rows of a source as a matrix, as they are. */
export const gather = (source: InputSource, rows: Uint32Array): Matrix =>
  finish(gatherSteps(source, rows))

/** Numbers that are read before others may run. */
const numbersAStep = 2 ** 20

/** The same in steps. */
export function* gatherSteps(source: InputSource, rows: Uint32Array): Steps<Matrix> {
  const { rowSize } = source
  const result = createMatrix(rows.length, rowSize)
  const rowsAStep = Math.max(1, Math.floor(numbersAStep / Math.max(1, rowSize)))
  for (let from = 0; from < rows.length; from += rowsAStep) {
    const to = Math.min(rows.length, from + rowsAStep)
    const target = result.data.subarray(from * rowSize, to * rowSize)
    source.read(rows.subarray(from, to), target, null)
    yield to / rows.length
  }
  return result
}
