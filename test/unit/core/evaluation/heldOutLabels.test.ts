import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseHeldOutLabels, foldsOfLabels } from '../../../../src/core/evaluation/heldOutLabels'

const keysOf = fc.uniqueArray(fc.string({ maxLength: 12 }), { minLength: 2, maxLength: 60 })

describe('labels held out', () => {
  it('are about the share, never all, and go by the key alone', () => {
    fc.assert(
      fc.property(keysOf, fc.integer(), (keys, seed) => {
        const held = chooseHeldOutLabels({ keys, seed, purpose: 'validation', share: 0.2 })
        const names = (of: Uint8Array, at: readonly string[]) => at.filter((_, i) => of[i] === 1)
        const count = Math.max(1, Math.round(0.2 * keys.length))
        expect(names(held, keys)).toHaveLength(Math.min(count, keys.length - 1))
        // In another order, the same ones.
        const turned = keys.toReversed()
        const again = chooseHeldOutLabels({ keys: turned, seed, purpose: 'validation', share: 0.2 })
        expect(names(again, turned).sort()).toEqual(names(held, keys).sort())
      }),
    )
  })

  it('change by one at most when a label comes', () => {
    fc.assert(
      fc.property(keysOf, fc.integer(), (keys, seed) => {
        const draw = { seed, purpose: 'validation', share: 0.2 }
        const fewer = chooseHeldOutLabels({ ...draw, keys: keys.slice(0, -1) })
        const more = chooseHeldOutLabels({ ...draw, keys })
        const changed = keys.slice(0, -1).filter((_, i) => fewer[i] !== more[i])
        expect(changed.length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('take only what is eligible', () => {
    const keys = Array.from({ length: 30 }, (_, i) => `label ${i}`)
    const isEligible = (label: number) => label % 3 === 0
    const held = chooseHeldOutLabels({ keys, seed: 1, purpose: 'a', share: 0.5, isEligible })
    expect(held.filter((of) => of === 1)).toHaveLength(5)
    expect([...held.keys()].every((label) => held[label] === 0 || isEligible(label))).toBe(true)
    const other = chooseHeldOutLabels({ keys, seed: 1, purpose: 'b', share: 0.5, isEligible })
    expect(other).not.toEqual(held)
  })

  it('come in folds of equal size that a further label moves at the cuts alone', () => {
    fc.assert(
      fc.property(keysOf, fc.integer(), fc.integer({ min: 2, max: 6 }), (keys, seed, folds) => {
        const draw = { seed, purpose: 'folds', folds }
        const all = foldsOfLabels({ ...draw, keys })
        const sizes = Array.from({ length: folds }, (_, f) => all.filter((of) => of === f).length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        const fewer = foldsOfLabels({ ...draw, keys: keys.slice(0, -1) })
        const moved = keys.slice(0, -1).filter((_, i) => fewer[i] !== all[i])
        expect(moved.length).toBeLessThan(folds)
      }),
    )
  })
})
