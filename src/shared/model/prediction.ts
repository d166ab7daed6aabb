/** A figure with its 95 % interval over labels; without one where there are too few labels to draw. */
export interface PredictionFigure {
  readonly value: number
  readonly low: number | null
  readonly high: number | null
}

export const predictionRules = ['vote', 'weightedVote', 'classMean'] as const
/**
 * Who answers: the k nearest images, each with one vote or more the nearer it is, or the nearest
 * mean of a label.
 */
export type PredictionRule = (typeof predictionRules)[number]

/** Share of unknown images that are taken for known ones, unless told otherwise. */
export const usualFalseAccept = 0.01

export const strangenessScores = ['distance', 'share'] as const
/**
 * What decides about unknowns: the distance to the k-th nearest image (or the nearest mean), or one
 * less the share of the vote.
 */
export type StrangenessScore = (typeof strangenessScores)[number]

/** What was kept from training, and so measures prediction. */
export type HeldOutKind = 'labels' | 'images' | 'nothing'

/** At a threshold of strangeness; shares from 0 to 1. */
export interface OpenSetPoint {
  readonly threshold: number
  /** Share of the images of unknown labels that are taken for a known one. */
  readonly falseAccept: number
  /** Share of the images of known labels that are taken for unknown. */
  readonly falseReject: number
  /** Share of the images of known labels that are accepted and answered right. */
  readonly correct: number
}

/** Threshold on the distance of two images, at which a share of pairs of two labels passes. */
export interface PairRates {
  readonly threshold: number
  readonly falseAccept: PredictionFigure
  readonly falseReject: PredictionFigure
  /** From close to far; `falseAccept` and `falseReject` are shares of pairs. */
  readonly curve: readonly Omit<OpenSetPoint, 'correct'>[]
}

/** A bin of the reliability plot; the means are over its images. */
export interface ReliabilityBin {
  readonly confidence: number
  readonly accuracy: number
  readonly count: number
}

/**
 * How well an embedding predicts, on what training never saw. A figure that nothing could measure
 * is null; distances are Euclidean ones of L2-normalised embeddings, 0 to 2.
 */
export interface PredictionReport {
  readonly heldOut: HeldOutKind
  readonly rule: PredictionRule
  readonly score: StrangenessScore
  readonly neighbours: number
  /** Labels that were asked about, and images with another one of their label to find. */
  readonly labels: number
  readonly known: number
  /** Images that were asked about as if nobody had told their label. */
  readonly unknown: number
  /** Of how many those are drawn; absent: all were asked. */
  readonly heldOutImages?: number
  readonly accuracy: PredictionFigure | null
  /** Of each rule that was tried: the best answers. */
  readonly accuracies: readonly { readonly rule: PredictionRule; readonly accuracy: number }[]
  /** That an unknown image is stranger than a known one; ties count half. */
  readonly auroc: PredictionFigure | null
  /** Area under the curve of correct answers against false accepts. */
  readonly oscr: PredictionFigure | null
  readonly curve: readonly OpenSetPoint[]
  /** At the rate that was asked for; the rates are those of labels that the threshold was not chosen on. */
  readonly threshold: {
    readonly asked: number
    readonly value: number
    readonly falseAccept: PredictionFigure
    readonly falseReject: PredictionFigure
  } | null
  readonly calibrationError: PredictionFigure | null
  readonly reliability: readonly ReliabilityBin[]
  /** Of pairs of labels that training never saw; null where it saw all. */
  readonly pairs: PairRates | null
  /** Threshold consistency, and that of the worst tenth of labels; lower is better. */
  readonly opis: PredictionFigure | null
  readonly worstOpis: number | null
}
