import { describe, expect, it } from 'vitest'
import {
  boundsOf,
  fitted,
  panned,
  shifted,
  toPlane,
  toScreen,
  zoomedAt,
  type View,
} from '../../../../src/core/geometry'

const size = { width: 800, height: 600 }
const view: View = { centerX: 2, centerY: -1, scale: 50 }
const limits = { minimum: 1, maximum: 1000 }

describe('the view of a plane', () => {
  it('puts the centre in the middle and turns y up', () => {
    expect(toScreen(view, size, 2, -1)).toEqual({ x: 400, y: 300 })
    expect(toScreen(view, size, 3, 0)).toEqual({ x: 450, y: 250 })
  })

  it('finds the point of the plane under a pixel', () => {
    const screen = toScreen(view, size, 3.25, 7.5)
    expect(toPlane(view, size, screen.x, screen.y)).toEqual({ x: 3.25, y: 7.5 })
  })

  it('moves the content with the pointer when dragged', () => {
    const before = toScreen(view, size, 0, 0)
    const after = toScreen(panned(view, 30, -20), size, 0, 0)
    expect(after.x - before.x).toBeCloseTo(30)
    expect(after.y - before.y).toBeCloseTo(-20)
  })

  it('keeps what is under the pointer in its place when zoomed', () => {
    const pointer = { x: 123, y: 456 }
    const under = toPlane(view, size, pointer.x, pointer.y)
    const zoomed = zoomedAt(view, size, pointer, 3, limits)
    expect(zoomed.scale).toBe(150)
    const screen = toScreen(zoomed, size, under.x, under.y)
    expect(screen.x).toBeCloseTo(pointer.x)
    expect(screen.y).toBeCloseTo(pointer.y)
  })

  it('fits all points beside what covers the edges, or over it where too little is left', () => {
    const xy = Float32Array.of(-3, 0, 5, 1, 0, 2)
    const insets = { top: 0, right: 48, bottom: 100, left: 244 }
    const fit = fitted(boundsOf(xy), size, 20, insets)
    for (let i = 0; i < 3; i++) {
      const { x, y } = toScreen(fit, size, xy[2 * i]!, xy[2 * i + 1]!)
      expect(x).toBeGreaterThanOrEqual(264 - 1e-6)
      expect(x).toBeLessThanOrEqual(732 + 1e-6)
      expect(y).toBeLessThanOrEqual(480 + 1e-6)
    }
    const narrow = { width: 300, height: 600 }
    expect(fitted(boundsOf(xy), narrow, 20, insets).scale).toBeCloseTo(260 / 8)
  })

  it('brings a point into view by the least shift', () => {
    expect(shifted(view, size, 2, -1, 40)).toEqual(view)
    const moved = shifted(view, size, 100, -1, 40)
    expect(toScreen(moved, size, 100, -1).x).toBeCloseTo(760)
    expect(toScreen(moved, size, 100, -1).y).toBeCloseTo(300)
    expect(moved.scale).toBe(view.scale)
  })

  it('zooms no further than its limits', () => {
    expect(zoomedAt(view, size, { x: 0, y: 0 }, 1e9, limits).scale).toBe(1000)
    expect(zoomedAt(view, size, { x: 0, y: 0 }, 1e-9, limits).scale).toBe(1)
  })

  it('fits all points with room around them', () => {
    const xy = Float32Array.of(-3, 0, 5, 1, 0, 2)
    const fit = fitted(boundsOf(xy), size, 40)
    for (let i = 0; i < 3; i++) {
      const { x, y } = toScreen(fit, size, xy[2 * i]!, xy[2 * i + 1]!)
      expect(x).toBeGreaterThanOrEqual(40 - 1e-6)
      expect(x).toBeLessThanOrEqual(760 + 1e-6)
      expect(y).toBeGreaterThanOrEqual(40 - 1e-6)
      expect(y).toBeLessThanOrEqual(560 + 1e-6)
    }
    expect(fit.scale).toBeCloseTo(720 / 8)
  })

  it.each([
    ['no points', Float32Array.of()],
    ['one point', Float32Array.of(4, 4)],
    ['copies of one point', Float32Array.of(4, 4, 4, 4)],
    ['points that are not finite', Float32Array.of(NaN, 1, 2, Infinity)],
  ])('has a scale for %s', (_, xy) => {
    const fit = fitted(boundsOf(xy), size, 40)
    expect(Number.isFinite(fit.scale)).toBe(true)
    expect(fit.scale).toBeGreaterThan(0)
    expect(Number.isFinite(fit.centerX)).toBe(true)
  })

  it('fits a line along one axis by its length', () => {
    expect(fitted(boundsOf(Float32Array.of(0, 1, 10, 1)), size, 0).scale).toBe(80)
  })
})
