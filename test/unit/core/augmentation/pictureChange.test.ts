import { describe, expect, it } from 'vitest'
import { changePicture } from '../../../../src/core/augmentation/changePicture'
import {
  changeOf,
  drawChange,
  mostViews,
  unchanged,
  viewOf,
} from '../../../../src/core/augmentation/pictureChange'
import { pixelSource } from '../../../../src/core/loop/pixels'
import { createRandom } from '../../../../src/core/math/random'
import {
  augmentationPolicies,
  changesNothing,
  greatestOfPolicy,
  policyOf,
} from '../../../../src/shared/model/augmentation'

const { off, shift, strong } = augmentationPolicies

describe('how a picture is varied', () => {
  it('hangs on seed, content and version alone', () => {
    const of = (seed: number, version: number, content = 'ab') =>
      changeOf({ kind: 'augmented', policy: strong, seed, version }, content, 224)
    const first = of(7, 0)
    expect([of(7, 2), of(7, 1), of(8, 0), of(7, 0, 'ac')]).not.toContainEqual(first)
    expect(of(7, 0)).toEqual(first)
  })

  it('is nothing where a policy has nothing', () => {
    expect(changesNothing(off)).toBe(true)
    expect(changesNothing(shift)).toBe(false)
    expect(drawChange(off, 64, createRandom(3))).toEqual(unchanged)
  })

  it('stays within the policy', () => {
    const side = 100
    const policy = { ...strong, flip: true }
    const changes = Array.from({ length: 500 }, (_, i) => drawChange(policy, side, createRandom(i)))
    for (const change of changes) {
      expect(Math.abs(change.shiftX)).toBeLessThanOrEqual(policy.shift * side)
      expect(change.zoom).toBeGreaterThanOrEqual(1 - policy.crop)
      expect(change.zoom).toBeLessThanOrEqual(1)
      // The square that is seen lies in the picture.
      expect(Math.abs(change.centreX)).toBeLessThanOrEqual(((1 - change.zoom) * 99) / 2)
      expect(Math.abs(change.angle)).toBeLessThanOrEqual((policy.rotate * Math.PI) / 180)
      expect(Math.abs(change.contrast - 1)).toBeLessThanOrEqual(policy.light)
      expect(Math.abs(change.saturation - 1)).toBeLessThanOrEqual(policy.colour)
      expect(change.blurPx).toBeLessThanOrEqual(policy.blur * side)
      const box = change.erased
      if (box === null) continue
      expect(box.left + box.width).toBeLessThanOrEqual(side)
      expect(box.top + box.height).toBeLessThanOrEqual(side)
      // Sides are whole pixels.
      expect(box.width * box.height).toBeLessThanOrEqual(1.15 * policy.erase * side ** 2)
    }
    const share = (is: (change: (typeof changes)[number]) => boolean) =>
      changes.filter(is).length / changes.length
    expect(share(({ isMirrored }) => isMirrored)).toBeCloseTo(0.5, 1)
    expect(share(({ erased }) => erased !== null)).toBeCloseTo(0.5, 1)
  })

  it('is for the small network what it was before there was a choice', () => {
    const side = 16
    const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 89) % 256)
    const read = new Float32Array(pixels.length)
    pixelSource(pixels, side).read([0], read, createRandom(11))
    const expected = new Float32Array(pixels.length)
    const random = createRandom(11)
    const dx = random.integer(3) - 1
    const dy = random.integer(3) - 1
    random.next()
    const contrast = 1 + random.uniform(-0.1, 0.1)
    const brightness = random.uniform(-0.1, 0.1)
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const fromX = Math.min(side - 1, Math.max(0, x + dx))
        const fromY = Math.min(side - 1, Math.max(0, y + dy))
        for (let c = 0; c < 3; c++) {
          const byte = pixels[(fromY * side + fromX) * 3 + c]!
          const value = byte * (contrast / 255) + (0.5 - 0.5 * contrast + brightness)
          expected[(y * side + x) * 3 + c] = Math.min(1, Math.max(0, value))
        }
      }
    }
    expect(read).toEqual(expected)
  })
})

describe('the policy of a run', () => {
  it('is the named one, with what is chosen in its place, times the strength', () => {
    expect(policyOf({})).toEqual(shift)
    expect(policyOf({ augmentation: 'strong', augmentFlip: true })).toEqual({
      ...strong,
      flip: true,
    })
    const half = policyOf({ augmentation: 'shift', augmentStrength: 0.5, augmentRotate: 20 })
    expect(half).toEqual({ ...shift, shift: 0.03125, light: 0.05, rotate: 10 })
  })

  it('goes no further than a picture bears', () => {
    const most = policyOf({ augmentation: 'strong', augmentStrength: 1000 })
    expect(most).toEqual({ ...greatestOfPolicy, flip: false })
  })
})

describe('views', () => {
  it('begin with the picture as it is and its mirror image', () => {
    expect(viewOf(0, 224)).toEqual(unchanged)
    expect(viewOf(1, 224)).toEqual({ ...unchanged, isMirrored: true })
  })

  it('differ, and there are no more than there are', () => {
    const views = Array.from({ length: mostViews }, (_, view) => viewOf(view, 224))
    expect(new Set(views.map((view) => JSON.stringify(view))).size).toBe(mostViews)
    expect(() => viewOf(mostViews, 224)).toThrow(RangeError)
  })

  it('see the corners of the picture', () => {
    const side = 17
    const picture = new Uint8Array(side * side * 3)
    picture[0] = 255
    picture[(side * side - 1) * 3 + 2] = 255
    const seen = (view: number, at: number) => {
      const target = new Float32Array(picture.length)
      changePicture(picture, side, viewOf(view, side), target)
      return target[at]
    }
    expect(seen(4, 0)).toBe(1)
    expect(seen(6, (side * side - 1) * 3 + 2)).toBe(1)
    expect(seen(2, 0)).toBe(0)
    expect(seen(5, (side - 1) * 3)).toBe(1)
  })
})
