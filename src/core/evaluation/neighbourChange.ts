import { gatherRows, type Matrix } from '../math/matrix'
import { exactNeighbors } from '../math/neighbors'
import type { MatrixProduct } from '../math/product'

/** How the neighbours of one item differ between two embeddings. */
export interface NeighbourChange {
  readonly row: number
  /** Jaccard index of the two sets of neighbours: 1 where they are the same, 0 where none is. */
  readonly overlap: number
  /** Rows, nearest first. */
  readonly before: Uint32Array
  readonly after: Uint32Array
}

/**
 * The k nearest of items by cosine in two embeddings of the same items, and how much the two sets
 * have in common (Jaccard 1912: shared over all).
 * @param earlier [n, d]
 * @param later [n, e], row by row the same items
 * @param queries rows that ask; each is no neighbour of itself
 * @throws Error where the two are not of the same items
 */
export function neighbourChanges(
  earlier: Matrix,
  later: Matrix,
  options: {
    readonly k: number
    readonly queries: Uint32Array
    readonly product?: MatrixProduct
  },
): readonly NeighbourChange[] {
  if (earlier.rows !== later.rows) throw new Error('Neighbours are compared of the same items')
  const { queries } = options
  const before = nearestOf(earlier, options)
  const after = nearestOf(later, options)
  return Array.from(queries, (row, at) => ({
    row,
    overlap: jaccard(before[at]!, after[at]!),
    before: before[at]!,
    after: after[at]!,
  }))
}

/** Shared over all; 1 of two empty sets. */
export function jaccard(one: Uint32Array, other: Uint32Array): number {
  const first = new Set(one)
  const shared = other.reduce((count, row) => count + Number(first.has(row)), 0)
  const all = first.size + other.length - shared
  return all === 0 ? 1 : shared / all
}

function nearestOf(
  rows: Matrix,
  { k, queries, product }: Parameters<typeof neighbourChanges>[2],
): readonly Uint32Array[] {
  if (queries.length === 0) return []
  const asking = gatherRows(rows, queries)
  const options = product === undefined ? {} : { product }
  const found = exactNeighbors(rows, { k: k + 1, queries: asking, ...options })
  return Array.from(queries, (self, at) =>
    found.indices
      .slice(at * found.k, (at + 1) * found.k)
      .filter((row) => row !== self)
      .slice(0, k),
  )
}

/** Rows that ask, evenly spread, where not all can within so many distances. */
export function spreadQueries(rows: number, mostDistances: number): Uint32Array {
  const every = Math.max(1, Math.ceil((rows * rows) / mostDistances))
  return Uint32Array.from({ length: Math.ceil(rows / every) }, (_, i) => i * every)
}
