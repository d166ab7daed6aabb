import { describe, expect, it } from 'vitest'
import { losses } from '../../../../src/core/losses'
import { lossShape } from '../../../../src/core/objective/lossShape'
import type { LossCurveShape, LossShape } from '../../../../src/shared/model/lossShape'

function curveOf(shape: LossShape, side: LossCurveShape['side']): LossCurveShape {
  const curve = shape.curves.find((one) => one.side === side)
  if (curve === undefined) throw new Error(`No curve ${side}`)
  return curve
}

function expectCurve(curve: LossCurveShape, formula: (x: number) => number): void {
  curve.x.forEach((x, k) => expect(curve.loss[k]).toBeCloseTo(formula(x), 4))
}

describe('the shape of a loss', () => {
  it('is the hinge over the difference for the triplet loss, and rests at minus its margin', () => {
    for (const margin of [0.2, 0.5]) {
      const shape = lossShape({ name: 'triplet', options: { margin } })
      expect(shape.kind).toBe('triplets')
      expect(shape.otherAt).toBeCloseTo(1)
      const curve = curveOf(shape, 'difference')
      expectCurve(curve, (x) => Math.max(0, x + margin))
      expect(curve.restsAt).toBeCloseTo(-margin, 4)
      expect(curve.x[0]).toBeCloseTo(-1)
      expect(curve.x.at(-1)).toBeCloseTo(1)
    }
  })
  it('never rests for the soft triplet loss', () => {
    const curve = curveOf(lossShape({ name: 'triplet', options: { soft: true } }), 'difference')
    expectCurve(curve, (x) => Math.log1p(Math.exp(x)))
    expect(curve.restsAt).toBeNull()
  })
  it('has a curve for each side of the contrastive loss', () => {
    const shape = lossShape({
      name: 'contrastive',
      options: { positiveMargin: 0.3, negativeMargin: 0.8 },
    })
    expect(shape).toMatchObject({ kind: 'pairs', otherAt: null, distance: 'euclidean' })
    const positive = curveOf(shape, 'positive')
    const negative = curveOf(shape, 'negative')
    expectCurve(positive, (x) => Math.max(0, x - 0.3))
    expectCurve(negative, (x) => Math.max(0, 0.8 - x))
    expect(positive.restsAt).toBeCloseTo(0.3, 4)
    expect(negative.restsAt).toBeCloseTo(0.8, 4)
  })
  it('holds the other side where both are weighed together', () => {
    const shape = lossShape({ name: 'ntXent', options: { temperature: 0.5 } })
    expect(shape).toMatchObject({ kind: 'joint', distance: 'cosine' })
    expect(shape.otherAt).toBeCloseTo(0.5)
    expectCurve(curveOf(shape, 'positive'), (x) => Math.log1p(Math.exp(0.5 / 0.5 - (1 - x) / 0.5)))
    expectCurve(curveOf(shape, 'negative'), (x) => Math.log1p(Math.exp((1 - x) / 0.5 - 0.5 / 0.5)))
  })
  it('compares an image with its class and a wrong one', () => {
    const shape = lossShape({ name: 'normalizedSoftmax', options: { temperature: 0.1 } })
    expect(shape.kind).toBe('classes')
    expectCurve(curveOf(shape, 'positive'), (x) => Math.log1p(Math.exp(5 - 10 * (1 - x))))
  })
  it('follows the chosen distance', () => {
    const euclidean = lossShape({ name: 'triplet' })
    const squared = lossShape({ name: 'triplet' }, 'squaredEuclidean')
    expect(euclidean.distance).toBe('euclidean')
    expect(squared.distance).toBe('squaredEuclidean')
    expect(curveOf(squared, 'difference').x.at(-1)).toBeCloseTo(3)
  })
  it('refuses what does not go together', () => {
    expect(() => lossShape({ name: 'angular' }, 'euclidean')).toThrow(/defined with cosine/)
    expect(() => lossShape({ name: 'triplet', options: { margn: 1 } })).toThrow(/margn/)
  })

  it.each(losses.names)('asks positives to be near and negatives to be far: %s', (name) => {
    const shape = lossShape({ name })
    for (const { side, x, loss, restsAt } of shape.curves) {
      expect(x.every(Number.isFinite) && loss.every(Number.isFinite)).toBe(true)
      for (let k = 1; k < x.length; k++) expect(x[k]).toBeGreaterThan(x[k - 1]!)
      const [near, far] = [loss[0]!, loss.at(-1)!]
      if (side === 'negative') expect(near).toBeGreaterThan(far)
      else expect(far).toBeGreaterThan(near)
      if (restsAt !== null) {
        expect(restsAt).toBeGreaterThanOrEqual(x[0]!)
        expect(restsAt).toBeLessThanOrEqual(x.at(-1)!)
      }
    }
  })
})
