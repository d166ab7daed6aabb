import type { PredictionRule } from '../../shared/model/prediction'

/** What a rule says of an image. */
export interface Answer {
  /** -1 where there is nobody to ask. */
  readonly label: number
  /** Of the votes, or of the second nearest mean's distance in both; 0 to 1. */
  readonly share: number
  /** To the k-th nearest image, or to the nearest mean; Infinity where there is nobody. */
  readonly distance: number
}

const nobody: Answer = { label: -1, share: 0, distance: Infinity }

/** Of the cosines of voters, as self-supervised features are judged (Wu et al. 2018, Caron et al. 2021). */
const temperature = 0.07

/**
 * Vote of the nearest images (Cover and Hart 1967), each with one vote or, weighted, exp(cosine /
 * .07) (Wu et al. 2018): images that training saw lie so close together that those of a label vote
 * as one. Of labels with as many votes the one whose nearest voter is nearest.
 * @param labels of the voters, nearest first
 * @param distances [voters] Euclidean ones of L2-normalised embeddings
 */
export function voteOf(
  labels: ArrayLike<number>,
  distances: ArrayLike<number>,
  rule: Exclude<PredictionRule, 'classMean'>,
): Answer {
  const voters = labels.length
  if (voters === 0) return nobody
  const votes = new Map<number, number>()
  let total = 0
  for (let i = 0; i < voters; i++) {
    // The cosine is 1 - d^2 / 2; taken from that of the nearest, so that nothing overflows.
    const behind = (distances[i]! ** 2 - distances[0]! ** 2) / 2
    const weight = rule === 'vote' ? 1 : Math.exp(-behind / temperature)
    votes.set(labels[i]!, (votes.get(labels[i]!) ?? 0) + weight)
    total += weight
  }
  let label = -1
  let most = 0
  // A map keeps the order in which labels came, nearest first.
  for (const [one, weight] of votes) {
    if (weight > most) [label, most] = [one, weight]
  }
  return { label, share: most / total, distance: distances[voters - 1]! }
}

/**
 * The nearest mean of a label (Mensink et al. 2013); equally near ones: the lower label. The share
 * is d2 / (d1 + d2) of the distances to the nearest two.
 * @param distances [labels]; Infinity for those that do not stand
 */
export function nearestMean(distances: ArrayLike<number>): Answer {
  let label = -1
  let first = Infinity
  let second = Infinity
  for (let i = 0; i < distances.length; i++) {
    const distance = distances[i]!
    if (distance < first) {
      second = first
      first = distance
      label = i
    } else if (distance < second) second = distance
  }
  if (label < 0) return nobody
  const both = first + second
  const share = second === Infinity ? 1 : both === 0 ? 0.5 : second / both
  return { label, share, distance: first }
}
