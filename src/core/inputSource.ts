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
