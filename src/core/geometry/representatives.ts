import { boundsOf } from './viewTransform'

/** Squares a side of the finest grid: 2^10. */
const finestLevel = 10

/**
 * Points in the order in which few of them stand for all: from grids of 1, 2, 4 ... squares a side,
 * each gives one point for every square that has none yet, those of the fullest squares first. So
 * any beginning of the order is spread over the map as the points are, and what comes first stays
 * first however the map is panned or zoomed.
 *
 * @param xy [n, 2]; points that are not finite are left out
 */
export function representativeOrder(xy: Float32Array): Uint32Array {
  const { minX, minY, maxX, maxY } = boundsOf(xy)
  const extent = Math.max(maxX - minX, maxY - minY)
  const finite = new Uint32Array(xy.length >> 1)
  let left = 0
  for (let i = 0; i < finite.length; i++) {
    if (Number.isFinite(xy[2 * i]!) && Number.isFinite(xy[2 * i + 1]!)) finite[left++] = i
  }
  const order = new Uint32Array(left)
  let chosen = 0
  for (let level = 0; level <= finestLevel && left > 0; level++) {
    const side = 2 ** level
    const scale = extent > 0 ? side / extent : 0
    const squareOf = (i: number): number =>
      Math.min(side - 1, Math.floor((xy[2 * i + 1]! - minY) * scale)) * side +
      Math.min(side - 1, Math.floor((xy[2 * i]! - minX) * scale))
    const points = new Uint32Array(side * side)
    const isTaken = new Uint8Array(side * side)
    for (let k = 0; k < chosen; k++) isTaken[squareOf(order[k]!)] = 1
    for (let k = 0; k < left; k++) {
      const square = squareOf(finite[k]!)
      points[square] = points[square]! + 1
    }
    const added: number[] = []
    let kept = 0
    for (let k = 0; k < left; k++) {
      const i = finite[k]!
      const square = squareOf(i)
      if (isTaken[square] === 1) finite[kept++] = i
      else {
        isTaken[square] = 1
        added.push(i)
      }
    }
    left = kept
    added.sort((a, b) => points[squareOf(b)]! - points[squareOf(a)]! || a - b)
    for (const i of added) order[chosen++] = i
  }
  order.set(finite.subarray(0, left), chosen)
  return order
}
