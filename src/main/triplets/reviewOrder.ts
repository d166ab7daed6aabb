import type { LabelId } from '../../shared/model/ids'
import type { ReviewTier } from '../../shared/model/triplets'
import type { ReviewCandidate } from '../db/repositories/tripletRepository'

/** At most so many of one pair of labels one after another, where there are other pairs. */
const mostInARow = 3

/** How far the negative is from where it should be: beyond the positive. */
export function tierOf(
  { positiveDistance, negativeDistance }: ReviewCandidate,
  margin: number | null,
): ReviewTier {
  if (negativeDistance < positiveDistance) return 'violations'
  return negativeDistance < positiveDistance + (margin ?? 0) ? 'insideMargin' : 'rest'
}

/**
 * Each pair of anchor and negative once, whichever of the two is the anchor: the first of it.
 * What a person says of one holds for the other.
 */
export function distinctPairs(candidates: readonly ReviewCandidate[]): readonly ReviewCandidate[] {
  const seen = new Set<string>()
  return candidates.filter(({ anchor, negative }) => {
    const pair = pairKey(anchor, negative)
    if (seen.has(pair)) return false
    seen.add(pair)
    return true
  })
}

/** The same for a pair in either order. */
const pairKey = (one: number, other: number): string =>
  one < other ? `${one} ${other}` : `${other} ${one}`

export const labelsKey = (item: {
  readonly anchorLabelId: LabelId
  readonly negativeLabelId: LabelId
}): string => pairKey(item.anchorLabelId, item.negativeLabelId)

/**
 * The order in which a person is asked: one of each pair of labels, then the second of each, and
 * so on. What would be more than a few of one pair in a row waits for another queue, unless there
 * is one pair alone.
 * @param candidates hardest first
 */
export function reviewOrder(
  candidates: readonly ReviewCandidate[],
  limit: number,
): readonly ReviewCandidate[] {
  const groups = new Map<string, ReviewCandidate[]>()
  for (const candidate of candidates) {
    const key = labelsKey(candidate)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [candidate])
    else group.push(candidate)
  }
  const ordered: ReviewCandidate[] = []
  let left = [...groups.values()]
  for (let round = 0; left.length > 0 && ordered.length < limit; round++) {
    for (const group of left) ordered.push(group[round]!)
    left = left.filter((group) => group.length > round + 1)
    if (left.length === 1 && groups.size > 1) {
      const last = left[0]!
      const row = labelsKey(ordered.at(-1)!) === labelsKey(last[0]!) ? 1 : 0
      ordered.push(...last.slice(round + 1, round + 1 + mostInARow - row))
      break
    }
  }
  return ordered.slice(0, limit)
}
