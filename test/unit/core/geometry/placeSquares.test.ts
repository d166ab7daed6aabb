import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  PointGrid,
  placeSquares,
  representativeOrder,
  toScreen,
} from '../../../../src/core/geometry'

const coordinate = fc.float({ min: -10, max: 10, noNaN: true })
const points = fc
  .array(fc.tuple(coordinate, coordinate), { maxLength: 200 })
  .map((list) => Float32Array.from(list.flat()))
const size = { width: 400, height: 300 }

function placed(xy: Float32Array, scale: number, most = 256) {
  const order = representativeOrder(xy)
  const ranks = new Uint32Array(xy.length / 2)
  order.forEach((index, rank) => {
    ranks[index] = rank
  })
  const view = { centerX: 0, centerY: 0, scale }
  const grid = new PointGrid(xy)
  const squares = placeSquares({ grid, xy, order, ranks, view, size, sidePx: 40, gapPx: 2, most })
  return { squares, ranks, view }
}

describe('the order in which few points stand for all', () => {
  it('has each finite point once', () => {
    fc.assert(
      fc.property(points, (xy) => {
        const order = [...representativeOrder(xy)].sort((a, b) => a - b)
        expect(order).toEqual(Array.from({ length: xy.length / 2 }, (_, i) => i))
      }),
    )
    expect([...representativeOrder(Float32Array.of(NaN, 0, 1, 1, Infinity, 2))]).toEqual([1])
  })

  it('begins with points of all parts of the map, however full one of them is', () => {
    const crowd = Array.from({ length: 1000 }, (_, i) => [i / 5000, (i % 7) / 5000])
    const corners = [
      [10, 0],
      [0, 10],
      [10, 10],
    ]
    const xy = Float32Array.from([...crowd, ...corners].flat())
    const first = [...representativeOrder(xy).subarray(0, 4)]
    expect(first.filter((i) => i >= 1000).sort()).toEqual([1000, 1001, 1002])
  })
})

describe('squares on the screen', () => {
  it('never lie over another, and leave out only what has no room', () => {
    fc.assert(
      fc.property(points, fc.integer({ min: 5, max: 200 }), (xy, scale) => {
        const { squares, ranks, view } = placed(xy, scale)
        const overlaps = (a: { x: number; y: number }, b: { x: number; y: number }): boolean =>
          Math.abs(a.x - b.x) < 42 && Math.abs(a.y - b.y) < 42
        squares.forEach((a, i) =>
          squares.slice(i + 1).forEach((b) => expect(overlaps(a, b)).toBe(false)),
        )
        const shown = new Set(squares.map(({ index }) => index))
        for (let i = 0; i < xy.length / 2; i++) {
          const at = toScreen(view, size, xy[2 * i]!, xy[2 * i + 1]!)
          const isIn = at.x >= 0 && at.y >= 0 && at.x <= size.width && at.y <= size.height
          if (!isIn || shown.has(i)) continue
          const before = squares.filter(({ index }) => ranks[index]! < ranks[i]!)
          expect(before.some((square) => overlaps(square, at))).toBe(true)
        }
      }),
    )
  })

  it('are no more than asked for', () => {
    const xy = Float32Array.from({ length: 400 }, (_, i) => (i * 7.3) % 11)
    expect(placed(xy, 15).squares.length).toBeGreaterThan(3)
    expect(placed(xy, 15, 3).squares).toHaveLength(3)
  })
})
