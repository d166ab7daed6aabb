import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import { finish, type Steps } from '../steps'

/** Rows that go through one product at a time. */
const blockRows = 1024
/** Columns of the products of a block before others may run. */
const panelColumns = 512

/**
 * Sums that principal components and discriminants need, gathered block by block: memory holds
 * d x d numbers and one row a class, however many images there are.
 */
export class ScatterAccumulator {
  count = 0
  private shift: Float64Array | null = null
  /** On and left of the diagonal. */
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
    finish(this.addSteps(rows, labels))
  }

  /** The same in steps. */
  *addSteps(rows: Matrix, labels?: ArrayLike<number>): Steps<void> {
    if (rows.columns !== this.dimension) {
      throw new Error(`Rows have ${rows.columns} components, not ${this.dimension}`)
    }
    for (let from = 0; from < rows.rows; from += blockRows) {
      for (const share of this.addBlock(rows, from, labels, 1)) {
        yield Math.min(1, (from + share * blockRows) / rows.rows)
      }
    }
  }

  /**
   * These sums without some of the rows that were added, [n, d], with the labels they came with: a
   * fit without a fold costs the work of the fold.
   */
  without(rows: Matrix, labels?: ArrayLike<number>): ScatterAccumulator {
    return finish(this.withoutSteps(rows, labels))
  }

  /** The same in steps. */
  *withoutSteps(rows: Matrix, labels?: ArrayLike<number>): Steps<ScatterAccumulator> {
    const result = new ScatterAccumulator(this.dimension, this.product)
    result.count = this.count
    result.shift = this.shift
    result.squares = this.squares.slice()
    result.sums = this.sums.slice()
    for (const [label, { count, sum }] of this.classSums) {
      result.classSums.set(label, { count, sum: sum.slice() })
    }
    for (let from = 0; from < rows.rows; from += blockRows) {
      for (const share of result.addBlock(rows, from, labels, -1)) {
        yield Math.min(1, (from + share * blockRows) / rows.rows)
      }
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
    return finish(this.covarianceSteps())
  }

  /** The same in steps. */
  *covarianceSteps(): Steps<Float64Array> {
    const d = this.dimension
    const n = Math.max(1, this.count)
    const result = new Float64Array(d * d)
    for (let i = 0; i < d; i++) {
      const mean = this.sums[i]! / n
      for (let j = 0; j <= i; j++) {
        result[i * d + j] = this.squares[i * d + j]! / n - (mean * this.sums[j]!) / n
      }
    }
    yield 0.3
    mirrorLower(result, d)
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

  private *addBlock(
    rows: Matrix,
    from: number,
    labels: ArrayLike<number> | undefined,
    sign: 1 | -1,
  ): Steps<void> {
    const d = this.dimension
    const to = Math.min(rows.rows, from + blockRows)
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
    this.count += sign * (to - from)
    for (let i0 = 0; i0 < d; i0 += panelColumns) {
      yield (i0 / d) ** 2
      const i1 = Math.min(d, i0 + panelColumns)
      const left = i1 === d ? centered : columnsOf(centered, 0, i1)
      const panel = i0 === 0 ? left : columnsOf(centered, i0, i1)
      const squares = this.product.transposedMultiply(panel, left).data
      for (let i = i0; i < i1; i++) {
        const at = (i - i0) * i1
        const row = i * d
        for (let j = 0; j <= i; j++) {
          this.squares[row + j] = this.squares[row + j]! + sign * squares[at + j]!
        }
      }
    }
    yield 1
  }

  private classOf(label: number) {
    const present = this.classSums.get(label)
    if (present !== undefined) return present
    const fresh = { count: 0, sum: new Float64Array(this.dimension) }
    this.classSums.set(label, fresh)
    return fresh
  }
}

/** Copies what lies below the diagonal to above it, in tiles that stay in cache. */
function mirrorLower(matrix: Float64Array, d: number): void {
  const tile = 32
  for (let i0 = 0; i0 < d; i0 += tile) {
    const i1 = Math.min(d, i0 + tile)
    for (let j0 = 0; j0 <= i0; j0 += tile) {
      for (let i = i0; i < i1; i++) {
        const j1 = Math.min(j0 + tile, i)
        for (let j = j0; j < j1; j++) matrix[j * d + i] = matrix[i * d + j]!
      }
    }
  }
}

/** Columns [from, to) of a matrix. */
function columnsOf(matrix: Matrix, from: number, to: number): Matrix {
  const result = createMatrix(matrix.rows, to - from)
  for (let i = 0; i < matrix.rows; i++) {
    const at = i * matrix.columns
    result.data.set(matrix.data.subarray(at + from, at + to), i * result.columns)
  }
  return result
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
