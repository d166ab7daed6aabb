import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pointsInPolygon } from '../../../../src/core/geometry'
import { createRandom } from '../../../../src/core/math/random'

/** Even-odd rule, one point at a time. */
function insideByLoop(xy: Float32Array, polygon: readonly number[]): number[] {
  const corners = polygon.length / 2
  const found: number[] = []
  for (let p = 0; p < xy.length / 2; p++) {
    const x = xy[2 * p]!
    const y = xy[2 * p + 1]!
    let inside = false
    for (let i = 0, j = corners - 1; i < corners; j = i++) {
      const [xi, yi] = [polygon[2 * i]!, polygon[2 * i + 1]!]
      const [xj, yj] = [polygon[2 * j]!, polygon[2 * j + 1]!]
      if (yi > y !== yj > y && x < xi + ((y - yi) / (yj - yi)) * (xj - xi)) inside = !inside
    }
    if (inside) found.push(p)
  }
  return found
}

describe('pointsInPolygon', () => {
  it('answers for a square', () => {
    const xy = Float32Array.of(0.5, 0.5, 2, 2, -0.1, 0.5, 0.99, 0.01)
    expect([...pointsInPolygon(xy, [0, 0, 1, 0, 1, 1, 0, 1])]).toEqual([0, 3])
  })

  it('leaves out the bay of a concave shape and the overlap of a crossing one', () => {
    const bay = [0, 0, 4, 0, 4, 4, 2, 1, 0, 4]
    expect([...pointsInPolygon(Float32Array.of(2, 3, 2, 0.5), bay)]).toEqual([1])
    const star = [0, 3, 2, -3, -3, 1, 3, 1, -2, -3]
    expect([...pointsInPolygon(Float32Array.of(0, 0, 0, 2), star)]).toEqual([1])
  })

  it('agrees with a loop over all edges', () => {
    const coordinate = fc.integer({ min: -40, max: 40 }).map((value) => value / 4)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(coordinate, coordinate), { minLength: 3, maxLength: 30 }),
        fc.integer(),
        (polygon, seed) => {
          const random = createRandom(seed)
          const xy = Float32Array.from({ length: 200 }, () => random.uniform(-11, 11))
          expect([...pointsInPolygon(xy, polygon.flat())]).toEqual(insideByLoop(xy, polygon.flat()))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('encloses nothing with fewer than three corners or on a line', () => {
    const xy = Float32Array.of(0, 0, 1, 1)
    expect(pointsInPolygon(xy, [])).toHaveLength(0)
    expect(pointsInPolygon(xy, [0, 0, 1, 1])).toHaveLength(0)
    expect(pointsInPolygon(xy, [0, 0, 1, 0, 2, 0])).toHaveLength(0)
  })

  it('never takes a point that is not finite', () => {
    expect(
      pointsInPolygon(Float32Array.of(NaN, 0.5, 0.5, NaN), [0, 0, 1, 0, 1, 1, 0, 1]),
    ).toHaveLength(0)
  })
})
