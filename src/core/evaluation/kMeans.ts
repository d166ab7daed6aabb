import { normalizeRows } from '../math/normalizeRows'
import { createMatrix, gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import type { Random } from '../math/random'

export interface KMeansOptions {
  readonly clusters: number
  readonly random: Random
  readonly product?: MatrixProduct
  readonly iterations?: number
  /** L2-normalises the rows first; on by default. */
  readonly normalized?: boolean
}

export interface Clustering {
  /** Cluster of each row. */
  readonly clusters: Int32Array
  /** [k, d] */
  readonly centers: Matrix
  /** Sum of squared distances to the centres. */
  readonly inertia: number
}

/**
 * k-means (Lloyd 1957) from centres spread out by k-means++ (Arthur, Vassilvitskii 2007). A
 * cluster that loses all its rows takes the row farthest from its centre.
 * @param rows [n, d]
 */
export function kMeans(rows: Matrix, options: KMeansOptions): Clustering {
  const { product = simdProduct, iterations = 100, random } = options
  const points = options.normalized === false ? rows : normalizeRows(rows).unit
  const k = Math.min(options.clusters, points.rows)
  if (k === 0) {
    return { clusters: new Int32Array(0), centers: createMatrix(0, rows.columns), inertia: 0 }
  }
  let centers = gatherRows(points, spreadOut(points, k, random))
  let clusters = new Int32Array(points.rows).fill(-1)
  let inertia = Infinity
  for (let turn = 0; turn < iterations; turn++) {
    const next = assign(points, centers, product)
    const isSettled = next.clusters.every((cluster, row) => cluster === clusters[row])
    clusters = next.clusters
    inertia = next.squares.reduce((sum, square) => sum + square, 0)
    if (isSettled) break
    centers = moveCenters(points, clusters, next.squares, centers)
  }
  return { clusters, centers, inertia }
}

function spreadOut(points: Matrix, k: number, random: Random): number[] {
  const chosen = [random.integer(points.rows)]
  const nearest = new Float64Array(points.rows).fill(Infinity)
  while (chosen.length < k) {
    const last = chosen[chosen.length - 1]!
    let total = 0
    for (let i = 0; i < points.rows; i++) {
      nearest[i] = Math.min(nearest[i]!, squaredDistance(points, i, points, last))
      total += nearest[i]!
    }
    // Where all rows coincide with centres any other row will do.
    let rest = random.next() * total
    let next = total > 0 ? -1 : chosen.length % points.rows
    for (let i = 0; next < 0 && i < points.rows; i++) {
      rest -= nearest[i]!
      if (rest < 0 && nearest[i]! > 0) next = i
    }
    chosen.push(next < 0 ? nearest.indexOf(Math.max(...nearest)) : next)
  }
  return chosen
}

function assign(points: Matrix, centers: Matrix, product: MatrixProduct) {
  const inner = product.multiplyTransposed(points, centers)
  const halves = new Float64Array(centers.rows)
  for (let c = 0; c < centers.rows; c++) {
    let square = 0
    for (let j = c * centers.columns; j < (c + 1) * centers.columns; j++) {
      square += centers.data[j]! * centers.data[j]!
    }
    halves[c] = square / 2
  }
  const clusters = new Int32Array(points.rows)
  const squares = new Float64Array(points.rows)
  for (let i = 0; i < points.rows; i++) {
    let best = 0
    let bestValue = Infinity
    for (let c = 0; c < centers.rows; c++) {
      const value = halves[c]! - inner.data[i * centers.rows + c]!
      if (value < bestValue) {
        bestValue = value
        best = c
      }
    }
    clusters[i] = best
    squares[i] = squaredDistance(points, i, centers, best)
  }
  return { clusters, squares }
}

function moveCenters(
  points: Matrix,
  clusters: Int32Array,
  squares: Float64Array,
  previous: Matrix,
): Matrix {
  const { columns } = points
  const sums = new Float64Array(previous.data.length)
  const counts = new Uint32Array(previous.rows)
  for (let i = 0; i < points.rows; i++) {
    const c = clusters[i]!
    counts[c] = counts[c]! + 1
    for (let k = 0; k < columns; k++) {
      sums[c * columns + k] = sums[c * columns + k]! + points.data[i * columns + k]!
    }
  }
  const left = squares.slice()
  const centers = createMatrix(previous.rows, columns)
  for (let c = 0; c < previous.rows; c++) {
    if (counts[c] === 0) {
      let farthest = 0
      for (let i = 1; i < left.length; i++) if (left[i]! > left[farthest]!) farthest = i
      left[farthest] = 0
      centers.data.set(
        points.data.subarray(farthest * columns, (farthest + 1) * columns),
        c * columns,
      )
      continue
    }
    for (let k = 0; k < columns; k++) {
      centers.data[c * columns + k] = sums[c * columns + k]! / counts[c]!
    }
  }
  return centers
}

function squaredDistance(a: Matrix, i: number, b: Matrix, j: number): number {
  let sum = 0
  for (let k = 0; k < a.columns; k++) {
    const difference = a.data[i * a.columns + k]! - b.data[j * b.columns + k]!
    sum += difference * difference
  }
  return sum
}
