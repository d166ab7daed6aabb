import type { NearestOthers } from './nearest'

/** How much each of the nearest counts: the same, or 1 / (distance + 1e-6). */
export type VoteWeighting = 'equal' | 'distance'

/** Shares of labels among the nearest of each image; entries of an image go by rising label. */
export interface Votes {
  readonly images: number
  /** Labels that an image's voters may have, at most. */
  readonly k: number
  /** [images, k] */
  readonly labels: Int32Array
  /** [images, k], those of an image add up to 1. */
  readonly shares: Float32Array
  /** How many entries each image has; 0: nobody voted. */
  readonly counts: Uint8Array
}

const leastDistance = 1e-6

/**
 * p_j(x), the share of label j among the nearest others (Kuan, Mueller 2022).
 * @param labels of the rows that vote
 */
export function votesOf(
  { k, indices, distances }: NearestOthers,
  labels: Int32Array,
  weighting: VoteWeighting,
): Votes {
  const images = k === 0 ? 0 : indices.length / k
  const votes: Votes = {
    ...{ images, k, labels: new Int32Array(images * k), shares: new Float32Array(images * k) },
    counts: new Uint8Array(images),
  }
  for (let i = 0; i < images; i++) {
    const shares = new Map<number, number>()
    let total = 0
    for (let r = i * k; r < (i + 1) * k; r++) {
      const distance = distances[r]!
      if (!Number.isFinite(distance)) continue
      const weight = weighting === 'equal' ? 1 : 1 / (distance + leastDistance)
      const label = labels[indices[r]!]!
      shares.set(label, (shares.get(label) ?? 0) + weight)
      total += weight
    }
    let at = i * k
    for (const [label, weight] of [...shares].sort(([a], [b]) => a - b)) {
      votes.labels[at] = label
      votes.shares[at++] = weight / total
    }
    votes.counts[i] = shares.size
  }
  return votes
}

/** Share of one label in the vote on an image. */
export function shareOf(votes: Votes, image: number, label: number): number {
  const from = image * votes.k
  for (let at = from; at < from + votes.counts[image]!; at++) {
    if (votes.labels[at] === label) return votes.shares[at]!
  }
  return 0
}

/** The label with the largest share but for one; -1 where nobody else got a vote. */
export function bestBut(
  votes: Votes,
  image: number,
  label: number,
): { readonly label: number; readonly share: number } {
  let best = { label: -1, share: 0 }
  const from = image * votes.k
  for (let at = from; at < from + votes.counts[image]!; at++) {
    const one = votes.labels[at]!
    if (one !== label && votes.shares[at]! > best.share) {
      best = { label: one, share: votes.shares[at]! }
    }
  }
  return best
}

/** (p_y - max of the others + 1) / 2: 0 where all voted for one other label, 1 for the given one. */
export const normalizedMargin = (own: number, other: number): number => (own - other + 1) / 2

/**
 * ln(e + 1) / e with e = (H(p) / ln K) / p_y: 1 for a sure vote for the given label, 0 where nobody
 * voted for it (Kuan, Mueller 2022).
 * @param shares p, without those of 0
 * @param own p_y
 * @param labels K, of the set
 */
export function confidenceWeightedEntropy(
  shares: ArrayLike<number>,
  own: number,
  labels: number,
): number {
  if (own <= 0) return 0
  let entropy = 0
  for (let i = 0; i < shares.length; i++) entropy -= shares[i]! * Math.log(shares[i]!)
  const scaled = labels < 2 ? 0 : Math.max(0, entropy) / Math.log(labels) / own
  return scaled < 1e-12 ? 1 : Math.log1p(scaled) / scaled
}
