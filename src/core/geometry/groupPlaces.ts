/** Where each group of points lies. */
export interface GroupPlaces {
  /** [groups, 2]: a point of the group in its midst; not finite where the group has none. */
  readonly xy: Float32Array
  /** Points of each group that have a place. */
  readonly counts: Uint32Array
}

/**
 * A place for each group that is surely among its points: the point of the group that is nearest to
 * the medians of its coordinates. A mean would lie between the parts of a group that is torn.
 * @param xy [n, 2]; points that are not finite do not count
 * @param groupOf group of each point, below `groups`
 */
export function groupPlaces(
  xy: Float32Array,
  groupOf: ArrayLike<number>,
  groups: number,
): GroupPlaces {
  const members = Array.from({ length: groups }, () => [] as number[])
  for (let i = 0; i < groupOf.length; i++) {
    if (Number.isFinite(xy[2 * i]!) && Number.isFinite(xy[2 * i + 1]!))
      members[groupOf[i]!]?.push(i)
  }
  const places = new Float32Array(2 * groups).fill(NaN)
  const counts = Uint32Array.from(members, ({ length }) => length)
  members.forEach((indices, group) => {
    if (indices.length === 0) return
    const x = medianOf(Float32Array.from(indices, (i) => xy[2 * i]!))
    const y = medianOf(Float32Array.from(indices, (i) => xy[2 * i + 1]!))
    let nearest = indices[0]!
    let least = Infinity
    for (const i of indices) {
      const squared = (xy[2 * i]! - x) ** 2 + (xy[2 * i + 1]! - y) ** 2
      if (squared < least) {
        least = squared
        nearest = i
      }
    }
    places[2 * group] = xy[2 * nearest]!
    places[2 * group + 1] = xy[2 * nearest + 1]!
  })
  return { xy: places, counts }
}

/** Sorts in place. */
const medianOf = (values: Float32Array): number => values.sort()[values.length >> 1]!
