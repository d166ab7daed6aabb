import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'

/** Rows that go through one product at a time. */
const blockRows = 1024

/**
 * Sums that principal components and discriminants need, gathered block by block: memory holds
 * d x d numbers and one row a class, however many images there are.
 */
export class ScatterAccumulator {
  count = 0
  private shift: Float64Array | null = null
  private squares: Float64Array
  private sums: Float64Array
  private readonly classSums = new Map<number, { count: number; sum: Float64Array }>()

  constructor(
    readonly dimension: number,
    private readonly product: MatrixProduct = simdProduct,
  ) {
    this.squares = new Float64Array(dimension * dimension)
    this.sums = new Float64Array(dimension)
  }

  /**
   * Takes rows [n, d].
   * @param labels [n]; without them, or where negative, a row counts for the total scatter only
   */
  add(rows: Matrix, labels?: ArrayLike<number>): void {
    if (rows.columns !== this.dimension) {
      throw new Error(`Rows have ${rows.columns} components, not ${this.dimension}`)
    }
    for (let from = 0; from < rows.rows; from += blockRows) {
      this.addBlock(rows, from, Math.min(rows.rows, from + blockRows), labels, 1)
    }
  }

  /**
   * These sums without some of the rows that were added, [n, d], with the labels they came with: a
   * fit without a fold costs the work of the fold.
   */
  without(rows: Matrix, labels?: ArrayLike<number>): ScatterAccumulator {
    const result = new ScatterAccumulator(this.dimension, this.product)
    result.count = this.count
    result.shift = this.shift
    result.squares = this.squares.slice()
    result.sums = this.sums.slice()
    for (const [label, { count, sum }] of this.classSums) {
      result.classSums.set(label, { count, sum: sum.slice() })
    }
    for (let from = 0; from < rows.rows; from += blockRows) {
      result.addBlock(rows, from, Math.min(rows.rows, from + blockRows), labels, -1)
    }
    for (const [label, { count }] of result.classSums) {
      if (count === 0) result.classSums.delete(label)
    }
    return result
  }

  /** Mean of all rows, [d]. */
  mean(): Float64Array {
    const { shift } = this
    return this.sums.map((sum, k) => (shift?.[k] ?? 0) + sum / Math.max(1, this.count))
  }

  /** Covariance of all rows, [d, d], divided by their number. */
  covariance(): Float64Array {
    const d = this.dimension
    const n = Math.max(1, this.count)
    const result = new Float64Array(d * d)
    for (let i = 0; i < d; i++) {
      const mean = this.sums[i]! / n
      for (let j = 0; j < d; j++) {
        result[i * d + j] = this.squares[i * d + j]! / n - (mean * this.sums[j]!) / n
      }
    }
    return result
  }

  /**
   * Rows sqrt(n_c / n) (mean_c - mean), [classes, d]: their products are the between-class
   * covariance. Classes in the order in which they came.
   */
  betweenRows(): Matrix {
    const d = this.dimension
    const labelled = this.labelledMean()
    const result = createMatrix(this.classSums.size, d)
    let row = 0
    for (const { count, sum } of this.classSums.values()) {
      const weight = Math.sqrt(count / labelled.count)
      for (let k = 0; k < d; k++) {
        result.data[row * d + k] = weight * (sum[k]! / count - labelled.mean[k]!)
      }
      row++
    }
    return result
  }

  private labelledMean() {
    const mean = new Float64Array(this.dimension)
    let count = 0
    for (const entry of this.classSums.values()) {
      count += entry.count
      for (let k = 0; k < mean.length; k++) mean[k] = mean[k]! + entry.sum[k]!
    }
    return { count, mean: mean.map((sum) => sum / Math.max(1, count)) }
  }

  private addBlock(
    rows: Matrix,
    from: number,
    to: number,
    labels: ArrayLike<number> | undefined,
    sign: 1 | -1,
  ): void {
    const d = this.dimension
    // Taking a rough mean out first keeps float32 products from drowning in a large offset.
    const shift = (this.shift ??= meanOfRows(rows, from, to))
    const centered = createMatrix(to - from, d)
    for (let i = from; i < to; i++) {
      const label = labels?.[i] ?? -1
      const entry = label >= 0 ? this.classOf(label) : null
      if (entry !== null) entry.count += sign
      for (let k = 0; k < d; k++) {
        const value = rows.data[i * d + k]! - shift[k]!
        centered.data[(i - from) * d + k] = value
        this.sums[k] = this.sums[k]! + sign * value
        if (entry !== null) entry.sum[k] = entry.sum[k]! + sign * value
      }
    }
    const squares = this.product.transposedMultiply(centered, centered).data
    for (let k = 0; k < squares.length; k++) this.squares[k] = this.squares[k]! + sign * squares[k]!
    this.count += sign * (to - from)
  }

  private classOf(label: number) {
    const present = this.classSums.get(label)
    if (present !== undefined) return present
    const fresh = { count: 0, sum: new Float64Array(this.dimension) }
    this.classSums.set(label, fresh)
    return fresh
  }
}

function meanOfRows(rows: Matrix, from: number, to: number): Float64Array {
  const mean = new Float64Array(rows.columns)
  for (let i = from; i < to; i++) {
    for (let k = 0; k < rows.columns; k++) {
      mean[k] = mean[k]! + rows.data[i * rows.columns + k]! / (to - from)
    }
  }
  return mean
}
