/**
 * Moves the points of one plane onto those of another: the shift, the turn (or mirrored turn) with
 * the least squares (orthogonal Procrustes; Schönemann 1966, in two dimensions in closed form), and
 * the size of the other. Without pairs the points stay as they are.
 * @param from [n, 2]
 * @param to [m, 2]
 * @param pairs rows of `from` and of `to` that are the same items
 * @returns [n, 2]
 */
export function alignPlane(
  from: Float32Array,
  to: Float32Array,
  pairs: readonly (readonly [from: number, to: number])[],
): Float32Array<ArrayBuffer> {
  const result = Float32Array.from(from)
  if (pairs.length === 0) return result
  const [fromX, fromY] = centerOf(from, (i) => pairs[i]![0], pairs.length)
  const [toX, toY] = centerOf(to, (i) => pairs[i]![1], pairs.length)
  let [xx, xy, yx, yy, ownSquares, otherSquares] = [0, 0, 0, 0, 0, 0]
  for (const [one, other] of pairs) {
    const [x, y] = [from[2 * one]! - fromX, from[2 * one + 1]! - fromY]
    const [u, v] = [to[2 * other]! - toX, to[2 * other + 1]! - toY]
    xx += x * u
    xy += x * v
    yx += y * u
    yy += y * v
    ownSquares += x * x + y * y
    otherSquares += u * u + v * v
  }
  // A turn reaches hypot(xx + yy, xy - yx), a mirrored one hypot(xx - yy, xy + yx).
  const isMirrored = Math.hypot(xx - yy, xy + yx) > Math.hypot(xx + yy, xy - yx)
  const angle = isMirrored ? Math.atan2(xy + yx, xx - yy) : Math.atan2(xy - yx, xx + yy)
  const size = ownSquares > 0 && otherSquares > 0 ? Math.sqrt(otherSquares / ownSquares) : 1
  const [cosine, sine] = [size * Math.cos(angle), size * Math.sin(angle)]
  for (let i = 0; i < from.length; i += 2) {
    const x = from[i]! - fromX
    const y = isMirrored ? fromY - from[i + 1]! : from[i + 1]! - fromY
    result[i] = toX + cosine * x - sine * y
    result[i + 1] = toY + sine * x + cosine * y
  }
  return result
}

function centerOf(xy: Float32Array, rowOf: (i: number) => number, count: number): [number, number] {
  let [x, y] = [0, 0]
  for (let i = 0; i < count; i++) {
    x += xy[2 * rowOf(i)]!
    y += xy[2 * rowOf(i) + 1]!
  }
  return [x / count, y / count]
}

/** Rows of two lists of ids that hold the same id. */
export function sameIds(from: Uint32Array, to: Uint32Array): (readonly [number, number])[] {
  const rowOf = new Map(Array.from(to, (id, row) => [id, row]))
  return Array.from(from, (id, row) => [row, rowOf.get(id) ?? -1] as const).filter(
    ([, other]) => other >= 0,
  )
}
