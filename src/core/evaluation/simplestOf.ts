/** What is held against others, by the same labels (or images), each with its score. */
export interface Candidate<Name extends string> {
  readonly name: Name
  /** One score a held-out label; the same labels at the same places for all candidates. */
  readonly scores: Float64Array
}

export interface MeanScore {
  readonly mean: number
  /** Of the mean; 0 of a single score. */
  readonly standardError: number
}

/** Mean and its standard error, by the sample's standard deviation. */
export function meanScore(scores: ArrayLike<number>): MeanScore {
  const n = scores.length
  let sum = 0
  for (let i = 0; i < n; i++) sum += scores[i]!
  const mean = n > 0 ? sum / n : 0
  let squares = 0
  for (let i = 0; i < n; i++) squares += (scores[i]! - mean) ** 2
  return { mean, standardError: n > 1 ? Math.sqrt(squares / (n - 1) / n) : 0 }
}

/**
 * The simplest candidate that is as good as the best, as far as these labels can tell: whose mean
 * shortfall against the best, label by label, is at most one standard error of that shortfall (the
 * rule of Breiman, Friedman, Olshen, Stone 1984, 3.4.3, with paired differences).
 * @param candidates simplest first; at least one
 */
export function simplestOf<Name extends string>(candidates: readonly Candidate<Name>[]): Name {
  const means = candidates.map(({ scores }) => meanScore(scores).mean)
  const best = means.reduce((found, mean, at) => (mean > means[found]! ? at : found), 0)
  const bestScores = candidates[best]!.scores
  for (const { name, scores } of candidates.slice(0, best)) {
    const shortfall = meanScore(scores.map((score, at) => bestScores[at]! - score))
    if (shortfall.mean <= shortfall.standardError) return name
  }
  return candidates[best]!.name
}
