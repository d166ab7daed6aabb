/** Bands that the polygon's height is cut into, so that a point meets only the edges of its own. */
const bandCount = 256

/**
 * Indices of the points inside a closed polygon, ascending, by the even-odd rule: where the line
 * crosses itself, what is enclosed twice is outside.
 *
 * @param xy points, [n, 2]
 * @param polygon corners, [m, 2], in the same units; the last is joined to the first. Fewer than
 * three corners enclose nothing.
 */
export function pointsInPolygon(xy: Float32Array, polygon: ArrayLike<number>): Uint32Array {
  const corners = polygon.length >> 1
  if (corners < 3) return new Uint32Array()
  let minX = Infinity
  let maxX = -Infinity
  let minY = Infinity
  let maxY = -Infinity
  for (let i = 0; i < corners; i++) {
    minX = Math.min(minX, polygon[2 * i]!)
    maxX = Math.max(maxX, polygon[2 * i]!)
    minY = Math.min(minY, polygon[2 * i + 1]!)
    maxY = Math.max(maxY, polygon[2 * i + 1]!)
  }
  const perBand = bandCount / (maxY - minY)
  if (!Number.isFinite(perBand)) return new Uint32Array()
  const bands = edgesByBand(polygon, corners, minY, perBand)
  const found = new Uint32Array(xy.length >> 1)
  let count = 0
  for (let i = 0; i < found.length; i++) {
    const x = xy[2 * i]!
    const y = xy[2 * i + 1]!
    if (!(x >= minX && x <= maxX && y >= minY && y <= maxY)) continue
    const edges = bands[Math.min(bandCount - 1, Math.floor((y - minY) * perBand))]!
    let isInside = false
    for (let e = 0; e < edges.length; e += 4) {
      const y0 = edges[e + 1]!
      const y1 = edges[e + 3]!
      if (y0 > y === y1 > y) continue
      const x0 = edges[e]!
      if (x < x0 + ((y - y0) / (y1 - y0)) * (edges[e + 2]! - x0)) isInside = !isInside
    }
    if (isInside) found[count++] = i
  }
  return found.slice(0, count)
}

/** For each band, the edges that reach into it: x0, y0, x1, y1 of each. */
function edgesByBand(
  polygon: ArrayLike<number>,
  corners: number,
  minY: number,
  perBand: number,
): readonly (readonly number[])[] {
  const bands: number[][] = Array.from({ length: bandCount }, () => [])
  for (let i = 0; i < corners; i++) {
    const j = (i + 1) % corners
    const y0 = polygon[2 * i + 1]!
    const y1 = polygon[2 * j + 1]!
    if (y0 === y1) continue
    const first = Math.floor((Math.min(y0, y1) - minY) * perBand)
    const last = Math.floor((Math.max(y0, y1) - minY) * perBand)
    // A band more on either side costs nothing and covers rounding at a band's edge.
    for (let b = Math.max(0, first - 1); b <= Math.min(bandCount - 1, last + 1); b++) {
      bands[b]!.push(polygon[2 * i]!, y0, polygon[2 * j]!, y1)
    }
  }
  return bands
}
