import { describe, expect, it } from 'vitest'
import { type StepSigns, WarningWatch } from '../../../../src/core/loop/warnings'

const well: StepSigns = {
  loss: 0.1,
  activeFraction: 0.5,
  meanPositiveDistance: 0.3,
  meanNegativeDistance: 1,
  spread: 1,
}
const onePoint: StepSigns = {
  ...well,
  meanPositiveDistance: 0.01,
  meanNegativeDistance: 0.011,
  spread: 0.01,
}
const watchOf = (margin: number | null = null, isDistance = true) =>
  new WarningWatch({ margin, isDistance })

/** Steps until something is said; null where nothing is. */
function stepsUntil(watch: WarningWatch, signs: StepSigns, kind: string, most = 50) {
  for (let step = 1; step <= most; step++) if (watch.afterStep(signs) === kind) return step
  return null
}

describe('WarningWatch', () => {
  it('sees a collapse within few steps, and not from one batch', () => {
    const watch = watchOf()
    expect(stepsUntil(watch, well, 'collapse')).toBeNull()
    expect(watch.afterStep(onePoint)).toBeNull()
    expect(watch.afterStep(well)).toBeNull()
    expect(stepsUntil(watch, onePoint, 'collapse')).toBeLessThanOrEqual(10)
    expect(watch.isHealthy()).toBe(false)
    watch.forgetSteps()
    expect(watch.isHealthy()).toBe(true)
    expect(watch.afterStep(onePoint)).toBeNull()
  })

  it('takes close embeddings whose labels are apart for no collapse', () => {
    const shrunk = { ...well, meanNegativeDistance: 0.04, meanPositiveDistance: 0.001 }
    const watch = watchOf()
    watch.afterStep(well)
    expect(stepsUntil(watch, shrunk, 'collapse')).toBeNull()
  })

  it('looks at the spread where a dot product has no scale', () => {
    const dot = { ...well, meanPositiveDistance: -40, meanNegativeDistance: -30 }
    expect(stepsUntil(watchOf(null, false), dot, 'collapse')).toBeNull()
    const watch = watchOf(null, false)
    watch.afterStep(dot)
    expect(stepsUntil(watch, { ...dot, spread: 0.001 }, 'collapse')).not.toBeNull()
  })

  it('sees a loss that rests at its margin, and only with one', () => {
    const resting = { ...well, loss: 0.2001, activeFraction: 1 }
    expect(stepsUntil(watchOf(0.2), resting, 'deadMargin')).toBe(10)
    expect(stepsUntil(watchOf(null), resting, 'deadMargin')).toBeNull()
    expect(stepsUntil(watchOf(0.3), resting, 'deadMargin')).toBeNull()
    expect(stepsUntil(watchOf(0.2), { ...resting, activeFraction: 0.7 }, 'deadMargin')).toBeNull()
  })

  it('says each kind once, over a restart too', () => {
    const watch = watchOf()
    expect([watch.isNew('collapse'), watch.isNew('collapse')]).toEqual([true, false])
    watch.afterStep(well)
    const again = new WarningWatch(
      { margin: null, isDistance: true },
      structuredClone(watch.state()),
    )
    expect(again.isNew('collapse')).toBe(false)
    expect(again.isNew('deadMargin')).toBe(true)
    expect(stepsUntil(again, onePoint, 'collapse')).not.toBeNull()
  })
})
