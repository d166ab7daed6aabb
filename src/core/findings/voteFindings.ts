import type { Finding } from '../../shared/model/findings'
import { confidentLearning } from './confidentLearning'
import { overlapOfLabels } from './labelOverlap'
import type { Lists } from './lists'
import type { NearestOthers } from './nearest'
import { bestBut, confidenceWeightedEntropy, normalizedMargin, shareOf, type Votes } from './votes'

/** Labelled images and how their nearest others voted. */
export interface VotedImages {
  /** Their places in the set. */
  readonly rows: Uint32Array
  /** Label of each. */
  readonly given: Int32Array
  /** Of each; indices are places among `rows`. */
  readonly nearest: NearestOthers
  readonly votes: Votes
  /** Labels of the set, with those that no image has. */
  readonly labelCount: number
}

/** Self-confidence lies on few values: the margin, far below them, puts equal ones in order. */
const marginWeight = 1e-3

/**
 * How likely each image's label is right, 0 to 1: the share of its own label in the vote, and of
 * equal shares the margin.
 */
export function labelQuality(votes: Votes, given: Int32Array): Float64Array {
  return Float64Array.from(given, (label, at) => {
    const own = shareOf(votes, at, label)
    const margin = normalizedMargin(own, bestBut(votes, at, label).share)
    return (own + marginWeight * margin) / (1 + marginWeight)
  })
}

/** Images for whose label fewer vote than for another, the least likely first. */
export function mislabelFindings(
  { rows, given, nearest, votes, labelCount }: VotedImages,
  images: number,
  lists: Lists,
): void {
  const quality = labelQuality(votes, given)
  const scores = new Float64Array(images).fill(NaN)
  rows.forEach((image, at) => (scores[image] = quality[at]!))
  lists.keepScores('mislabel', scores)
  const { isCandidate } = confidentLearning(votes, given, labelCount)
  const found: Finding[] = []
  rows.forEach((image, at) => {
    const label = given[at]!
    const share = shareOf(votes, at, label)
    const best = bestBut(votes, at, label)
    if (best.label < 0 || best.share <= share) return
    const from = at * votes.k
    const own = votes.shares.subarray(from, from + votes.counts[at]!)
    const near = nearest.indices.subarray(at * nearest.k, (at + 1) * nearest.k)
    found.push({
      ...{ kind: 'mislabel', image, suggestion: best.label, score: quality[at]!, group: null },
      evidence: {
        kind: 'mislabel',
        voters: Array.from(near, (place) => ({ image: rows[place]!, label: given[place]! })),
        share,
        suggestedShare: best.share,
        margin: normalizedMargin(share, best.share),
        entropy: confidenceWeightedEntropy(own, share, labelCount),
        isCandidate: isCandidate[at] === 1,
      },
    })
  })
  lists.put('mislabel', found, false)
}

/** Images of labels that overlap, seen in the other one; a pair of labels is a group. */
export function overlapFindings(
  { rows, given, votes, labelCount }: VotedImages,
  limit: number,
  lists: Lists,
): void {
  const pairs = overlapOfLabels(votes, given, labelCount).filter(({ share }) => share >= limit)
  const pairsOf = new Map<number, number[]>()
  pairs.forEach(({ first, second }, at) => {
    for (const label of [first, second]) pairsOf.set(label, [...(pairsOf.get(label) ?? []), at])
  })
  const found: Finding[] = []
  rows.forEach((image, at) => {
    // Of several pairs the one that overlaps most stands for it.
    for (const place of pairsOf.get(given[at]!) ?? []) {
      const { first, second, share: labelShare } = pairs[place]!
      const other = given[at] === first ? second : first
      const share = shareOf(votes, at, other)
      if (share <= 0) continue
      found.push({
        ...{ kind: 'overlap', image, suggestion: other, score: labelShare, group: place + 1 },
        evidence: { kind: 'overlap', other, labelShare, share },
      })
      break
    }
  })
  lists.put('overlap', found, true)
}
