import { describe, expect, it } from 'vitest'
import { changedBytes, changePicture } from '../../../../src/core/augmentation/changePicture'
import { type PictureChange, unchanged } from '../../../../src/core/augmentation/pictureChange'

/** Grey pictures by rows. */
const grey = (...rows: readonly (readonly number[])[]) =>
  Uint8Array.from(rows.flatMap((row) => row.flatMap((value) => [value, value, value])))
const change = (of: Partial<PictureChange>): PictureChange => ({ ...unchanged, ...of })
/** The first channel of a changed grey picture, by rows. */
const rowsOf = (bytes: Uint8Array, side: number) =>
  Array.from({ length: side }, (_, y) =>
    Array.from({ length: side }, (__, x) => bytes[(y * side + x) * 3]!),
  )
const picture = grey([0, 10, 20], [30, 40, 50], [60, 70, 80])
const changed = (of: Partial<PictureChange>) => rowsOf(changedBytes(picture, 3, change(of)), 3)

describe('one version of a picture', () => {
  it('is the picture where nothing changes', () => {
    expect(changedBytes(picture, 3, unchanged)).toEqual(picture)
  })

  it('moves by whole pixels and repeats the edge', () => {
    expect(changed({ shiftX: 1, shiftY: -1 })).toEqual([
      [10, 20, 20],
      [10, 20, 20],
      [40, 50, 50],
    ])
  })

  it('is mirrored left and right, after it is moved', () => {
    expect(changed({ isMirrored: true })).toEqual([
      [20, 10, 0],
      [50, 40, 30],
      [80, 70, 60],
    ])
    expect(changed({ isMirrored: true, shiftX: 1 })[0]).toEqual([10, 0, 0])
  })

  it('turns about its middle', () => {
    expect(changed({ angle: Math.PI / 2 })).toEqual([
      [20, 50, 80],
      [10, 40, 70],
      [0, 30, 60],
    ])
    expect(changed({ angle: Math.PI, isMirrored: true })).toEqual([
      [60, 70, 80],
      [30, 40, 50],
      [0, 10, 20],
    ])
  })

  it('shows a part in the whole square, between pixels by the four around', () => {
    expect(changed({ zoom: 0.5 })).toEqual([
      [20, 25, 30],
      [35, 40, 45],
      [50, 55, 60],
    ])
    // The upper left quarter.
    expect(changed({ zoom: 0.5, centreX: -0.5, centreY: -0.5 })).toEqual([
      [0, 5, 10],
      [15, 20, 25],
      [30, 35, 40],
    ])
  })

  it('is read the same way moved by pixels as by a view without a turn', () => {
    const moved = changed({ shiftX: 1, isMirrored: true })
    expect(changed({ shiftX: 1, isMirrored: true, angle: 2 * Math.PI })).toEqual(moved)
  })

  it('is blurred by a Gaussian that keeps a plain picture as it is', () => {
    const deviation = 1
    const weight = (distance: number) => Math.exp(-(distance ** 2) / 2)
    const sum = weight(0) + 2 * (weight(1) + weight(2) + weight(3))
    const spot = Uint8Array.from({ length: 9 * 9 * 3 }, (_, at) =>
      Math.floor(at / 3) === 4 * 9 + 4 ? 255 : 0,
    )
    const blurred = new Float32Array(spot.length)
    changePicture(spot, 9, change({ blurPx: deviation }), blurred)
    const at = (x: number, y: number) => blurred[(y * 9 + x) * 3]!
    expect(at(4, 4)).toBeCloseTo((weight(0) / sum) ** 2, 6)
    expect(at(5, 4)).toBeCloseTo((weight(0) * weight(1)) / sum ** 2, 6)
    expect(at(6, 3)).toBeCloseTo((weight(2) * weight(1)) / sum ** 2, 6)
    const plain = new Uint8Array(9 * 9 * 3).fill(77)
    expect(changedBytes(plain, 9, change({ blurPx: 2 }))).toEqual(plain)
  })

  it('changes contrast about the middle grey, then brightness, within the range', () => {
    const one = grey([100])
    const value = (of: Partial<PictureChange>) => changedBytes(one, 1, change(of))[0]
    expect(value({ brightness: 0.1 })).toBe(Math.round(100 + 25.5))
    expect(value({ contrast: 2 })).toBe(Math.round(200 - 127.5))
    expect(value({ contrast: 2, brightness: -0.5 })).toBe(0)
    expect(value({ brightness: 0.9 })).toBe(255)
  })

  it('turns colours without a change of how bright they are, and keeps greys', () => {
    const red = Uint8Array.from([150, 90, 100])
    const luma = (of: ArrayLike<number>) => 0.299 * of[0]! + 0.587 * of[1]! + 0.114 * of[2]!
    expect([...changedBytes(red, 1, change({ saturation: 0 }))]).toEqual([109, 109, 109])
    const third = changedBytes(red, 1, change({ hue: (2 * Math.PI) / 3 }))
    // Red becomes green, as far as it can be as bright as before.
    expect(third[1]).toBeGreaterThan(Math.max(third[0]!, third[2]!))
    expect(luma(third)).toBeCloseTo(luma(red), 0)
    const whole = changedBytes(red, 1, change({ hue: 2 * Math.PI, saturation: 1 }))
    expect(whole).toEqual(red)
    expect([...changedBytes(grey([90]), 1, change({ hue: 1, saturation: 1.5 }))]).toEqual([
      90, 90, 90,
    ])
  })

  it('loses a box, which gets the mean colour', () => {
    expect(changed({ erased: { left: 1, top: 0, width: 2, height: 1 } })).toEqual([
      [0, 40, 40],
      [30, 40, 50],
      [60, 70, 80],
    ])
  })
})
