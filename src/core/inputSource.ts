import type { Random } from './math/random'

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
