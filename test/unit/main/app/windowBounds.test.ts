import { describe, expect, it } from 'vitest'
import { restoreBounds } from '../../../../src/main/app/windowBounds'

describe('restoreBounds', () => {
  const screen = { x: 0, y: 0, width: 1920, height: 1080 }
  const stored = { x: 100, y: 50, width: 1200, height: 800, isMaximized: false }

  it('starts at 1440 x 900, smaller on a smaller screen', () => {
    expect(restoreBounds(null, [screen])).toEqual({ width: 1440, height: 900 })
    expect(restoreBounds(null, [{ ...screen, width: 1280, height: 720 }])).toEqual({
      width: 1280,
      height: 720,
    })
    expect(restoreBounds(null, [])).toEqual({ width: 1440, height: 900 })
  })

  it('opens where it was', () => {
    expect(restoreBounds(stored, [screen])).toEqual({ x: 100, y: 50, width: 1200, height: 800 })
  })

  it('comes back from a screen that is gone', () => {
    expect(restoreBounds({ ...stored, x: 5000 }, [screen])).toEqual({ width: 1440, height: 900 })
  })

  it('stays within the screen and above the smallest size', () => {
    expect(restoreBounds({ ...stored, x: 1000, width: 1500 }, [screen])).toMatchObject({
      x: 420,
      width: 1500,
    })
    expect(restoreBounds({ ...stored, width: 10, height: 10 }, [screen])).toMatchObject({
      width: 900,
      height: 600,
    })
  })
})
