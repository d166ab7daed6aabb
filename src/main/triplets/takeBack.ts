import type { LabelId } from '../../shared/model/ids'
import type { Transaction } from '../db/connection'
import type { ImageChange } from '../db/repositories/journalRepository'
import type { StoredVerdict } from '../db/repositories/verdictRepository'
import type { Store } from '../db/store'
import type { PlannedChange } from '../labels/changeLog'
import { planAssignment, planExclusion } from '../labels/plannedChanges'

/**
 * Forgets a verdict and puts back what came of it, as far as nobody has changed it since: a label
 * that another one has followed stays as it is.
 */
export async function planTakeBack(
  store: Store,
  transaction: Transaction,
  given: StoredVerdict,
): Promise<PlannedChange> {
  const { datasetId, content, verdict } = given
  const planned = await reverse(store, transaction, given)
  const triplet = await store.triplets.withContent(transaction, datasetId, content)
  return {
    images: planned?.images ?? { ids: new Uint32Array(0) },
    detail: {
      ...(planned?.detail ?? { label: null }),
      verdict: {
        tripletId: triplet?.id ?? 0,
        runId: triplet?.runId ?? 0,
        before: verdict,
        after: null,
        imageIds: triplet === undefined ? [] : [triplet.anchor, triplet.positive, triplet.negative],
        content,
        ...(given.labels === null ? {} : { labels: given.labels }),
      },
    },
  }
}

async function reverse(
  store: Store,
  transaction: Transaction,
  { datasetId, journalId }: StoredVerdict,
): Promise<PlannedChange | null> {
  if (journalId === null) return null
  const step = await store.journal.find(journalId, transaction)
  if (step === undefined) return null
  const { images, detail } = step
  const { excludedAfter, labelAfter, merge } = detail
  if (excludedAfter !== undefined) {
    return planExclusion(store, transaction, datasetId, images.ids, !excludedAfter)
  }
  if (labelAfter === undefined || labelAfter === null) return null
  const ids = await stillLabelled(store, transaction, labelAfter as LabelId, images)
  const [labelBefore] = images.labelsBefore ?? []
  const before =
    labelBefore === undefined || labelBefore === 0
      ? undefined
      : await store.labels.find(labelBefore as LabelId, transaction)
  const planned = await planAssignment(store, transaction, datasetId, ids, before?.name ?? null)
  if (merge === undefined) return planned
  const imports = merge.importNames.map((importName) => ({
    importName,
    before: merge.into,
    after: merge.from,
  }))
  return {
    images: planned?.images ?? { ids: new Uint32Array(0) },
    detail: { ...(planned?.detail ?? { label: before?.name ?? null }), imports },
  }
}

/** Images of the step that have the label it gave them, ascending. */
async function stillLabelled(
  store: Store,
  transaction: Transaction,
  label: LabelId,
  { ids }: ImageChange,
): Promise<Uint32Array> {
  const now = new Set((await store.images.labelsOf(transaction, label)).ids)
  return ids.filter((id) => now.has(id))
}
