/**
 * Numbers of the closed forms and of the choice among them. Those marked "measured" were found on
 * particular sets (docs/quality.md) and may be wrong elsewhere, which is why the form itself is
 * chosen by held-out labels and not by any of them.
 */
export const startConstants = {
  /** Folds of a cross-validation over the training labels: five, as usual (Breiman, Spector 1992). */
  folds: 5,
  /** With fewer labels than this, folds hold out two labels each, and training is tried in every fold. */
  fewLabels: 10,
  /** Rows that the forms are fitted on and measured on by label; more change little and cost time. */
  mostRowsByLabel: 10_000,
  /** Rows by image, where each held-out one is held against all others. */
  mostRowsByImage: 4_000,
  /** Measured: least share of a round covariance mixed into that within classes. */
  leastShrinkage: 0.1,
  /** Measured: most of it, for the fewest classes. */
  mostShrinkage: 0.3,
  /**
   * Measured: between-class variance over within, of a direction of the analysis at which it counts
   * half.
   */
  halfWeightRatio: 0.5,
  /** Rows that principal directions are found from: as many directions as rows at most. */
  principalRows: 1500,
} as const
