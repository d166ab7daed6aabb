import type { PointGrid } from './pointGrid'

/**
 * Indices of the points within `radius` of a path, ascending: what a round brush passes over.
 *
 * @param grid of the points `xy`, [n, 2]
 * @param path corners, [m, 2], in the same units; one corner is a dab
 */
export function pointsNearPath(
  grid: PointGrid,
  xy: Float32Array,
  path: ArrayLike<number>,
  radius: number,
): Uint32Array {
  const corners = path.length >> 1
  const isMet = new Uint8Array(xy.length >> 1)
  const squared = radius * radius
  for (let i = 0; i < corners; i++) {
    // A lone corner is a segment from itself to itself.
    if (i > 0 && i === corners - 1) break
    const j = Math.min(corners - 1, i + 1)
    const [x0, y0, x1, y1] = [path[2 * i]!, path[2 * i + 1]!, path[2 * j]!, path[2 * j + 1]!]
    const dx = x1 - x0
    const dy = y1 - y0
    const length = dx * dx + dy * dy
    grid.visitIn(
      Math.min(x0, x1) - radius,
      Math.min(y0, y1) - radius,
      Math.max(x0, x1) + radius,
      Math.max(y0, y1) + radius,
      (index) => {
        const fromX = xy[2 * index]! - x0
        const fromY = xy[2 * index + 1]! - y0
        const along = length > 0 ? (fromX * dx + fromY * dy) / length : 0
        const share = Math.max(0, Math.min(1, along))
        const awayX = fromX - share * dx
        const awayY = fromY - share * dy
        if (awayX * awayX + awayY * awayY <= squared) isMet[index] = 1
        return false
      },
    )
  }
  let count = 0
  for (const met of isMet) count += met
  const found = new Uint32Array(count)
  for (let i = 0, at = 0; i < isMet.length; i++) if (isMet[i] === 1) found[at++] = i
  return found
}
