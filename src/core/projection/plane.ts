/**
 * Centres points ([n, 2]) in place on 0 and scales both axes alike so that their variances are 1
 * on average: the size of a map then says nothing about the method it came from. Points that all
 * coincide are put at 0. A point that is not finite goes to the centre.
 */
export function standardizePlane(xy: Float32Array): Float32Array {
  const count = xy.length >> 1
  let meanX = 0
  let meanY = 0
  let finite = 0
  for (let i = 0; i < count; i++) {
    if (!isFinitePoint(xy, i)) continue
    meanX += xy[2 * i]!
    meanY += xy[2 * i + 1]!
    finite++
  }
  if (finite > 0) {
    meanX /= finite
    meanY /= finite
  }
  let squared = 0
  for (let i = 0; i < count; i++) {
    const isFinite = isFinitePoint(xy, i)
    const x = isFinite ? xy[2 * i]! - meanX : 0
    const y = isFinite ? xy[2 * i + 1]! - meanY : 0
    xy[2 * i] = x
    xy[2 * i + 1] = y
    squared += x * x + y * y
  }
  const factor = squared > 1e-20 ? 1 / Math.sqrt(squared / finite / 2) : 0
  for (let i = 0; i < xy.length; i++) xy[i] = xy[i]! * factor
  return xy
}

const isFinitePoint = (xy: Float32Array, i: number): boolean =>
  Number.isFinite(xy[2 * i]!) && Number.isFinite(xy[2 * i + 1]!)
