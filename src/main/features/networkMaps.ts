import { unreadable } from '../../core/network/savedModel'
import type { ExtractorDescription, NetworkMap } from '../../shared/model/extractor'

/** @throws AppError modelUnreadable where the network has no such map */
export function mapAt(
  { id, maps = [] }: Pick<ExtractorDescription, 'id' | 'maps'>,
  place: string,
): NetworkMap {
  const map = maps.find((one) => one.place === place)
  if (map === undefined) throw unreadable(`${id} has no map "${place}"`)
  return map
}
