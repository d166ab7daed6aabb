import type { HistoryEntry } from '../../shared/model/dataset'
import type { DatasetId, ImageId } from '../../shared/model/ids'
import {
  indexOfSorted,
  type JournalEntry,
  type JournalStep,
} from '../db/repositories/journalRepository'
import type { Store } from '../db/store'
import { labelAccepted } from '../labels/acceptance'

const historyLimit = 200

/** What people did to the image, newest first; of merges and renames what changed its label. */
export async function historyOf(
  store: Store,
  datasetId: DatasetId,
  imageId: ImageId,
): Promise<readonly HistoryEntry[]> {
  const steps = await store.journal.stepsOf(datasetId, imageId, historyLimit)
  if (steps.length === 0) return []
  const names = await store.labels.names(datasetId)
  const undone = undoneSteps(await store.journal.entries(datasetId))
  return steps.flatMap((step) => entriesOf(step, imageId, names, undone.has(step.id)))
}

/** Ids of steps whose last word was an undo. */
function undoneSteps(entries: readonly JournalEntry[]): ReadonlySet<number> {
  const undone = new Set<number>()
  for (const { kind, target } of entries) {
    if (target === null) continue
    if (kind === 'undo') undone.add(target)
    else undone.delete(target)
  }
  return undone
}

function entriesOf(
  step: JournalStep,
  imageId: ImageId,
  names: ReadonlyMap<number, string>,
  undone: boolean,
): HistoryEntry[] {
  const { at, detail, images } = step
  const row = indexOfSorted(images.ids, imageId)
  const name = (labelId: number | null | undefined) =>
    labelId === null || labelId === undefined ? null : (names.get(labelId) ?? null)
  const entries: HistoryEntry[] = []
  if (row >= 0 && images.labelsBefore !== undefined) {
    const from = name(images.labelsBefore[row])
    const given = detail.labelAfter ?? labelAccepted(detail, imageId)
    entries.push({ at, kind: 'label', from, to: name(given), undone })
  }
  if (row >= 0 && detail.excludedAfter !== undefined) {
    const kind = detail.excludedAfter ? 'exclude' : 'include'
    entries.push({ at, kind, from: null, to: null, undone })
  }
  if (detail.verdict?.imageIds.includes(imageId) === true) {
    entries.push({
      at,
      kind: 'verdict',
      from: null,
      to: detail.verdict.after?.kind ?? 'takenBack',
      undone,
    })
  }
  return entries
}
