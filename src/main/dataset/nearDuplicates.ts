import type { DuplicateGroup, NearDuplicates } from '../../shared/model/duplicates'
import type { DatasetId, ImageId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import { contentsOf } from './contents'

const mostGroups = 500
const mostImages = 100

/**
 * Images that look the same and are different files (`contentsOf`), one of each content; excluded
 * ones do not count. Those across labels first, then the largest.
 */
export async function findNearDuplicates(
  store: Store,
  datasetId: DatasetId,
): Promise<NearDuplicates> {
  const { ids, sha256, perceptualHashes, labelIds, excluded } =
    await store.images.trainingRows(datasetId)
  const labels = Int32Array.from(labelIds, (id) => (id === 0 ? -1 : id))
  const contents = await contentsOf({ sha256, looks: perceptualHashes, labels })
  const rowsOf = new Map<string, Map<string, number>>()
  contents.forEach((content, row) => {
    if (excluded[row] === 1) return
    const rows = rowsOf.get(content) ?? new Map<string, number>()
    if (!rows.has(sha256[row]!)) rows.set(sha256[row]!, row)
    rowsOf.set(content, rows)
  })
  const found = [...rowsOf.values()]
    .filter((rows) => rows.size > 1)
    .map((rows): DuplicateGroup => {
      const places = [...rows.values()]
      const labelled = places.map((row) => labelIds[row]!).filter((id) => id !== 0)
      return {
        imageIds: places.slice(0, mostImages).map((row) => ids[row]! as ImageId),
        isAcrossLabels: new Set(labelled).size > 1,
      }
    })
    .sort(
      (a, b) =>
        Number(b.isAcrossLabels) - Number(a.isAcrossLabels) ||
        b.imageIds.length - a.imageIds.length,
    )
  return { groups: found.slice(0, mostGroups), groupTotal: found.length }
}
