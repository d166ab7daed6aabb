import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import { finish, type Steps } from '../steps'

/** Rows that go through one product at a time. */
const blockRows = 1024
/** Columns of the products of a block before others may run. */
const panelColumns = 512

/** Rows of one class, or of none, less a row that is near them all. */
interface Group {
  count: number
  /** In float64, [d]. */
  readonly shift: Float64Array
  /** Of rows less the shift, [d]. */
  readonly sum: Float64Array
}

/** Rows without a class. */
const noClass = -1

/**
 * Sums that principal components and discriminants need, gathered block by block: memory holds
 * d x d numbers and two rows a class, however many images there are.
 *
 * Products are float32 and their sums float64. What goes into a product is a row less the first one
 * of its class: so the rounding is that of how images of a class differ, not of how far features lie
 * from 0 or classes from each other, and copies of one image differ by nothing at all.
 */
export class ScatterAccumulator {
  count = 0
  /** Of rows less the shift of their group; on and left of the diagonal. */
  private squares: Float64Array
  /** Trace of all squares that were ever added or taken away: rounding goes with it. */
  private worked = 0
  private readonly groups = new Map<number, Group>()

  constructor(
    readonly dimension: number,
    private readonly product: MatrixProduct = simdProduct,
  ) {
    this.squares = new Float64Array(dimension * dimension)
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
    result.worked = this.worked
    result.squares = this.squares.slice()
    for (const [label, { count, shift, sum }] of this.groups) {
      result.groups.set(label, { count, shift, sum: sum.slice() })
    }
    for (let from = 0; from < rows.rows; from += blockRows) {
      for (const share of result.addBlock(rows, from, labels, -1)) {
        yield Math.min(1, (from + share * blockRows) / rows.rows)
      }
    }
    for (const [label, { count }] of result.groups) {
      if (count === 0) result.groups.delete(label)
    }
    return result
  }

  /** Mean of all rows, [d]. */
  mean(): Float64Array {
    return meanOfGroups([...this.groups.values()], this.dimension)
  }

  /** Covariance of all rows, [d, d], divided by their number. */
  covariance(): Float64Array {
    return finish(this.covarianceSteps())
  }

  /** The same in steps. */
  *covarianceSteps(): Steps<Float64Array> {
    const result = yield* this.withinSteps()
    const groups = [...this.groups.values()]
    if (groups.length < 2) return result
    const rows = spreadOfGroups(groups, this.dimension)
    const between = this.product.transposedMultiply(rows, rows).data
    for (let i = 0; i < result.length; i++) result[i] = result[i]! + between[i]!
    return result
  }

  /**
   * Covariance of rows about the means of their classes, [d, d], divided by their number; rows
   * without a class are one of their own.
   */
  *withinSteps(): Steps<Float64Array> {
    const d = this.dimension
    const n = Math.max(1, this.count)
    const groups = [...this.groups.values()]
    const offsets = createMatrix(groups.length, d)
    groups.forEach(({ count, sum }, row) => {
      const weight = 1 / Math.sqrt(n * Math.max(1, count))
      for (let k = 0; k < d; k++) offsets.data[row * d + k] = weight * sum[k]!
    })
    const ofShifts = this.product.transposedMultiply(offsets, offsets).data
    yield 0.2
    const result = new Float64Array(d * d)
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) {
        result[i * d + j] = this.squares[i * d + j]! / n - ofShifts[i * d + j]!
      }
      // What is less is rounding.
      result[i * d + i] = Math.max(0, result[i * d + i]!)
    }
    yield 0.5
    mirrorLower(result, d)
    return result
  }

  /**
   * What an eigenvalue of the covariances may be off, where nothing else is: of a symmetric matrix
   * of independent errors (Wigner 1955), from the rounding of float32 products.
   */
  rounding(): number {
    const variance = this.worked / Math.max(1, this.count) / this.dimension
    return 2 * 2 ** -23 * Math.sqrt(this.dimension) * variance
  }

  /**
   * Rows sqrt(n_c / n) (mean_c - mean), [classes, d]: their products are the between-class
   * covariance. Classes in the order in which they came.
   */
  betweenRows(): Matrix {
    const d = this.dimension
    const classes = [...this.groups].filter(([label]) => label !== noClass)
    return spreadOfGroups(
      classes.map(([, group]) => group),
      d,
    )
  }

  private *addBlock(
    rows: Matrix,
    from: number,
    labels: ArrayLike<number> | undefined,
    sign: 1 | -1,
  ): Steps<void> {
    const d = this.dimension
    const to = Math.min(rows.rows, from + blockRows)
    const centered = createMatrix(to - from, d)
    for (let i = from; i < to; i++) {
      const label = Math.max(noClass, labels?.[i] ?? noClass)
      const group = this.groups.get(label) ?? this.startGroup(label, rows, i, to)
      const { shift, sum } = group
      group.count += sign
      let square = 0
      for (let k = 0; k < d; k++) {
        const value = rows.data[i * d + k]! - shift[k]!
        centered.data[(i - from) * d + k] = value
        sum[k] = sum[k]! + sign * value
        square += value * value
      }
      this.worked += square
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

  /** A class is centred by its first row, which its copies are; rows without one by a mean. */
  private startGroup(label: number, rows: Matrix, row: number, to: number): Group {
    const d = this.dimension
    const shift = meanOfRows(rows, row, label === noClass ? to : row + 1)
    const group = { count: 0, shift, sum: new Float64Array(d) }
    this.groups.set(label, group)
    return group
  }
}

/** Mean of all rows of the groups, [d]. */
function meanOfGroups(groups: readonly Group[], d: number): Float64Array {
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const mean = new Float64Array(d)
  for (const { count, shift, sum } of groups) {
    for (let k = 0; k < d; k++) mean[k] = mean[k]! + (count * shift[k]! + sum[k]!) / total
  }
  return mean
}

/** Rows sqrt(n_g / n) (mean_g - mean), [groups, d]. */
function spreadOfGroups(groups: readonly Group[], d: number): Matrix {
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  const mean = meanOfGroups(groups, d)
  const result = createMatrix(groups.length, d)
  groups.forEach(({ count, shift, sum }, row) => {
    const weight = Math.sqrt(count / total)
    for (let k = 0; k < d; k++) {
      const difference = shift[k]! + sum[k]! / count - mean[k]!
      // Means of float32 numbers that differ at all differ by more than float64 rounds.
      const isRounding = Math.abs(difference) <= 2 ** -46 * Math.abs(mean[k]!)
      result.data[row * d + k] = isRounding ? 0 : weight * difference
    }
  })
  return result
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
