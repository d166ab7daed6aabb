import { describe, expect, it } from 'vitest'
import { alignPlane, sameIds } from '../../../../src/core/geometry'
import { createRandom } from '../../../../src/core/math/random'

const count = 40
function cloud(seed: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length: 2 * count }, () => random.normal())
}
const all = Array.from({ length: count }, (_, i) => [i, i] as const)
/** Turned, mirrored or not, scaled and shifted. */
function moved(xy: Float32Array, angle: number, mirror: number, size: number): Float32Array {
  return xy.map((_, i) => {
    const [x, y] = [xy[i - (i % 2)]!, mirror * xy[i - (i % 2) + 1]!]
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    return size * (i % 2 === 0 ? c * x - s * y : s * x + c * y) + (i % 2 === 0 ? 3 : -7)
  })
}
const distance = (one: Float32Array, other: Float32Array): number =>
  Math.sqrt(one.reduce((sum, value, i) => sum + (value - other[i]!) ** 2, 0))

describe('alignPlane', () => {
  it.each([
    [0.4, 1, 1],
    [2.9, 1, 0.2],
    [-1.7, -1, 5],
    [Math.PI, -1, 1],
  ])('undoes a turn by %f, mirrored %i, scaled by %f', (angle, mirror, size) => {
    const xy = cloud(1)
    expect(distance(alignPlane(moved(xy, angle, mirror, size), xy, all), xy)).toBeLessThan(1e-4)
  })

  it('is no farther than any other turn, also of another cloud', () => {
    const [from, to] = [cloud(2), cloud(3)]
    const best = distance(alignPlane(from, to, all), to)
    const size = (xy: Float32Array) => {
      const aligned = alignPlane(xy, to, all)
      return distance(aligned, to)
    }
    for (let step = 0; step < 24; step++) {
      const angle = (step * Math.PI) / 12
      // The same cloud, turned first: the way there does not matter.
      expect(size(moved(from, angle, step % 2 === 0 ? 1 : -1, 2))).toBeCloseTo(best, 3)
    }
    const aligned = alignPlane(from, to, all)
    const center = (xy: Float32Array, axis: number) =>
      all.reduce((sum, [i]) => sum + xy[2 * i + axis]!, 0) / count
    for (let step = 1; step < 24; step++) {
      const [c, s] = [Math.cos((step * Math.PI) / 12), Math.sin((step * Math.PI) / 12)]
      const [midX, midY] = [center(aligned, 0), center(aligned, 1)]
      const turned = aligned.map((_, i) => {
        const [x, y] = [aligned[i - (i % 2)]! - midX, aligned[i - (i % 2) + 1]! - midY]
        return i % 2 === 0 ? midX + c * x - s * y : midY + s * x + c * y
      })
      expect(distance(turned, to)).toBeGreaterThan(best)
    }
  })

  it('moves all points by the pairs alone, and none without pairs or with one', () => {
    const xy = cloud(4)
    const pairs = all.slice(0, 5)
    expect(distance(alignPlane(moved(xy, 1, -1, 2), xy, pairs), xy)).toBeLessThan(1e-4)
    expect([...alignPlane(xy, cloud(5), [])]).toEqual([...xy])
    const one = alignPlane(xy, cloud(5), [[0, 0]])
    expect(one.every(Number.isFinite)).toBe(true)
    expect(one[0]).toBeCloseTo(cloud(5)[0]!, 5)
  })

  it('stays finite where all points of one are the same', () => {
    const flat = new Float32Array(2 * count).fill(2)
    expect(alignPlane(flat, cloud(6), all).every(Number.isFinite)).toBe(true)
    expect(alignPlane(cloud(6), flat, all).every(Number.isFinite)).toBe(true)
  })
})

it('pairs rows by id', () => {
  expect(sameIds(Uint32Array.of(5, 9, 2), Uint32Array.of(2, 7, 5))).toEqual([
    [0, 2],
    [2, 0],
  ])
})
