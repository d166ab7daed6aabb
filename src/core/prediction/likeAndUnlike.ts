import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Steps } from '../steps'

const rowsAStep = 1024

/**
 * How well each item suits examples that are liked and disliked, by the nearest of either: with
 * distances l to the nearest liked and u to the nearest disliked one, u / (l + u) (relevance of
 * nearest neighbours; Giacinto 2007). Examples of several kinds are each answered for, where a mean
 * of them would stand between. Without disliked ones, 1 / (1 + l).
 * @param items [n, d], likes [a, d], unlikes [b, d], all L2-normalised; a > 0
 * @returns [n] 0 to 1, larger suits better
 */
export function* suitabilitySteps(
  items: Matrix,
  likes: Matrix,
  unlikes: Matrix,
  product: MatrixProduct,
): Steps<Float64Array> {
  if (likes.rows === 0) throw new Error('Something must be liked')
  const result = new Float64Array(items.rows)
  for (let from = 0; from < items.rows; from += rowsAStep) {
    const to = Math.min(items.rows, from + rowsAStep)
    const block = createMatrix(
      to - from,
      items.columns,
      items.data.subarray(from * items.columns, to * items.columns),
    )
    const liked = nearest(block, likes, product)
    const disliked = unlikes.rows === 0 ? null : nearest(block, unlikes, product)
    for (let i = 0; i < block.rows; i++) {
      const l = liked[i]!
      if (disliked === null) result[from + i] = 1 / (1 + l)
      else result[from + i] = l + disliked[i]! === 0 ? 0.5 : disliked[i]! / (l + disliked[i]!)
    }
    yield to / items.rows
  }
  return result
}

function nearest(block: Matrix, examples: Matrix, product: MatrixProduct): Float64Array {
  const cosines = product.multiplyTransposed(block, examples).data
  return Float64Array.from({ length: block.rows }, (_, i) => {
    let best = -Infinity
    for (let j = 0; j < examples.rows; j++) best = Math.max(best, cosines[i * examples.rows + j]!)
    // Rounding leaves twins a little apart.
    const square = 2 - 2 * best
    return square < 1e-6 ? 0 : Math.sqrt(square)
  })
}
