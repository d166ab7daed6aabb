import { createMatrix, type Matrix } from '../math/matrix'

/** Sums of embeddings by label, from which a few images can be taken out. */
export class LabelMeans {
  private readonly sums: Float64Array
  readonly counts: Uint32Array

  /**
   * @param unit [n, d] L2-normalised
   * @param labels [n] from 0
   */
  constructor(
    private readonly unit: Matrix,
    private readonly labelOf: Int32Array,
    readonly labels: number,
  ) {
    this.sums = new Float64Array(labels * unit.columns)
    this.counts = new Uint32Array(labels)
    for (let row = 0; row < unit.rows; row++) this.add(row)
  }

  private add(row: number): void {
    const { columns, data } = this.unit
    const label = this.labelOf[row]!
    this.counts[label]!++
    for (let k = 0; k < columns; k++) {
      this.sums[label * columns + k]! += data[row * columns + k]!
    }
  }

  /** Directions of the means, [labels, d]; zeros where a label has no image. */
  all(): Matrix {
    const result = createMatrix(this.labels, this.unit.columns)
    for (let label = 0; label < this.labels; label++) {
      result.data.set(this.without(label, []) ?? [], label * this.unit.columns)
    }
    return result
  }

  /** Direction of the mean of a label without some of its images; null where none is left. */
  without(label: number, rows: readonly number[]): Float32Array | null {
    const { columns, data } = this.unit
    if (this.counts[label]! <= rows.length) return null
    const sum = this.sums.slice(label * columns, (label + 1) * columns)
    for (const row of rows) {
      for (let k = 0; k < columns; k++) sum[k]! -= data[row * columns + k]!
    }
    let square = 0
    for (const value of sum) square += value * value
    const length = Math.max(Math.sqrt(square), 1e-12)
    return Float32Array.from(sum, (value) => value / length)
  }
}
