import { describe, expect, it } from 'vitest'
import type { ReviewCandidate } from '../../../../src/main/db/repositories/tripletRepository'
import { distinctPairs, reviewOrder, tierOf } from '../../../../src/main/triplets/reviewOrder'

/** `pairs` of labels, hardest first, as one word each: anchor's label, negative's label. */
const candidates = (pairs: string): ReviewCandidate[] =>
  pairs.split(' ').map(
    (pair, i) =>
      ({
        id: i + 1,
        anchor: 100 + i,
        negative: 200 + i,
        anchorLabelId: pair.charCodeAt(0),
        negativeLabelId: pair.charCodeAt(1),
        positiveDistance: 1,
        negativeDistance: 0.1 + i / 1000,
      }) as ReviewCandidate,
  )
const order = (pairs: string, limit = 100): number[] =>
  reviewOrder(candidates(pairs), limit).map(({ id }) => id)

describe('the order of a review', () => {
  it('is one of each pair of labels first, whichever is the anchor’s, hardest first', () => {
    expect(order('ab ba cd ab ef cd')).toEqual([1, 3, 5, 2, 6, 4])
  })

  it('has at most three of one pair in a row; the others wait', () => {
    expect(order('ab ab ab ab ab ab ab cd')).toEqual([1, 8, 2, 3, 4])
    expect(order('ab ab ab ab ab ab ab cd cd')).toEqual([1, 8, 2, 9, 3, 4, 5])
  })

  it('asks all of the only pair there is', () => {
    expect(order('ab ab ba ab ab ab')).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('ends where a sitting ends', () => {
    expect(order('ab cd ab cd ab cd', 3)).toEqual([1, 2, 3])
  })

  it('takes each two images once', () => {
    const [one, two] = candidates('ab ba')
    const mirrored = { ...two!, anchor: one!.negative, negative: one!.anchor }
    expect(distinctPairs([one!, mirrored])).toEqual([one])
  })
})

describe('the tier of a triplet', () => {
  const at = (positiveDistance: number, negativeDistance: number, margin: number | null) =>
    tierOf({ ...candidates('ab')[0]!, positiveDistance, negativeDistance }, margin)
  it.each([
    [0.5, 0.4, 0.2, 'violations'],
    [0.5, 0.5, 0.2, 'insideMargin'],
    [0.5, 0.69, 0.2, 'insideMargin'],
    [0.5, 0.71, 0.2, 'rest'],
    [0.5, 0.5, null, 'rest'],
    [-20, -20.5, null, 'violations'],
  ] as const)('with %d, %d and margin %d is %s', (positive, negative, margin, tier) => {
    expect(at(positive, negative, margin)).toBe(tier)
  })
})
