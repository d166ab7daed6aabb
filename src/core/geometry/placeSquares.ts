import type { PointGrid } from './pointGrid'
import { type Size, toPlane, toScreen, type View } from './viewTransform'

/** A square of the screen around the place of a point, in CSS pixels. */
export interface PlacedSquare {
  readonly index: number
  readonly x: number
  readonly y: number
}

/** More points than this are not looked at for one picture of the screen. */
const mostLookedAt = 20_000

/**
 * Squares around points in view, none over another, at most `most`: those that come first in
 * `order` are placed first, so that the same ones stay while the map is moved.
 *
 * @param grid of the points `xy`, [n, 2]
 * @param order of importance, as `representativeOrder` gives it
 * @param ranks place of each point in that order
 */
export function placeSquares(options: {
  readonly grid: PointGrid
  readonly xy: Float32Array
  readonly order: Uint32Array
  readonly ranks: Uint32Array
  readonly view: View
  readonly size: Size
  readonly sidePx: number
  readonly gapPx: number
  readonly most: number
}): PlacedSquare[] {
  const { xy, view, size, sidePx, most } = options
  const cell = sidePx + options.gapPx
  const columns = Math.ceil(size.width / cell) + 3
  const cells = new Map<number, PlacedSquare>()
  const placed: PlacedSquare[] = []
  for (const index of candidates(options)) {
    if (placed.length >= most) break
    const { x, y } = toScreen(view, size, xy[2 * index]!, xy[2 * index + 1]!)
    const column = Math.floor(x / cell) + 1
    const row = Math.floor(y / cell) + 1
    let isFree = true
    for (let r = row - 1; r <= row + 1 && isFree; r++) {
      for (let c = column - 1; c <= column + 1 && isFree; c++) {
        const other = cells.get(r * columns + c)
        isFree =
          other === undefined || Math.abs(other.x - x) >= cell || Math.abs(other.y - y) >= cell
      }
    }
    if (!isFree) continue
    const square = { index, x, y }
    // Squares are as large as cells, so a cell never has two centres.
    cells.set(row * columns + column, square)
    placed.push(square)
  }
  return placed
}

/** Points whose square reaches into view, most important first. */
function candidates(
  options: Parameters<typeof placeSquares>[0],
): ArrayLike<number> & Iterable<number> {
  const { grid, xy, order, ranks, view, size, sidePx } = options
  const half = sidePx / 2
  const from = toPlane(view, size, -half, size.height + half)
  const to = toPlane(view, size, size.width + half, -half)
  const inView: number[] = []
  const isTooMany = grid.visitIn(from.x, from.y, to.x, to.y, (index) => {
    inView.push(index)
    return inView.length > mostLookedAt
  })
  if (!isTooMany) return inView.sort((a, b) => ranks[a]! - ranks[b]!)
  const first: number[] = []
  for (let k = 0; k < Math.min(order.length, 10 * mostLookedAt); k++) {
    const index = order[k]!
    const x = xy[2 * index]!
    const y = xy[2 * index + 1]!
    if (x < from.x || x > to.x || y < from.y || y > to.y) continue
    first.push(index)
    if (first.length >= mostLookedAt) break
  }
  return first
}
