import { describe, expect, it } from 'vitest'
import { lossShape } from '../../../src/core/objective/lossShape'
import {
  curvePath,
  marginOf,
  rangeOf,
  shareOf,
} from '../../../src/renderer/src/features/training/lossShapePath'

describe('the drawing of a loss', () => {
  it('marks the margin of triplets from the rest to where both are equally far', () => {
    const ends = marginOf(lossShape({ name: 'triplet', options: { margin: 0.3 } }))
    expect(ends?.[0]).toBeCloseTo(-0.3, 4)
    expect(ends?.[1]).toBe(0)
    expect(marginOf(lossShape({ name: 'triplet', options: { soft: true } }))).toBeNull()
  })
  it('marks that of pairs between the two rests', () => {
    const ends = marginOf(lossShape({ name: 'margin' }))
    expect(ends?.[0]).toBeCloseTo(1, 4)
    expect(ends?.[1]).toBeCloseTo(1.4, 4)
    const gone = { positiveMargin: 0.9, negativeMargin: 0.4 }
    expect(marginOf(lossShape({ name: 'contrastive', options: gone }))).toBeNull()
  })
  it('spans all distances and leaves room above the greatest loss', () => {
    const shape = lossShape({ name: 'contrastive' })
    const range = rangeOf(shape)
    expect(range.minimum).toBe(0)
    expect(range.maximum).toBeCloseTo(2)
    expect(range.greatestLoss).toBeCloseTo(2)
    const path = curvePath(shape.curves[0]!, range, 100, 50)
    expect(path.startsWith('M0.00 50.00L')).toBe(true)
    expect(path.endsWith('L100.00 3.00')).toBe(true)
  })
  it('has no place for what lies outside', () => {
    const range = { minimum: -1, maximum: 1, greatestLoss: 1 }
    expect(shareOf(0, range)).toBe(0.5)
    expect(shareOf(1.2, range)).toBeNull()
    expect(shareOf(-1.2, range)).toBeNull()
  })
})
