import type { TunedPart } from './extractor'
import type { ClosedForm, HeldOutScore } from './kept'

/** A pretrained network and its layers, of which held-out training labels may choose. */
export interface NetworkCandidate {
  readonly extractor: string
  /** Names of layers, joined with +. */
  readonly features: string
  readonly embeddingSize: number
  /** Of a picture, as far as the deepest of the layers, in millions: what it costs. */
  readonly multiplyAdds: number
  /** The part of it that would be trained; absent: the head alone. */
  readonly tuned?: TunedPart
}

/** How a candidate fared. */
export interface SearchedCandidate extends NetworkCandidate {
  /** What finds most with it: plain features, or one of the closed forms. */
  readonly form: 'features' | ClosedForm
  readonly score: HeldOutScore
  /** The best candidate less this one, label by label; 0 of the best. */
  readonly shortfall: HeldOutScore
  /** Of reading or computing its features, where it did not share them, and of measuring. */
  readonly seconds: number
}

/** The choice of network and layers by held-out training labels; the test takes no part. */
export interface NetworkSearch {
  readonly over: 'labels' | 'images'
  /** How many labels, or images, were held out in turn; 0: none could be, and nothing was compared. */
  readonly count: number
  /** Cheapest first. */
  readonly candidates: readonly SearchedCandidate[]
  /**
   * Place of the one that is taken: the cheapest that is behind the best by no more than a standard
   * error of that difference.
   */
  readonly chosen: number
}
