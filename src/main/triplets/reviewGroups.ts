import type { LabelId } from '../../shared/model/ids'
import type { ReviewGroup } from '../../shared/model/triplets'
import type { QueueItem } from '../db/repositories/reviewRepository'
import type { ReviewCandidate } from '../db/repositories/tripletRepository'
import { labelsKey } from './reviewOrder'

/**
 * The pairs of labels of a queue, in the order in which they are first asked.
 * @param further candidates that the queue does not hold
 */
export function reviewGroups(
  items: readonly QueueItem[],
  further: readonly ReviewCandidate[],
  names: ReadonlyMap<number, string>,
): readonly ReviewGroup[] {
  const furtherOf = new Map<string, number>()
  for (const candidate of further) {
    const key = labelsKey(candidate)
    furtherOf.set(key, (furtherOf.get(key) ?? 0) + 1)
  }
  const places = new Map<string, { readonly item: QueueItem; readonly at: number[] }>()
  items.forEach((item, place) => {
    const known = places.get(labelsKey(item))
    if (known === undefined) places.set(labelsKey(item), { item, at: [place] })
    else known.at.push(place)
  })
  const name = (id: LabelId) => names.get(id) ?? ''
  return [...places].map(([key, { item, at }]) => ({
    labelIds: [item.anchorLabelId, item.negativeLabelId],
    names: [name(item.anchorLabelId), name(item.negativeLabelId)],
    places: at,
    further: furtherOf.get(key) ?? 0,
  }))
}
