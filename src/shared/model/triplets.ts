import * as v from 'valibot'
import type { ImageId, LabelId, RunId, TripletId } from './ids'

/** A mined triplet as it is shown for review; images that left the dataset are not listed. */
export interface ReviewTriplet {
  readonly id: TripletId
  readonly runId: RunId
  readonly anchor: ImageId
  readonly positive: ImageId
  readonly negative: ImageId
  readonly anchorLabelId: LabelId | null
  readonly positiveLabelId: LabelId | null
  readonly negativeLabelId: LabelId | null
  /** When it was mined with its greatest loss. */
  readonly epoch: number
  readonly step: number
  readonly timesMined: number
  /** Distances when mined, in the run's distance. */
  readonly minedPositiveDistance: number
  readonly minedNegativeDistance: number
  readonly minedLoss: number
  /** Distances in the run's saved embedding; null while it trains. */
  readonly positiveDistance: number | null
  readonly negativeDistance: number | null
  readonly verdict: Verdict | null
}

/** What a person says of a triplet; one keystroke each. */
export const verdict = v.variant('kind', [
  v.strictObject({ kind: v.literal('fine') }),
  v.strictObject({
    kind: v.literal('mislabelled'),
    which: v.picklist(['anchor', 'positive', 'negative']),
    /** Name of the right label; created where it is new. */
    label: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(255)),
  }),
  /** The negative's label and the anchor's are the same thing: merges the negative's into it. */
  v.strictObject({ kind: v.literal('sameThing') }),
  v.strictObject({
    kind: v.literal('exclude'),
    which: v.picklist(['anchor', 'positive', 'negative']),
  }),
])
export type Verdict = v.InferOutput<typeof verdict>

/** Triplets of one review: as many as a person goes through in a sitting. */
export const reviewLength = 100

export interface ReviewQueue {
  readonly runId: RunId
  /** Worst first, unreviewed before reviewed. */
  readonly triplets: readonly ReviewTriplet[]
  readonly total: number
  readonly reviewed: number
  /** Labels, exclusions and merges that came of verdicts on this run. */
  readonly corrections: number
  /** The margin of the run's loss; null where it has none. */
  readonly margin: number | null
  readonly distance: string
}
