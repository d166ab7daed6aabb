import type { Relations } from './relations'
import type { Triplets } from './tuples'

/**
 * Visits every triplet: the mined ones in their order, or all joins of positive and negative pairs
 * on an anchor, without making a list of them.
 */
export function forEachTriplet(
  context: {
    readonly triplets: Triplets | null
    readonly relations: Relations
    readonly distances: { readonly rows: number }
  },
  visit: (anchor: number, positive: number, negative: number) => void,
): void {
  const { triplets } = context
  if (triplets !== null) {
    for (let k = 0; k < triplets.anchor.length; k++) {
      visit(triplets.anchor[k]!, triplets.positive[k]!, triplets.negative[k]!)
    }
    return
  }
  const { positives, negatives } = context.relations
  for (let i = 0; i < context.distances.rows; i++) {
    const negativeEnd = negatives.start[i + 1]!
    for (let k = positives.start[i]!; k < positives.start[i + 1]!; k++) {
      const p = positives.columns[k]!
      for (let l = negatives.start[i]!; l < negativeEnd; l++) visit(i, p, negatives.columns[l]!)
    }
  }
}
