/** Mined triplets: the k-th is (anchor[k], positive[k], negative[k]). */
export interface Triplets {
  readonly kind: 'triplets'
  readonly anchor: Uint32Array
  readonly positive: Uint32Array
  readonly negative: Uint32Array
}

/** Mined ordered pairs, positives and negatives each in a list of their own. */
export interface Pairs {
  readonly kind: 'pairs'
  readonly positiveAnchor: Uint32Array
  readonly positive: Uint32Array
  readonly negativeAnchor: Uint32Array
  readonly negative: Uint32Array
}

/**
 * What a miner returns. Anchors are indices in the batch; positives and negatives are indices in
 * the references, which are the batch itself unless a memory is used.
 */
export type MinedTuples = Triplets | Pairs

/** Number of triplets, or of positive and negative pairs together. */
export function tupleCount(tuples: MinedTuples): number {
  return tuples.kind === 'triplets'
    ? tuples.anchor.length
    : tuples.positive.length + tuples.negative.length
}
