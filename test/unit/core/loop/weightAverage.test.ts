import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/math/random'
import { WeightAverage } from '../../../../src/core/loop/weightAverage'

describe('WeightAverage', () => {
  it('forgets the start and comes near the mean of what fluctuates', () => {
    const random = createRandom(1)
    const average = new WeightAverage(0.99, [Float32Array.of(100)])
    for (let i = 0; i < 2000; i++) average.update([Float32Array.of(random.normal(3, 1))])
    expect(average.values()[0]![0]).toBeCloseTo(3, 0)
    const early = new WeightAverage(0.99, [Float32Array.of(100)])
    for (let i = 0; i < 20; i++) early.update([Float32Array.of(3)])
    expect(early.values()[0]![0]).toBeLessThan(4)
  })

  it('goes on from a state as it would have', () => {
    const one = new WeightAverage(0.9, [Float32Array.of(1, 2)])
    one.update([Float32Array.of(3, 4)])
    const other = new WeightAverage(0.9, [Float32Array.of(0, 0)])
    other.restore(structuredClone(one.state()))
    for (const average of [one, other]) average.update([Float32Array.of(5, 7)])
    expect(other.values()).toEqual(one.values())
  })
})
