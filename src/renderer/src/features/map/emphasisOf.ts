import { emphasis } from '../../scatter'
import type { Grouping } from './groups'

/** How far each point stands out. */
export interface Emphasis {
  /** For the drawing: one of the scatter's levels. */
  readonly levels: Uint8Array
  /** For the pointer: 0 where the legend has dimmed the point, so that it cannot be picked. */
  readonly ranks: Uint8Array
}

/**
 * Points that the legend dims, and all that are not selected where several are, stand back; none
 * vanishes. One selected point dims no others: then its surroundings are what is looked at.
 */
export function emphasisOf(
  ids: Uint32Array,
  grouping: Pick<Grouping, 'groups' | 'groupOf'>,
  dimmedKeys: ReadonlySet<string>,
  selected: ReadonlySet<number>,
): Emphasis {
  const count = ids.length
  const levels = new Uint8Array(count)
  const ranks = new Uint8Array(count)
  const isDimmed = grouping.groups.map((group) => dimmedKeys.has(group.key))
  let selectedCount = 0
  if (selected.size > 0) {
    for (let i = 0; i < count; i++) {
      if (!selected.has(ids[i]!)) continue
      levels[i] = emphasis.selected
      selectedCount++
    }
  }
  const others = selectedCount > 1 ? emphasis.dimmed : emphasis.plain
  for (let i = 0; i < count; i++) {
    const isOut = isDimmed[grouping.groupOf[i]!] === true
    if (levels[i] !== emphasis.selected) levels[i] = isOut ? emphasis.dimmed : others
    ranks[i] = isOut ? 0 : 1 + levels[i]!
  }
  return { levels, ranks }
}
