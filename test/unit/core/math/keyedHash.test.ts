import { describe, expect, it } from 'vitest'
import { keyedHash, orderByHash } from '../../../../src/core/math/keyedHash'

describe('a keyed hash', () => {
  it('is the same for ever: splits of folders hang on it', () => {
    expect(keyedHash(1, 'label\ncat')).toBe(0.407347245008842)
    expect(keyedHash(2, 'label\ncat')).toBe(0.690390792998205)
    expect(keyedHash(1, 'label\n猫')).toBe(0.5956420783239537)
  })

  it('is even, whatever the texts are like, and independent from seed to seed', () => {
    const count = 20_000
    for (const text of [(i: number) => `label\n${i}`, (i: number) => 'a'.repeat(i % 97) + i]) {
      const bins = new Float64Array(20)
      let product = 0
      for (let i = 0; i < count; i++) {
        const draw = keyedHash(7, text(i))
        expect(draw).toBeGreaterThanOrEqual(0)
        expect(draw).toBeLessThan(1)
        bins[Math.floor(draw * 20)]! += 1
        product += (draw - 0.5) * (keyedHash(8, text(i)) - 0.5)
      }
      const expected = count / 20
      const chiSquare = bins.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0)
      // 19 degrees of freedom: exceeded once in 10,000 by chance.
      expect(chiSquare).toBeLessThan(52)
      // A correlation whose standard deviation is 1 / sqrt(count).
      expect(Math.abs((12 * product) / count)).toBeLessThan(4 / Math.sqrt(count))
    }
  })

  it('orders texts independently of where they stand', () => {
    const texts = ['a', 'b', 'c', 'd', 'e', 'f']
    const order = orderByHash(3, texts).map((at) => texts[at])
    const turned = texts.toReversed()
    expect(orderByHash(3, turned).map((at) => turned[at])).toEqual(order)
    expect(order.toSorted()).toEqual(texts)
  })
})
