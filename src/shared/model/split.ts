import type { LabelId } from './ids'

export type SplitSide = 'train' | 'unseen'

/** A label of a dataset and what of it is tested. */
export interface SplitLabel {
  readonly labelId: LabelId
  readonly name: string
  /** Images with this label that are not excluded. */
  readonly imageCount: number
  readonly testCount: number
  readonly trainCount: number
  /** Images that do not train because a near-duplicate of theirs is kept unseen. */
  readonly leftOutCount: number
  /** Of the whole label where labels are kept unseen; null where single images are. */
  readonly side: SplitSide | null
  /** What the seed drew, whatever a person chose in its place. */
  readonly drawnSide: SplitSide | null
  /** On the unseen side, and trains as long as it has a single image: it has nothing to find. */
  readonly isWaiting: boolean
}

/** Images that a merge of labels moves across what the dataset keeps unseen. */
export interface MovedByMerge {
  /** Kept unseen until now, trained on after it. */
  readonly toTraining: number
  /** Trained on until now, kept unseen after it. */
  readonly toTest: number
}

/** What a dataset keeps unseen. */
export interface DatasetSplit {
  readonly kind: 'byClass' | 'byImage' | 'none'
  readonly testShare: number
  readonly seed: number
  /** Chosen label by label in place of the draw. */
  readonly isByHand: boolean
  /** A run began with it: from now on labels and images that are new assign only themselves. */
  readonly isKept: boolean
  /** By name. */
  readonly labels: readonly SplitLabel[]
  /** Ids of the images that are left out as near-duplicates of tested ones. */
  readonly leftOut: Uint32Array
}
