import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PointGrid } from '../../../../src/core/geometry'
import { createRandom } from '../../../../src/core/math/random'

function nearestByLoop(xy: Float32Array, x: number, y: number, radius: number): number {
  let best = -1
  let least = radius * radius
  for (let i = 0; i < xy.length / 2; i++) {
    const squared = (xy[2 * i]! - x) ** 2 + (xy[2 * i + 1]! - y) ** 2
    if (squared < least || (squared === least && best < 0)) {
      best = i
      least = squared
    }
  }
  return best
}

describe('PointGrid', () => {
  it('finds what a loop over all points finds', () => {
    const coordinate = fc.float({ min: -10, max: 10, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { maxLength: 60 }),
        fc.float({ min: -14, max: 14, noNaN: true }),
        fc.float({ min: -14, max: 14, noNaN: true }),
        fc.float({ min: 0, max: 30, noNaN: true }),
        (points, x, y, radius) => {
          const xy = Float32Array.from(points.flat())
          expect(new PointGrid(xy).nearest(x, y, radius)).toBe(nearestByLoop(xy, x, y, radius))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('knows of each box whether any point lies in it', () => {
    const coordinate = fc.float({ min: -10, max: 10, noNaN: true })
    const edge = fc.float({ min: -30, max: 30, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { maxLength: 40 }),
        fc.tuple(edge, edge),
        fc.tuple(edge, edge),
        (points, [x1, x2], [y1, y2]) => {
          const [left, right] = [Math.min(x1, x2), Math.max(x1, x2)]
          const [low, high] = [Math.min(y1, y2), Math.max(y1, y2)]
          const isAny = points.some(([x, y]) => x >= left && x <= right && y >= low && y <= high)
          const grid = new PointGrid(Float32Array.from(points.flat()))
          expect(grid.hasPointIn(left, low, right, high)).toBe(isAny)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('finds points on a line, copies, and one alone', () => {
    expect(new PointGrid(Float32Array.of(1, 1)).nearest(1.2, 1, 0.5)).toBe(0)
    expect(new PointGrid(Float32Array.of(1, 1, 1, 1)).nearest(1, 1, 0)).toBe(0)
    const line = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i : 3))
    expect(new PointGrid(line).nearest(101, 3, 2)).toBe(50)
  })

  it('finds nothing where there is nothing within the radius', () => {
    expect(new PointGrid(new Float32Array()).nearest(0, 0, 100)).toBe(-1)
    expect(new PointGrid(Float32Array.of(5, 5)).nearest(0, 0, 1)).toBe(-1)
    expect(new PointGrid(Float32Array.of(NaN, 5)).nearest(0, 0, 100)).toBe(-1)
  })

  it('prefers the higher rank among copies and leaves out rank 0', () => {
    const grid = new PointGrid(Float32Array.of(1, 1, 1, 1, 1, 1))
    expect(grid.nearest(1, 1, 1, Uint8Array.of(1, 2, 1))).toBe(1)
    expect(grid.nearest(1, 1, 1, Uint8Array.of(0, 0, 1))).toBe(2)
    expect(grid.nearest(1, 1, 1, Uint8Array.of(0, 0, 0))).toBe(-1)
  })

  it('looks at few of 200,000 points in clusters', () => {
    const random = createRandom(1)
    const count = 200_000
    const xy = Float32Array.from({ length: 2 * count }, (_, i) =>
      random.normal(Math.floor(i / 2) % 20, 0.05),
    )
    const grid = new PointGrid(xy)
    const start = performance.now()
    for (let q = 0; q < 200; q++) grid.nearest(random.uniform(0, 20), random.uniform(0, 20), 0.2)
    // A loop over all takes some 200 ms for 200 queries on a fast machine; this is 5 ms a query.
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
