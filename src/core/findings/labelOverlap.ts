import type { Votes } from './votes'

/** Two labels, the lower first, whose images vote for each other. */
export interface LabelOverlap {
  readonly first: number
  readonly second: number
  /** 0: apart; .5: as if the images of one thing had drawn either name. */
  readonly share: number
}

/**
 * How much labels overlap: with m(a, b) the mean share of label b in the votes on images of a,
 * (m(a, b) + m(b, a)) / (m(a, a) + m(a, b) + m(b, a) + m(b, b)). One thing under two names has .5,
 * however unequal their numbers are. Largest first; pairs that nobody confuses are left out.
 */
export function overlapOfLabels(votes: Votes, given: Int32Array, labels: number): LabelOverlap[] {
  const sizes = new Uint32Array(labels)
  const sums = new Map<number, number>()
  for (let i = 0; i < given.length; i++) {
    const label = given[i]!
    if (label < 0 || votes.counts[i] === 0) continue
    sizes[label]! += 1
    for (let at = i * votes.k; at < i * votes.k + votes.counts[i]!; at++) {
      const key = label * labels + votes.labels[at]!
      sums.set(key, (sums.get(key) ?? 0) + votes.shares[at]!)
    }
  }
  const mean = (a: number, b: number) => (sums.get(a * labels + b) ?? 0) / Math.max(1, sizes[a]!)
  const pairs = new Set<number>()
  for (const key of sums.keys()) {
    const [a, b] = [Math.floor(key / labels), key % labels]
    if (a !== b) pairs.add(Math.min(a, b) * labels + Math.max(a, b))
  }
  return [...pairs]
    .map((key): LabelOverlap => {
      const [first, second] = [Math.floor(key / labels), key % labels]
      const across = mean(first, second) + mean(second, first)
      const all = across + mean(first, first) + mean(second, second)
      return { first, second, share: all > 0 ? across / all : 0 }
    })
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share || a.first - b.first || a.second - b.second)
}
