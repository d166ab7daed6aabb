import { splitPart } from '../../core/evaluation/splitParts'
import type { DatasetId } from '../../shared/model/ids'
import type { TrainingOptions } from '../../shared/model/training'
import type { Store } from '../db/store'
import { loadSplits } from '../runs/embeddingFiles'
import { runFolder, type Workspace } from '../workspace'

/**
 * How many images would train that the newest run with results was tested on, or the other way
 * round: after a merge of labels across the split, an image that was moved, or another choice.
 * @param ids of the images, `parts` of each as in splits.u8
 * @returns null where there is no such run, or one of the two has no test part
 */
export async function countChangedSides(
  store: Store,
  workspace: Workspace,
  datasetId: DatasetId,
  {
    ids,
    parts,
    split,
  }: {
    readonly ids: Uint32Array
    readonly parts: Uint8Array
    readonly split: TrainingOptions['split']
  },
): Promise<number | null> {
  if (split === 'none') return null
  const runs = await store.runs.list(datasetId)
  const newest = runs.find(({ summary }) => summary.hasEmbeddings)?.summary
  if (newest === undefined || newest.options.split === 'none') return null
  const stored = await loadSplits(runFolder(workspace, newest.id)).catch(() => null)
  if (stored === null) return null
  const before = new Map<number, number>()
  stored.ids.forEach((id, i) => before.set(id, stored.splits[i]!))
  let count = 0
  ids.forEach((id, i) => {
    const was = before.get(id) ?? splitPart.none
    if (was !== splitPart.none && parts[i] !== splitPart.none && was !== parts[i]) count++
  })
  return count
}
