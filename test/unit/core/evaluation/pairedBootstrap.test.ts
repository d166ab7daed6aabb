import { describe, expect, it } from 'vitest'
import {
  excludesZero,
  leastDrawnLabels,
  pairedBootstrap,
  type ScoreUnits,
  unitsOf,
} from '../../../../src/core/evaluation/pairedBootstrap'
import { createRandom } from '../../../../src/core/math/random'

/** `labels` labels of `images` queries each, scored by place. */
function unitsBy(labels: number, images: number, score: (query: number) => number): ScoreUnits {
  const count = labels * images
  return unitsOf(
    Int32Array.from({ length: count }, (_, query) => 100 + (query % labels)),
    Float64Array.from({ length: count }, (_, query) => score(query)),
  )
}
const of = (seed: number) => ({ random: createRandom(seed) })

describe('unitsOf', () => {
  it('puts queries of a label together, in the order of their first', () => {
    const labels = Int32Array.from([9, 4, 9, 7, 1, 2, 4])
    const units = unitsOf(labels, Float64Array.from([1, 0, 0.5, 0.25, 1, 1, 1]))
    expect(units.kind).toBe('labels')
    expect([...units.sums]).toEqual([1.5, 1, 0.25, 1, 1])
    expect([...units.counts]).toEqual([2, 2, 1, 1, 1])
  })

  it('leaves queries alone where labels are few', () => {
    const units = unitsBy(leastDrawnLabels - 1, 3, () => 1)
    expect(units.kind).toBe('images')
    expect(units.counts).toHaveLength(3 * (leastDrawnLabels - 1))
  })
})

describe('pairedBootstrap', () => {
  it('is as narrow as the difference is steady, however much the scores vary', () => {
    const noise = createRandom(5)
    const base = Float64Array.from({ length: 200 }, () => noise.next())
    const earlier = unitsBy(20, 10, (query) => base[query]!)
    const later = unitsBy(20, 10, (query) => base[query]! + 0.01)
    const { mean, low, high, over } = pairedBootstrap(earlier, later, of(1))!
    expect(over).toBe('labels')
    expect(mean).toBeCloseTo(0.01, 10)
    expect(high - low).toBeLessThan(1e-9)
    expect(excludesZero({ low, high })).toBe(true)
  })

  it('holds 0 where one label alone made the difference', () => {
    const earlier = unitsBy(10, 8, () => 0.5)
    const later = unitsBy(10, 8, (query) => (query % 10 === 3 ? 0.9 : 0.5))
    const difference = pairedBootstrap(earlier, later, of(1))
    expect(difference!.mean).toBeCloseTo(0.04)
    expect(difference!.low).toBe(0)
    expect(excludesZero(difference!)).toBe(false)
  })

  it('is wider over labels than over images where images of a label agree', () => {
    const noise = createRandom(3)
    const byLabel = Float64Array.from({ length: 12 }, () => noise.normal())
    const labels = Int32Array.from({ length: 240 }, (_, query) => query % 12)
    const zero = new Float64Array(240)
    const scores = Float64Array.from(labels, (label) => byLabel[label]!)
    const alone = (values: Float64Array): ScoreUnits => ({
      kind: 'images',
      sums: values,
      counts: new Float64Array(240).fill(1),
    })
    const overLabels = pairedBootstrap(unitsOf(labels, zero), unitsOf(labels, scores), of(2))
    const overImages = pairedBootstrap(alone(zero), alone(scores), of(2))
    expect(overLabels!.mean).toBeCloseTo(overImages!.mean)
    expect(overLabels!.high - overLabels!.low).toBeGreaterThan(
      2 * (overImages!.high - overImages!.low),
    )
  })

  it('gives the same for the same seed, and turns round with its sides', () => {
    const earlier = unitsBy(15, 4, (query) => (query % 7) / 7)
    const later = unitsBy(15, 4, (query) => (query % 5) / 5)
    const one = pairedBootstrap(earlier, later, of(1))
    expect(pairedBootstrap(earlier, later, of(1))).toEqual(one)
    expect(pairedBootstrap(earlier, later, of(2))).not.toEqual(one)
    const turned = pairedBootstrap(later, earlier, of(1))
    expect(turned!.mean).toBeCloseTo(-one!.mean)
    expect(turned!.low).toBeCloseTo(-one!.high)
  })

  it('covers the truth about as often as it says', () => {
    const world = createRandom(11)
    let covered = 0
    const worlds = 200
    for (let w = 0; w < worlds; w++) {
      const effects = Float64Array.from({ length: 40 }, () => 0.02 + 0.05 * world.normal())
      const earlier = unitsBy(40, 3, () => 0.5)
      const later = unitsBy(40, 3, (query) => 0.5 + effects[query % 40]!)
      const { low, high } = pairedBootstrap(earlier, later, { ...of(w), rounds: 400 })!
      if (low <= 0.02 && high >= 0.02) covered++
    }
    expect(covered / worlds).toBeGreaterThan(0.88)
    expect(covered / worlds).toBeLessThan(0.99)
  })

  it('bears no queries and refuses unequal ones', () => {
    const none = unitsBy(0, 0, () => 0)
    expect(pairedBootstrap(none, none, of(1))).toBeNull()
    expect(() =>
      pairedBootstrap(
        unitsBy(6, 2, () => 0),
        unitsBy(7, 2, () => 0),
        of(1),
      ),
    ).toThrow('same queries')
  })
})
