import { describe, expect, it } from 'vitest'
import { losses } from '../../../../src/core/losses'
import { distanceMarginOf } from '../../../../src/core/objective/lossChoice'

describe('the margin in the unit of the distance', () => {
  it.each([
    ['triplet', {}, 0.2],
    ['triplet', { margin: 0.5, distance: 'cosine' }, 0.5],
    ['triplet', { soft: true }, null],
    ['liftedHard', {}, 1],
    ['lifted', { positiveMargin: 0.25 }, 0.75],
    ['generalizedLifted', {}, 1],
    ['margin', { margin: 0.3 }, 0.6],
    ['crossBatchMemory', { loss: 'triplet', margin: 0.4 }, 0.4],
    ['crossBatchMemory', {}, null],
    // Angles, margins of scores, and those that are measured from the anchor.
    ['arcFace', {}, null],
    ['cosFace', {}, null],
    ['tuplet', {}, null],
    ['circle', {}, null],
    ['softTriple', {}, null],
    ['contrastive', {}, null],
  ] as const)('of %s with %j is %d', (name, options, margin) => {
    expect(distanceMarginOf({ name, options })).toBe(margin)
  })

  it('is known of every loss', () => {
    for (const { name } of losses.entries) {
      const margin = distanceMarginOf({ name, options: {} })
      expect(margin === null || Number.isFinite(margin)).toBe(true)
    }
  })
})
