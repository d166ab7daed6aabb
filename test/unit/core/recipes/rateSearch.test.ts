import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/math/random'
import { searchRate, suggestRate } from '../../../../src/core/recipes/rateSearch'
import { collect, startLoop, stepsOf } from '../loop/loopSetup'

const rates = Array.from({ length: 100 }, (_, i) => 1e-6 * 1e6 ** (i / 99))

/** Flat, then falling around 1e-3, then rising steeply from 1e-1. */
function curve(noise: number): number[] {
  const random = createRandom(4)
  return rates.map((rate) => {
    const x = Math.log10(rate)
    const fall = 1 / (1 + Math.exp(-4 * (x + 3)))
    const rise = Math.exp(6 * (x + 1))
    return 1 - 0.6 * fall + Math.min(10, rise) + random.normal(0, noise)
  })
}

describe('suggestRate', () => {
  it.each([0, 0.01, 0.05])('finds the steepest fall under noise of %s', (noise) => {
    const found = suggestRate(rates, curve(noise))!
    expect(found).toBeGreaterThan(3e-4)
    expect(found).toBeLessThan(2e-2)
  })

  it('suggests nothing where the loss falls nowhere', () => {
    const random = createRandom(2)
    expect(
      suggestRate(
        rates,
        rates.map(() => 1 + random.normal(0, 0.05)),
      ),
    ).toBeNull()
    expect(
      suggestRate(
        rates,
        rates.map((_, i) => 1 + i / 10),
      ),
    ).toBeNull()
    expect(suggestRate([], [])).toBeNull()
  })
})

describe('searchRate', () => {
  it('finds a rate that trains, and leaves the model as it was', async () => {
    const { input, model } = startLoop({
      loss: { name: 'supCon', options: {} },
      miner: null,
      distance: 'cosine',
    })
    const before = model.snapshot()
    const steps: number[] = []
    const found = await searchRate(input, { onStep: (done) => steps.push(done) })
    expect(model.snapshot()).toEqual(before)
    expect(found.rates.length).toBe(found.losses.length)
    expect(steps.at(-1)).toBe(found.rates.length)
    expect(found.suggestion).not.toBeNull()
    const again = await searchRate(input)
    expect(again).toEqual(found)
    model.dispose()
    const trained = startLoop({
      loss: { name: 'supCon', options: {} },
      miner: null,
      distance: 'cosine',
      learningRate: found.suggestion!,
    })
    const losses = stepsOf(await collect(trained.loop)).map(({ loss }) => loss)
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length
    expect(mean(losses.slice(-20))).toBeLessThan(0.8 * mean(losses.slice(0, 20)))
    trained.model.dispose()
  })

  it('ends at a loss that is no number, with the model as it was', async () => {
    const features = new Float32Array(12 * 30).fill(1e20)
    const { input, model } = startLoop(
      { distance: 'dot', loss: { name: 'bpr', options: {} }, miner: null },
      { features },
    )
    const before = model.snapshot()
    const found = await searchRate(input)
    expect(found.suggestion).toBeNull()
    expect(model.snapshot()).toEqual(before)
    model.dispose()
  })
})
