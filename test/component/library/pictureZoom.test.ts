import { describe, expect, it } from 'vitest'
import {
  centreAfterZoom,
  clampCentre,
  clampScale,
  fitScale,
  nextScale,
} from '../../../src/renderer/src/features/library/pictureZoom'

const view = { width: 800, height: 600 }
const photo = { width: 4000, height: 2000 }
const icon = { width: 72, height: 72 }

describe('zooming a picture', () => {
  it('fits a large one, and enlarges a small one by a whole number', () => {
    expect(fitScale(photo, view)).toBe(0.2)
    expect(fitScale(icon, view)).toBe(8)
    expect(fitScale({ width: 700, height: 500 }, view)).toBe(1)
    expect(fitScale(photo, { width: 0, height: 0 })).toBe(1)
  })

  it('goes in and out by steps, one to one among them, and ends at what fits', () => {
    const scales = [0.2]
    while (scales.length < 5) scales.push(nextScale(scales.at(-1)!, 1, photo, view))
    expect(scales).toEqual([0.2, 0.25, 0.5, 1, 2])
    expect(nextScale(0.25, -1, photo, view)).toBe(0.2)
    expect(nextScale(0.2, -1, photo, view)).toBe(0.2)
    expect(nextScale(8, -1, icon, view)).toBe(6)
    expect(nextScale(1, -1, icon, view)).toBe(1)
    expect(nextScale(32, 1, icon, view)).toBe(32)
    expect(clampScale(0.01, photo, view)).toBe(0.2)
  })

  it('keeps what is under the pointer', () => {
    const at = { x: 150, y: -80 }
    const centre = { x: 0.4, y: 0.6 }
    const shareAt = (from: typeof centre, scale: number) => ({
      x: from.x + at.x / (scale * photo.width),
      y: from.y + at.y / (scale * photo.height),
    })
    const after = centreAfterZoom(centre, at, 0.5, 2, photo)
    expect(shareAt(after, 2).x).toBeCloseTo(shareAt(centre, 0.5).x, 12)
    expect(shareAt(after, 2).y).toBeCloseTo(shareAt(centre, 0.5).y, 12)
  })

  it('never shows less of the picture than it must', () => {
    expect(clampCentre({ x: 0, y: 1 }, 1, photo, view)).toEqual({ x: 0.1, y: 0.85 })
    expect(clampCentre({ x: 0, y: 1 }, 1, icon, view)).toEqual({ x: 0.5, y: 0.5 })
  })
})
