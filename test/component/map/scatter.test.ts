import { describe, expect, it } from 'vitest'
import { createScatter, pointDiameter } from '../../../src/renderer/src/scatter'
import { drawOrder } from '../../../src/renderer/src/scatter/drawOrder'

describe('drawOrder', () => {
  it.each([0, 1, 2, 3, 10, 997, 1000])('draws each of %i points once', (count) => {
    const order = drawOrder(count, new Uint8Array(count).fill(1))
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
  })
  it('draws what is dimmed first and what is selected last', () => {
    const levels = Uint8Array.from({ length: 300 }, (_, i) => [1, 2, 0][i % 3]!)
    const drawn = [...drawOrder(300, levels)].map((i) => levels[i]!)
    expect([...drawn].sort((a, b) => a - b)).toEqual(drawn)
  })
  it('scatters points that come one after another', () => {
    const order = drawOrder(1000, new Uint8Array(1000).fill(1))
    const early = [...order.subarray(0, 100)].filter((i) => i < 500).length
    expect(early).toBeGreaterThan(30)
    expect(early).toBeLessThan(70)
  })
})

describe('pointDiameter', () => {
  it('shrinks with the number of points, grows with zoom and choice, within limits', () => {
    const at = (count: number, zoom = 1, factor = 1) => pointDiameter({ count, zoom, factor })
    expect(at(200_000)).toBeLessThan(at(1000))
    expect(at(1000, 4)).toBeGreaterThan(at(1000))
    expect(at(1000, 1, 2)).toBeCloseTo(2 * at(1000))
    expect(at(1e6, 0.01, 0.4)).toBe(1.5)
    expect(at(10, 1e4, 2.5)).toBe(28)
  })
})

describe('createScatter', () => {
  it('falls back to a plain canvas where there is no WebGL2, and draws nothing without a context', () => {
    const scatter = createScatter(document.createElement('canvas'))
    expect(scatter.kind).toBe('canvas')
    scatter.setPoints(Float32Array.of(0, 0))
    scatter.flush()
    scatter.dispose()
  })
})
