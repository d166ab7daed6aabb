import { describe, expect, it } from 'vitest'
import { float16ToNumbers } from '../../../../src/core/math/float16'

/** By the words of the standard: sign, five bits of exponent, ten of fraction. */
function bitsOf(sign: number, exponent: number, fraction: number): number {
  return (sign << 15) | (exponent << 10) | fraction
}

describe('numbers of half precision', () => {
  it('are the ones that the standard names', () => {
    const halves = Uint16Array.of(
      bitsOf(0, 15, 0),
      bitsOf(1, 16, 512),
      bitsOf(0, 30, 1023),
      bitsOf(0, 1, 0),
      bitsOf(0, 0, 1),
      bitsOf(1, 0, 1023),
      bitsOf(0, 31, 0),
      bitsOf(1, 31, 0),
    )
    expect([...float16ToNumbers(halves)]).toEqual([
      ...[1, -3, 65_504, 2 ** -14, 2 ** -24, -1023 * 2 ** -24, Infinity, -Infinity],
    ])
    expect(float16ToNumbers(Uint16Array.of(bitsOf(0, 31, 1)))).toEqual(Float32Array.of(NaN))
  })

  it('keep both zeros and grow with their bits', () => {
    const [zero, negative] = float16ToNumbers(Uint16Array.of(0, 0x8000))
    expect([zero, negative].map((value) => Object.is(value, -0))).toEqual([false, true])
    const positive = float16ToNumbers(Uint16Array.from({ length: bitsOf(0, 31, 0) }, (_, i) => i))
    expect(positive.every((value, i) => i === 0 || value > positive[i - 1]!)).toBe(true)
  })
})
