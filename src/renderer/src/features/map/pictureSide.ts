import { boundsOf } from '../../../../core/geometry'

/** Smallest and largest side of a picture on the map in CSS pixels. */
const sideLimits = { smallest: 44, largest: 88 } as const
/** Pictures come where points are on average so many CSS pixels apart, spread evenly. */
const apartPx = 18

/** Distance between points of a map if they were spread evenly over its bounds, in its units. */
export function evenSpacing(xy: Float32Array): number {
  const { minX, minY, maxX, maxY } = boundsOf(xy)
  const count = Math.max(1, xy.length / 2)
  if (minX > maxX) return 0
  const longer = Math.max(maxX - minX, maxY - minY) || 1
  const area = Math.max(maxX - minX, longer / 10) * Math.max(maxY - minY, longer / 10)
  return Math.sqrt(area / count)
}

/**
 * Side of the pictures on a map in CSS pixels; 0 where points lie too close for any. It depends on
 * the zoom alone, so that nothing changes its size while the map is panned.
 * @param spacing as `evenSpacing` gives it
 * @param scale CSS pixels per unit of the map
 */
export function pictureSide(spacing: number, scale: number): number {
  const px = spacing * scale
  if (!(px >= apartPx)) return 0
  return Math.round(Math.min(sideLimits.largest, Math.max(sideLimits.smallest, 0.6 * px)))
}
