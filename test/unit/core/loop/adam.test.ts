import { describe, expect, it } from 'vitest'
import { Adam } from '../../../../src/core/loop/adam'

/** Of one number that begins at 1, after each of these gradients. */
function valuesAfter(gradients: readonly number[], learningRate = 0.1): number[] {
  const adam = new Adam()
  const values = { one: Float32Array.of(1) }
  return gradients.map((gradient) => {
    adam.update(values, { one: Float32Array.of(gradient) }, learningRate)
    return values.one[0]!
  })
}

describe('Adam', () => {
  it('takes the first two steps as worked out by hand', () => {
    // Step 1: m = .1 * 2 = .2 and v = .001 * 4 = .004, corrected m / .1 = 2 and v / .001 = 4:
    // the number falls by .1 * 2 / sqrt(4) = .1.
    // Step 2: m = .9 * .2 - .1 = .08 and v = .999 * .004 + .001 = .004996, corrected
    // m / (1 - .9^2) = .08 / .19 = .4210526 and v / (1 - .999^2) = .004996 / .001999 = 2.4992496:
    // it falls by .1 * .4210526 / 1.5809015 = .0266337.
    const [first, second] = valuesAfter([2, -1])
    expect(first).toBeCloseTo(0.9, 6)
    expect(second).toBeCloseTo(0.8733663, 6)
  })

  it('moves by the learning rate at first, whatever the scale of the gradient', () => {
    for (const gradient of [1e-3, 1, 1e3]) {
      expect(valuesAfter([gradient])[0]).toBeCloseTo(0.9, 4)
      expect(valuesAfter([-gradient])[0]).toBeCloseTo(1.1, 4)
    }
  })

  it('takes half a step where the gradient is as small as the term that keeps it from dividing by 0', () => {
    // .1 * 1e-8 / (1e-8 + 1e-8) = .05.
    expect(valuesAfter([1e-8])[0]).toBeCloseTo(0.95, 6)
  })

  it('leaves out a gradient of what it has no values of', () => {
    const values = { one: Float32Array.of(1) }
    new Adam().update(values, { other: Float32Array.of(2), one: Float32Array.of(2) }, 0.1)
    expect(values.one[0]).toBeCloseTo(0.9, 6)
  })

  it('does not change the state that it goes on from', () => {
    const before = new Adam()
    before.update({ one: Float32Array.of(1) }, { one: Float32Array.of(2) }, 0.1)
    const state = before.state()
    const after = new Adam()
    after.restore(state)
    after.update({ one: Float32Array.of(1) }, { one: Float32Array.of(-9) }, 0.1)
    expect(state).toEqual(before.state())
  })

  it('goes on from a state with the numbers of an unbroken run', () => {
    const gradients = [2, -1, 0.5, 3]
    const whole = valuesAfter(gradients)
    const before = new Adam()
    const values = { one: Float32Array.of(1) }
    for (const gradient of gradients.slice(0, 2)) {
      before.update(values, { one: Float32Array.of(gradient) }, 0.1)
    }
    const state = before.state()
    // What the first does now is not seen in the state that it gave.
    before.update({ one: Float32Array.of(0) }, { one: Float32Array.of(-9) }, 0.1)
    const after = new Adam()
    after.restore(state)
    const resumed = gradients.slice(2).map((gradient) => {
      after.update(values, { one: Float32Array.of(gradient) }, 0.1)
      return values.one[0]
    })
    expect(resumed).toEqual(whole.slice(2))
  })
})
