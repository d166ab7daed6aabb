import { normalizeRows } from './normalizeRows'
import { createMatrix, type Matrix } from './matrix'
import { SmallestK } from './smallestK'
import type { MatrixProduct } from './product'
import { simdProduct } from './simdProduct'

export interface NeighborOptions {
  /** Neighbours of each row. */
  readonly k: number
  /** L2-normalises the rows first, which makes Euclidean and cosine order the same. On by default. */
  readonly normalized?: boolean
  readonly product?: MatrixProduct
  /** Rows [m, d] to search for; by default the rows themselves, each without itself. */
  readonly queries?: Matrix
}

export interface Neighbors {
  readonly rows: number
  /** As asked for, or as many as there are. */
  readonly k: number
  /** [rows, k], nearest first, ties by index. */
  readonly indices: Uint32Array
  /** [rows, k] Euclidean distances. */
  readonly distances: Float32Array
}

/** Entries of a block of products: 16 MiB. */
const blockEntries = 4 * 1024 * 1024

/**
 * Exact nearest neighbours by Euclidean distance, in blocks: memory grows with rows times k.
 * @param rows [n, d]
 */
export function exactNeighbors(rows: Matrix, options: NeighborOptions): Neighbors {
  const { product = simdProduct, queries } = options
  const prepare = (matrix: Matrix) =>
    options.normalized === false ? matrix : normalizeRows(matrix).unit
  const points = prepare(rows)
  const asking = queries === undefined ? points : prepare(queries)
  const k = Math.max(0, Math.min(options.k, queries === undefined ? rows.rows - 1 : rows.rows))
  const indices = new Uint32Array(asking.rows * k)
  const distances = new Float32Array(asking.rows * k)
  const halves = halfSquares(points)
  const step = Math.max(1, Math.floor(blockEntries / Math.max(1, points.rows)))
  const best = new SmallestK(k)
  for (let from = 0; k > 0 && from < asking.rows; from += step) {
    const to = Math.min(asking.rows, from + step)
    const block = createMatrix(
      to - from,
      asking.columns,
      asking.data.subarray(from * asking.columns, to * asking.columns),
    )
    const inner = product.multiplyTransposed(block, points).data
    for (let i = from; i < to; i++) {
      const row = (i - from) * points.rows
      const self = queries === undefined ? i : -1
      best.clear()
      for (let j = 0; j < points.rows; j++) {
        const key = halves[j]! - inner[row + j]!
        if (key < best.worst && j !== self) best.add(key, j)
      }
      for (let r = 0; r < k; r++) {
        const j = best.index[r]!
        indices[i * k + r] = j
        distances[i * k + r] = distanceBetween(asking, i, points, j)
      }
    }
  }
  return { rows: asking.rows, k, indices, distances }
}

function halfSquares(points: Matrix): Float64Array {
  const result = new Float64Array(points.rows)
  for (let i = 0; i < points.rows; i++) {
    let sum = 0
    for (let k = i * points.columns; k < (i + 1) * points.columns; k++) {
      sum += points.data[k]! * points.data[k]!
    }
    result[i] = sum / 2
  }
  return result
}

function distanceBetween(a: Matrix, i: number, b: Matrix, j: number): number {
  let sum = 0
  for (let k = 0; k < a.columns; k++) {
    const difference = a.data[i * a.columns + k]! - b.data[j * b.columns + k]!
    sum += difference * difference
  }
  return Math.sqrt(sum)
}
