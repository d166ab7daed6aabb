import { compareAll } from '../evaluation/compareAll'
import { kMeans } from '../evaluation/kMeans'
import { gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { productSteps } from '../math/productSteps'
import type { Random } from '../math/random'
import { SmallestK } from '../math/smallestK'
import { partOf, type Steps } from '../steps'

/** The nearest other rows of some rows by cosine, nearest first. */
export interface NearestOthers {
  /** Of each query; fewer where there are not so many others. */
  readonly k: number
  /** [queries, k] */
  readonly indices: Uint32Array
  /** 1 - cosine, [queries, k]; Infinity where none was found. */
  readonly distances: Float32Array
}

export interface NearestOptions {
  readonly k: number
  readonly product: MatrixProduct
  readonly random: Random
  /** Up to so many rows each query is compared with all. */
  readonly mostExact?: number
}

const usualMostExact = 12_000
/** Rows that cells are made from, and how often they are moved. */
const cellSample = 8_000
const cellTurns = 4
/** Cells that the rows of a cell are compared with: so many, and this share of all. */
const leastCells = 8
const shareOfCells = 0.02
/** Numbers of a block of similarities, and rows of a step of work. */
const blockEntries = 2 ** 21
const rowsAStep = 512

/**
 * The `k` nearest other rows of each query; the row itself is left out by its index. Of equally
 * near ones the lower index comes first. With many rows they are looked for in the cells of k-means
 * nearest to the query's own (Sivic, Zisserman 2003): about O(n^1.5 d), O(n) memory.
 * @param unit [n, d] of length 1
 * @param queries rows that ask
 */
export function* nearestOthers(
  unit: Matrix,
  queries: Uint32Array,
  options: NearestOptions,
): Steps<NearestOthers> {
  const k = Math.max(0, Math.min(options.k, unit.rows - 1))
  const found: NearestOthers = {
    k,
    indices: new Uint32Array(queries.length * k),
    distances: new Float32Array(queries.length * k).fill(Infinity),
  }
  if (k === 0 || queries.length === 0) return found
  if (unit.rows <= (options.mostExact ?? usualMostExact)) {
    yield* amongAll(unit, queries, options.product, found)
  } else yield* inCells(unit, queries, options, found)
  return found
}

function* amongAll(
  unit: Matrix,
  queries: Uint32Array,
  product: MatrixProduct,
  found: NearestOthers,
): Steps<void> {
  const best = new SmallestK(found.k)
  let place = 0
  yield* compareAll(unit, queries, { product }, (query, cosines) => {
    best.clear()
    for (let j = 0; j < cosines.length; j++) {
      const key = 1 - cosines[j]!
      if (key < best.worst && j !== query) best.add(key, j)
    }
    put(found, place++, best)
  })
}

function put({ k, indices, distances }: NearestOthers, place: number, best: SmallestK): void {
  for (let r = 0; r < k; r++) {
    indices[place * k + r] = best.index[r]!
    distances[place * k + r] = Math.max(0, best.key[r]!)
  }
}

function* inCells(
  unit: Matrix,
  queries: Uint32Array,
  { product, random }: NearestOptions,
  found: NearestOthers,
): Steps<void> {
  const count = Math.round(Math.sqrt(unit.rows))
  const sample = random.shuffle(Uint32Array.from({ length: unit.rows }, (_, i) => i))
  const { centers } = kMeans(gatherRows(unit, sample.subarray(0, cellSample)), {
    ...{ clusters: count, iterations: cellTurns, product, random, normalized: false },
  })
  yield 0.1
  const cellOf = new Uint32Array(unit.rows)
  for (let from = 0; from < unit.rows; from += rowsAStep) {
    const to = Math.min(unit.rows, from + rowsAStep)
    const own = product.multiplyTransposed(rangeOf(unit, from, to), centers).data
    for (let i = from; i < to; i++) cellOf[i] = largestOf(own, (i - from) * count, count)
    yield 0.1 + (0.1 * to) / unit.rows
  }
  const members = grouped(cellOf, count)
  const asking: number[][] = Array.from({ length: count }, () => [])
  queries.forEach((query, place) => asking[cellOf[query]!]!.push(place))
  const between = yield* partOf(
    productSteps('multiplyTransposed', centers, centers, product),
    0.2,
    0.21,
  )
  const looked = Math.min(count, leastCells + Math.ceil(shareOfCells * count))
  const best = new SmallestK(found.k)
  let done = 0
  for (let cell = 0; cell < count; cell++) {
    const places = asking[cell]!
    if (places.length === 0) continue
    const cells = nearestCells(between.data.subarray(cell * count, (cell + 1) * count), cell)
    const rows = rowsIn(cells, members, Math.max(looked, 1), found.k + 1)
    const others = gatherRows(unit, rows)
    const step = Math.max(1, Math.floor(blockEntries / rows.length))
    for (let from = 0; from < places.length; from += step) {
      const block = places.slice(from, from + step)
      const asked = gatherRows(
        unit,
        block.map((place) => queries[place]!),
      )
      const cosines = product.multiplyTransposed(asked, others).data
      block.forEach((place, i) => {
        const query = queries[place]!
        best.clear()
        for (let j = 0, at = i * rows.length; j < rows.length; j++, at++) {
          const key = 1 - cosines[at]!
          if (key < best.worst && rows[j] !== query) best.add(key, rows[j]!)
        }
        put(found, place, best)
      })
      done += block.length
      yield 0.21 + (0.79 * done) / queries.length
    }
  }
}

const rangeOf = ({ data, columns }: Matrix, from: number, to: number): Matrix => ({
  data: data.subarray(from * columns, to * columns),
  rows: to - from,
  columns,
})

function largestOf(values: Float32Array, from: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) if (values[from + i]! > values[from + best]!) best = i
  return best
}

function grouped(cellOf: Uint32Array, count: number): readonly number[][] {
  const members: number[][] = Array.from({ length: count }, () => [])
  cellOf.forEach((cell, row) => members[cell]!.push(row))
  return members
}

/** All cells, the own one first and then by the cosine of their centres. */
function nearestCells(cosines: Float32Array, own: number): readonly number[] {
  return [...cosines.keys()].sort(
    (a, b) => Number(b === own) - Number(a === own) || cosines[b]! - cosines[a]! || a - b,
  )
}

/** Rows of the first cells, of more than so many where they hold too few; rising. */
function rowsIn(
  cells: readonly number[],
  members: readonly number[][],
  looked: number,
  least: number,
): Uint32Array {
  const rows: number[] = []
  for (const [at, cell] of cells.entries()) {
    if (at >= looked && rows.length >= least) break
    for (const row of members[cell]!) rows.push(row)
  }
  return Uint32Array.from(rows).sort()
}
