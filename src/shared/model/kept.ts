import type { RetrievalMetrics } from './retrieval'

/** Closed forms that a head on frozen features may start from by itself. */
export type ClosedForm = 'whitening' | 'analysis'

/** MAP@R on held-out training labels, or images: the mean of theirs. */
export interface HeldOutScore {
  readonly mapAtR: number
  readonly standardError: number
}

/**
 * Which of plain features, the closed form and the trained head a run saved, and what on held-out
 * training labels spoke for it; the test takes no part.
 */
export interface KeptModel {
  /**
   * 'trained': the head on frozen features. Where a part of the network was trained, 'tuned': that
   * with its head; 'refitted': that with the closed form fitted again on what its features became.
   */
  readonly what: 'features' | 'closedForm' | 'trained' | 'tuned' | 'refitted'
  /** The better of the two, which training started from. */
  readonly closedForm: ClosedForm
  /**
   * 'better': training is better by more than a standard error; 'noBetter': it is not, and the
   * simpler one is kept. Where there were too few images to hold any out ('nothingHeldOut') the
   * features are kept, by earlier versions the trained head; the trained head where a clock ends
   * training ('openEnd'). 'notWeighed': training was ended before what it made could be held against what
   * is simpler, or was whole.
   */
  readonly reason: 'better' | 'noBetter' | 'nothingHeldOut' | 'openEnd' | 'notWeighed'
  readonly heldOut: {
    readonly over: 'labels' | 'images'
    /** How many labels, or images, were held out in turn. */
    readonly count: number
    readonly features: HeldOutScore
    readonly whitening: HeldOutScore
    readonly analysis: HeldOutScore
    /** On the held-out ones that a training was tried without; null where none was. */
    readonly trained: {
      readonly count: number
      readonly score: HeldOutScore
      /** The simpler one on the same. */
      readonly without: HeldOutScore
      /** Trained less simpler, label by label. */
      readonly gain: HeldOutScore
    } | null
    /** On the held-out ones that a part of the network was trained without; absent: none was. */
    readonly network?: {
      readonly count: number
      readonly tuned: HeldOutScore
      readonly refitted: HeldOutScore
      /** The best without it on the same. */
      readonly without: HeldOutScore
      /** The better of the two less that, label by label. */
      readonly gain: HeldOutScore
    }
  } | null
  /** Augmented copies that the run made, and whether they took part; absent: it made none. */
  readonly copies?: KeptCopies
  /** The trained head on the test part, whether it was kept or not; absent while it trains. */
  readonly trained?: RetrievalMetrics
  /** The same of a part of the network with its head, and with the closed form fitted again. */
  readonly tuned?: RetrievalMetrics
  readonly refitted?: RetrievalMetrics
}

/** Whether a fit on augmented copies too finds more on held-out training labels. */
export interface KeptCopies {
  /** Of each training image. */
  readonly each: number
  /** They find more by more than a standard error; the closed form and the head are then of them too. */
  readonly isUsed: boolean
  /**
   * The better closed form with copies and without, and with less without, label by label; null
   * where nothing could be held out.
   */
  readonly heldOut: {
    readonly with: HeldOutScore
    readonly without: HeldOutScore
    readonly gain: HeldOutScore
  } | null
}

/**
 * Whether no epoch was better than the closed form on what was held out: then the trained head, as
 * it would have been kept, is that form itself.
 */
export function gaveStartBack({ what, heldOut }: KeptModel): boolean {
  const gain = heldOut?.trained?.gain
  return what === 'closedForm' && gain?.mapAtR === 0 && gain.standardError === 0
}
