import { describe, expect, it } from 'vitest'
import { expectedSteps, isOpenEnd, rateFactor } from '../../../../src/core/loop/schedule'

const at = (step: number, timeShare = 0, totalSteps = 100) => ({ step, totalSteps, timeShare })

describe('rateFactor', () => {
  it('stays where it is constant', () => {
    const options = { schedule: 'constant', warmUpSteps: 0 } as const
    expect([1, 50, 100].map((step) => rateFactor(at(step), options))).toEqual([1, 1, 1])
  })

  it('rises linearly over the warm-up and is whole after it', () => {
    const options = { schedule: 'constant', warmUpSteps: 4 } as const
    const factors = [1, 2, 3, 4, 5].map((step) => rateFactor(at(step), options))
    factors.forEach((factor, i) => expect(factor).toBeCloseTo((i + 1) / 5))
  })

  it('falls along half a cosine, after the warm-up, to nearly 0', () => {
    const options = { schedule: 'cosine', warmUpSteps: 20 } as const
    expect(rateFactor(at(21), options)).toBe(1)
    expect(rateFactor(at(61), options)).toBeCloseTo(0.5)
    expect(rateFactor(at(100), options)).toBeLessThan(0.001)
    for (let step = 22; step <= 100; step++) {
      expect(rateFactor(at(step), options)).toBeLessThan(rateFactor(at(step - 1), options))
    }
  })

  it('follows the time where only time ends a run', () => {
    const options = { schedule: 'cosine', warmUpSteps: 0 } as const
    expect(rateFactor(at(500, 0, Infinity), options)).toBe(1)
    expect(rateFactor(at(500, 0.5, Infinity), options)).toBeCloseTo(0.5)
    expect(rateFactor(at(500, 1.2, Infinity), options)).toBeCloseTo(0)
  })
})

describe('the length of a run', () => {
  it('is that of its epochs, or the limit of steps where that comes first', () => {
    const epochs = { epochs: 3, stepsPerEpoch: 10 }
    expect(expectedSteps({ ...epochs, maxSteps: null })).toBe(30)
    expect(expectedSteps({ ...epochs, maxSteps: 7 })).toBe(7)
    expect(expectedSteps({ ...epochs, maxSteps: 70 })).toBe(30)
  })

  it('is open where a limit of time stands alone', () => {
    expect(isOpenEnd({ maxMinutes: 5, maxSteps: null })).toBe(true)
    expect(isOpenEnd({ maxMinutes: 5, maxSteps: 100 })).toBe(false)
    expect(isOpenEnd({ maxMinutes: null, maxSteps: null })).toBe(false)
    expect(isOpenEnd({ maxMinutes: null, maxSteps: 100 })).toBe(false)
  })
})
