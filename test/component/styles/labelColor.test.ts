import { describe, expect, it } from 'vitest'
import { labelColor, labelColorRgb } from '../../../src/renderer/src/styles/labelColor'

describe('labelColor', () => {
  it('begins with the colours of Okabe and Ito', () => {
    expect([0, 1, 2, 5].map(labelColor)).toEqual(['#e69f00', '#56b4e9', '#009e73', '#d55e00'])
  })

  it('gives each of the first 60 labels a colour of its own', () => {
    const colors = Array.from({ length: 60 }, (_, index) => labelColor(index))
    expect(new Set(colors).size).toBe(60)
    for (const color of colors) expect(color).toMatch(/^#[0-9a-f]{6}$/)
  })

  it('keeps neighbours in the sequence apart', () => {
    for (let index = 0; index < 200; index++) {
      const one = labelColorRgb(index)
      const next = labelColorRgb(index + 1)
      const distance = Math.hypot(...one.map((part, channel) => part - next[channel]!))
      expect(distance, `${index}`).toBeGreaterThan(40)
    }
  })

  it('stays within what a screen shows, for any index', () => {
    for (const index of [-1, 0.7, 8, 999, 100_000]) {
      for (const part of labelColorRgb(index)) {
        expect(Number.isInteger(part) && part >= 0 && part <= 255).toBe(true)
      }
    }
  })
})
