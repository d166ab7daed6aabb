/**
 * What a miner returns of a batch. A loss says which of these it was made for, so that neither has
 * to know the other by name.
 */
export type MinedSelection =
  /** All pairs and triplets. */
  | 'everything'
  | 'randomTriplets'
  /** Negatives farther than the positive, within a margin. */
  | 'semiHardTriplets'
  /** For each anchor its farthest positive and nearest negative. */
  | 'hardestTriplets'
  /** The same over a queue of earlier batches. */
  | 'rememberedTriplets'
  /** For each anchor its nearest negatives. */
  | 'hardestNegatives'
  /** The nearest or farthest positives and negatives, as asked. */
  | 'easyHardPairs'
  /** A share of the hardest pairs of each kind. */
  | 'hardestPairs'
  /** Pairs that are harder than the hardest of the other kind. */
  | 'informativePairs'
  /** Pairs, triplets or angles that break a margin. */
  | 'violatingPairs'
  | 'violatingTriplets'
  | 'violatingAngles'
  /** Spread evenly over the distances. */
  | 'evenPairs'
  | 'evenTriplets'
