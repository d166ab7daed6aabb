import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PointGrid, pointsNearPath } from '../../../../src/core/geometry'

const coordinate = fc.float({ min: -10, max: 10, noNaN: true })

/** Distance to the nearest of many places along the path. */
function sampledDistance(x: number, y: number, path: readonly number[]): number {
  let least = Infinity
  const corners = path.length / 2
  for (let i = 0; i < Math.max(1, corners - 1); i++) {
    const j = Math.min(corners - 1, i + 1)
    for (let s = 0; s <= 2000; s++) {
      const px = path[2 * i]! + (s / 2000) * (path[2 * j]! - path[2 * i]!)
      const py = path[2 * i + 1]! + (s / 2000) * (path[2 * j + 1]! - path[2 * i + 1]!)
      least = Math.min(least, Math.hypot(x - px, y - py))
    }
  }
  return least
}

describe('a brush over points', () => {
  it('meets what lies within its radius of the path, and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { maxLength: 40 }),
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 5 }),
        fc.float({ min: Math.fround(0.1), max: 5, noNaN: true }),
        (points, corners, radius) => {
          const xy = Float32Array.from(points.flat())
          const path = corners.flat()
          const met = new Set(pointsNearPath(new PointGrid(xy), xy, path, radius))
          for (let i = 0; i < points.length; i++) {
            const distance = sampledDistance(xy[2 * i]!, xy[2 * i + 1]!, path)
            // The samples of the path are up to 0.015 apart.
            if (Math.abs(distance - radius) < 0.02) continue
            expect(met.has(i)).toBe(distance < radius)
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('dabs at a single place, and meets nothing without one', () => {
    const xy = Float32Array.of(0, 0, 1, 0, NaN, 0, 0.3, 0.3)
    const grid = new PointGrid(xy)
    expect([...pointsNearPath(grid, xy, [0, 0], 0.5)]).toEqual([0, 3])
    expect(pointsNearPath(grid, xy, [], 5)).toHaveLength(0)
  })
})
