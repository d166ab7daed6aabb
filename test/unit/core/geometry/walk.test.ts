import { describe, expect, it } from 'vitest'
import { groupPlaces, nextPoint } from '../../../../src/core/geometry'

describe('nextPoint', () => {
  //   3
  // 1 0 2 4      5 and 6 lie on 2
  const xy = Float32Array.of(0, 0, -1, 0, 1, 0, 0, 2, 3, 0, 1, 0, 1, 0, NaN, 0)
  it('goes to the nearest point in the direction of the key', () => {
    expect(nextPoint(xy, 0, 'left')).toBe(1)
    expect(nextPoint(xy, 0, 'right')).toBe(2)
    expect(nextPoint(xy, 0, 'up')).toBe(3)
    expect(nextPoint(xy, 0, 'down')).toBe(-1)
    expect(nextPoint(xy, 4, 'right')).toBe(-1)
  })
  it('reaches every one of the points in one place, and comes back', () => {
    const forth = [2]
    while (forth.at(-1)! >= 0) forth.push(nextPoint(xy, forth.at(-1)!, 'right'))
    expect(forth).toEqual([2, 5, 6, 4, -1])
    expect(nextPoint(xy, 6, 'left')).toBe(5)
    expect(nextPoint(xy, 5, 'left')).toBe(2)
    expect(nextPoint(xy, 2, 'left')).toBe(0)
  })
  it('passes over what cannot be reached', () => {
    expect(nextPoint(xy, 0, 'right', Uint8Array.of(1, 1, 0, 1, 1, 0, 0, 1))).toBe(4)
  })
})

describe('groupPlaces', () => {
  it('puts a group among its points, also where one lies far off', () => {
    const xy = Float32Array.of(0, 0, 1, 1, 100, 100, 5, 5, NaN, 1)
    const { xy: places, counts } = groupPlaces(xy, Uint8Array.of(0, 0, 0, 1, 1), 3)
    expect([...places.subarray(0, 4)]).toEqual([1, 1, 5, 5])
    expect(places[4]).toBeNaN()
    expect([...counts]).toEqual([3, 1, 0])
  })
})
