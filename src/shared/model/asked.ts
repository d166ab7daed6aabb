import type { LeftOutReason } from './dataset'
import type { DatasetId, ImageId, RunId } from './ids'
import type { HeldOutKind, PredictionReport } from './prediction'

/** What a threshold does to the images that training kept unseen; shares from 0 to 1. */
export interface AcceptRate {
  /** Share of the images of unknown labels that may be taken for known ones. */
  readonly asked: number
  /** What is stranger than this is none of the labels. */
  readonly threshold: number
  readonly falseAccept: number
  readonly falseReject: number
  /** Share of the images of known labels that are accepted and answered right. */
  readonly correct: number
}

/** What a run's model can answer, and how well. */
export interface PredictingModel {
  readonly runId: RunId
  /** As the labels are called now, by their numbers in the model. */
  readonly labelNames: readonly string[]
  readonly heldOut: HeldOutKind
  /** Confidences are shares of the vote where nothing was held out to calibrate them. */
  readonly isCalibrated: boolean
  readonly report: PredictionReport
  /** Rising; empty where nothing was held out. */
  readonly rates: readonly AcceptRate[]
}

/** A picture that was asked about. */
export interface AskedPicture {
  readonly id: number
  readonly name: string
  /** Of the set; null: it came from elsewhere and is not in the set. */
  readonly imageId: ImageId | null
  /** Label in the set. */
  readonly labelNow: string | null
  /** There is a picture to show. */
  readonly isRead: boolean
  /** Why it cannot be read. */
  readonly leftOut: LeftOutReason | null
  /** Null until it was answered. */
  readonly answer: {
    /** Number in the model. */
    readonly label: number
    readonly confidence: number
    /** Larger is stranger. */
    readonly strangeness: number
  } | null
}

/** A labelled image that decided, nearest first. */
export interface DecidingNeighbour {
  /** Null where it is no longer in the set. */
  readonly imageId: ImageId | null
  readonly path: string
  readonly label: number
  /** Euclidean, of L2-normalised embeddings, 0 to 2. */
  readonly distance: number
}

/** How far the answers of a dataset are. */
export interface AskingState {
  readonly datasetId: DatasetId
  /** Counts up with every change of the pictures or their answers. */
  readonly revision: number
  readonly phase: 'idle' | 'reading' | 'features' | 'embedding'
  readonly done: number
  /** 0 while unknown. */
  readonly total: number
  /** Whose model answered. */
  readonly runId: RunId | null
  readonly pictures: number
  /** Without an answer that could have one: it was cancelled or failed. */
  readonly waiting: number
  /** Files that were no pictures, and pictures beyond the most that are taken. */
  readonly notPictures: number
  readonly beyondMost: number
  /** Why it ended before its end. */
  readonly error: { readonly code: string; readonly message: string } | null
}

/** Pictures that one sheet takes. */
export const mostAsked = 50_000

/** An image of the set and how well it suits the examples, 0 to 1. */
interface SuitingImage {
  readonly imageId: ImageId
  readonly score: number
}

export interface Ranking {
  /** Best first, without the examples. */
  readonly found: readonly SuitingImage[]
  /** Images that were looked at, and those newer than the run, which it knows nothing of. */
  readonly images: number
  readonly unknown: number
}
