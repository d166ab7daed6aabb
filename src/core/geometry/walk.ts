export type Direction = 'left' | 'right' | 'up' | 'down'

/**
 * The point that an arrow key leads to: of those within 45 degrees of the direction the nearest,
 * the lowest index where several are. Points in the very same place are gone through first, by
 * index: upwards to the right and down, downwards to the left and up.
 * @param xy [n, 2], y upwards; points that are not finite are passed over
 * @param from index of the point to start from
 * @param ranks 0 where a point cannot be reached; absent: all can
 * @returns an index, or -1 where there is none in that direction
 */
export function nextPoint(
  xy: Float32Array,
  from: number,
  direction: Direction,
  ranks?: Uint8Array,
): number {
  const startX = xy[2 * from]!
  const startY = xy[2 * from + 1]!
  const isForth = direction === 'right' || direction === 'down'
  const isAcross = direction === 'left' || direction === 'right'
  const sign = direction === 'right' || direction === 'up' ? 1 : -1
  let nearest = -1
  let least = Infinity
  let twin = -1
  for (let i = 0; i * 2 + 1 < xy.length; i++) {
    if (i === from || ranks?.[i] === 0) continue
    const dx = xy[2 * i]! - startX
    const dy = xy[2 * i + 1]! - startY
    if (dx === 0 && dy === 0) {
      if (isForth && i > from && twin < 0) twin = i
      if (!isForth && i < from) twin = i
      continue
    }
    const along = sign * (isAcross ? dx : dy)
    const aside = Math.abs(isAcross ? dy : dx)
    // Also false where a coordinate is no number.
    if (!(along > 0 && along >= aside)) continue
    const squared = dx * dx + dy * dy
    if (squared < least) {
      least = squared
      nearest = i
    }
  }
  return twin >= 0 ? twin : nearest
}
