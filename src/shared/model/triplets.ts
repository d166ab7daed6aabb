import * as v from 'valibot'
import type { DatasetId, ImageId, LabelId, QueueId, RunId, TripletId, VerdictId } from './ids'

export const tripletRoles = ['anchor', 'positive', 'negative'] as const
export type TripletRole = (typeof tripletRoles)[number]

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
  /** 0 where training never mined it: it was found in the saved embedding. */
  readonly timesMined: number
  /** Distances when mined, in the run's distance. */
  readonly minedPositiveDistance: number
  readonly minedNegativeDistance: number
  readonly minedLoss: number
  /** Distances in the run's saved embedding; null while it trains. */
  readonly positiveDistance: number | null
  readonly negativeDistance: number | null
  /** Given on these images, in whatever run. */
  readonly verdict: Verdict | null
  /**
   * The labels of its images make it no triplet any more, or one of them is excluded or gone:
   * what was asked is answered by a correction elsewhere.
   */
  readonly isSettled: boolean
}

const tripletRole = v.picklist(tripletRoles)

/** What a person says of a triplet; one keystroke each. */
export const verdict = v.variant('kind', [
  v.strictObject({ kind: v.literal('fine') }),
  v.strictObject({
    kind: v.literal('mislabelled'),
    which: tripletRole,
    /** Name of the right label; created where it is new. */
    label: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(255)),
  }),
  /** The negative's label and the anchor's are the same thing: merges one into the other. */
  v.strictObject({
    kind: v.literal('sameThing'),
    /** Whose label stays; absent in verdicts of before: the anchor's. */
    stays: v.optional(v.picklist(['anchor', 'negative'])),
  }),
  v.strictObject({ kind: v.literal('exclude'), which: tripletRole }),
])
export type Verdict = v.InferOutput<typeof verdict>

/** Triplets of one review: as many as a person goes through in a sitting. */
export const reviewLength = 100

/**
 * `violations`: the negative is nearer than the positive. `insideMargin`: it is not, but nearer
 * than the loss asks. `rest`: all others that were mined.
 */
export const reviewTiers = ['violations', 'insideMargin', 'rest'] as const
export type ReviewTier = (typeof reviewTiers)[number]

/** Triplets of two labels in a queue, whichever of them is the anchor's. */
export interface ReviewGroup {
  /** Labels when the queue was opened, and what they are called today. */
  readonly labelIds: readonly [LabelId, LabelId]
  readonly names: readonly [string, string]
  /** Places in the queue, ascending. */
  readonly places: readonly number[]
  /** Further ones of the tier that this queue does not hold. */
  readonly further: number
}

/** A fixed set of triplets; null as `id` where there is nothing to review. */
export interface ReviewQueue {
  readonly id: QueueId | null
  readonly runId: RunId
  readonly tier: ReviewTier
  /** In the order they are asked, which never changes. */
  readonly triplets: readonly ReviewTriplet[]
  readonly groups: readonly ReviewGroup[]
  /** Place where the person was last. */
  readonly cursor: number
  /** The margin of the run's loss in the unit of its distance; null where it has none. */
  readonly margin: number | null
  readonly distance: string
  /** Triplets that a new queue would ask and this one does not hold. */
  readonly waiting: number
}

/** What there is to review of a run, each pair of images once. */
export interface ReviewCounts {
  readonly tiers: Readonly<Record<ReviewTier, number>>
  /** Left out because of a verdict that was given before. */
  readonly judged: number
  /** Images that were asked for their hardest triplet, and of how many; null where not known. */
  readonly mining: { readonly anchors: number; readonly images: number } | null
}

/** A verdict with the images it belongs to, as they are today. */
export interface JudgedTriplet {
  readonly id: VerdictId
  readonly datasetId: DatasetId
  readonly verdict: Verdict
  readonly givenAt: number
  /** Images with the contents judged; null where the folder holds none any more. */
  readonly anchor: ImageId | null
  readonly positive: ImageId | null
  readonly negative: ImageId | null
  /** Names of their labels before the verdict; null where not known or none. */
  readonly labels: readonly [string | null, string | null, string | null]
}

export interface JudgedPage {
  /** Newest first. */
  readonly judged: readonly JudgedTriplet[]
  readonly total: number
}
