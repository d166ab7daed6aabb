import { distances } from '../distances'
import { createMatrix, gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'

export interface RankingOptions {
  /** Name of a distance of the registry; cosine by default. */
  readonly distance?: string | undefined
  readonly normalized?: boolean | undefined
  readonly product?: MatrixProduct | undefined
  /** Images to ask for; all by default. Those alone in their class are skipped. */
  readonly queries?: ArrayLike<number> | undefined
}

/** Entries of a block of distances: 16 MiB. */
const blockEntries = 4 * 1024 * 1024

/**
 * For each query calls `visit` with the ranks (1 = nearest) of the other images of its class among
 * all images but the query itself, ascending; ties in distance rank by index. Memory grows with
 * the number of images, never with its square.
 * @param embeddings [n, d]
 * @param labels [n]
 */
export function visitRanks(
  embeddings: Matrix,
  labels: ArrayLike<number>,
  options: RankingOptions,
  visit: (query: number, ranks: Uint32Array) => void,
): void {
  const { product = simdProduct, normalized } = options
  const distance = distances.get(options.distance ?? 'cosine')
  const sign = distance.isSimilarity ? -1 : 1
  const members = membersByLabel(labels)
  const queries = (
    options.queries === undefined
      ? Array.from({ length: embeddings.rows }, (_, i) => i)
      : Array.from(options.queries)
  ).filter((query) => members.get(labels[query]!)!.length > 1)
  const blockRows = Math.max(1, Math.floor(blockEntries / Math.max(1, embeddings.rows)))
  for (let from = 0; from < queries.length; from += blockRows) {
    const block = queries.slice(from, from + blockRows)
    const isWhole = block.length === embeddings.rows && options.queries === undefined
    const { values } = distance.forward(
      gatherRows(embeddings, block),
      isWhole ? undefined : embeddings,
      normalized === undefined ? {} : { normalized },
      product,
    )
    block.forEach((query, row) => {
      const keys = values.data.subarray(row * values.columns, (row + 1) * values.columns)
      visit(query, ranksOf(keys, sign, query, members.get(labels[query]!)!, labels))
    })
  }
}

/** Images by label, in index order. */
export function membersByLabel(labels: ArrayLike<number>): Map<number, number[]> {
  const members = new Map<number, number[]>()
  for (let i = 0; i < labels.length; i++) {
    const list = members.get(labels[i]!)
    if (list === undefined) members.set(labels[i]!, [i])
    else list.push(i)
  }
  return members
}

function ranksOf(
  keys: Float32Array,
  sign: number,
  query: number,
  members: readonly number[],
  labels: ArrayLike<number>,
): Uint32Array {
  const relevant = Uint32Array.from(members.filter((member) => member !== query)).sort(
    (a, b) => sign * (keys[a]! - keys[b]!) || a - b,
  )
  const count = relevant.length
  const relevantKeys = Float64Array.from(relevant, (index) => sign * keys[index]!)
  const worst = relevantKeys[count - 1]!
  // before[m]: others that come before the m-th relevant one, but after the one before it.
  const before = new Uint32Array(count + 1)
  const label = labels[query]
  for (let j = 0; j < keys.length; j++) {
    const key = sign * keys[j]!
    if (key > worst || labels[j] === label) continue
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >> 1
      const other = relevantKeys[middle]!
      if (other < key || (other === key && relevant[middle]! < j)) low = middle + 1
      else high = middle
    }
    before[low] = before[low]! + 1
  }
  const ranks = new Uint32Array(count)
  let passed = 0
  for (let m = 0; m < count; m++) {
    passed += before[m]!
    ranks[m] = m + 1 + passed
  }
  return ranks
}

/** Rows of a matrix as a matrix of their own, without copying. */
export function rowsView(matrix: Matrix, from: number, to: number): Matrix {
  const { columns, data } = matrix
  return createMatrix(to - from, columns, data.subarray(from * columns, to * columns))
}
