import type { Matrix } from '../math/matrix'
import { gatherRange } from './gatherRange'
import { javascriptProduct, type MatrixProduct } from '../math/product'
import type { Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'
import { TopLists } from './topList'

/** Rows of one block of the similarity matrix; a block is 1 MiB. */
const blockRows = 512

/**
 * The exact `count` nearest neighbours of each row by cosine: blocks of the similarity matrix on
 * and above the diagonal, each used for its rows and its columns. O(n^2 d) time, O(n) memory.
 *
 * @param normalized rows of length 1, see `normalizedRows`
 */
export function* exactNeighbours(
  normalized: Matrix,
  count: number,
  product: MatrixProduct = javascriptProduct,
): Steps<NeighbourGraph> {
  const { rows } = normalized
  const wanted = Math.max(0, Math.min(count, rows - 1))
  const lists = new TopLists(rows, wanted)
  const blocks = Math.ceil(rows / blockRows)
  const total = (blocks * (blocks + 1)) / 2
  let done = 0
  for (let a = 0; a < blocks && wanted > 0; a++) {
    const left = gatherRange(normalized, a * blockRows, (a + 1) * blockRows)
    for (let b = a; b < blocks; b++) {
      const right = a === b ? left : gatherRange(normalized, b * blockRows, (b + 1) * blockRows)
      const similarities = product.multiplyTransposed(left, right)
      offerBlock(lists, similarities, a * blockRows, b * blockRows)
      yield ++done / total
    }
  }
  return { rows, count: wanted, indices: lists.indices, similarities: lists.similarities }
}

function offerBlock(lists: TopLists, block: Matrix, firstRow: number, firstColumn: number): void {
  const isDiagonal = firstRow === firstColumn
  for (let i = 0; i < block.rows; i++) {
    const row = firstRow + i
    const start = i * block.columns
    for (let j = isDiagonal ? i + 1 : 0; j < block.columns; j++) {
      const column = firstColumn + j
      const similarity = block.data[start + j]!
      if (similarity >= lists.threshold(row)) lists.offer(row, column, similarity)
      if (similarity >= lists.threshold(column)) lists.offer(column, row, similarity)
    }
  }
}
