import type { DatasetId, LabelId } from '../../shared/model/ids'
import { typedLabelName } from '../../shared/model/labelName'
import type { Transaction } from '../db/connection'
import type { JoinedLabel } from '../db/repositories/journalRepository'
import type { StoredLabel } from '../db/repositories/labelRepository'
import type { Store } from '../db/store'
import type { PlannedChange } from './changeLog'

/** Images of the dataset get the label of this name, made where it is new, or none. */
export async function planAssignment(
  store: Store,
  transaction: Transaction,
  datasetId: DatasetId,
  imageIds: Uint32Array,
  name: string | null,
): Promise<PlannedChange | null> {
  const same = name?.normalize('NFC') ?? null
  // A label that an import made may have spaces at its ends.
  const there =
    same === null ? undefined : await store.labels.findByName(datasetId, same, transaction)
  const wanted = there?.name ?? (name === null ? null : typedLabelName(name))
  const known =
    there ??
    (wanted === null ? undefined : await store.labels.findByName(datasetId, wanted, transaction))
  const before = await store.images.labelsToChange(
    transaction,
    datasetId,
    imageIds,
    // No image has label -1: a name that is new changes them all.
    wanted === null ? null : (known?.id ?? -1),
  )
  if (before.ids.length === 0) return null
  const label =
    wanted === null
      ? null
      : (known?.id ?? (await store.labels.ensure(transaction, datasetId, wanted)))
  const isNew = wanted !== null && label !== null && known === undefined
  return {
    images: {
      ids: before.ids,
      labelsBefore: before.labels,
      sourcesBefore: before.sources,
    },
    detail: {
      label: wanted,
      labelAfter: label,
      ...(isNew ? { created: { labelId: label, name: wanted } } : {}),
    },
  }
}

/** All images of the labels `from`, and what a later import would call so, become `into`. */
export async function planMerge(
  store: Store,
  transaction: Transaction,
  from: readonly LabelId[],
  into: StoredLabel,
): Promise<PlannedChange | null> {
  const joined: JoinedLabel[] = []
  const rows: (readonly [id: number, label: number, source: number])[] = []
  for (const label of new Set(from)) {
    if (label === into.id) continue
    const { ids, labels, sources } = await store.images.labelsOf(transaction, label)
    ids.forEach((id, row) => rows.push([id, labels[row]!, sources[row]!]))
    const importNames = await store.labels.importNamesOf(transaction, label)
    joined.push({ from: label, importNames })
  }
  const [first, ...others] = joined
  if (first === undefined) return null
  rows.sort(([a], [b]) => a - b)
  return {
    images: {
      ids: Uint32Array.from(rows, ([id]) => id),
      labelsBefore: Uint32Array.from(rows, ([, label]) => label),
      sourcesBefore: Uint8Array.from(rows, ([, , source]) => source),
    },
    detail: {
      label: into.name,
      labelAfter: into.id,
      merge: { ...first, into: into.id, ...(others.length === 0 ? {} : { others }) },
    },
  }
}

export async function planExclusion(
  store: Store,
  transaction: Transaction,
  datasetId: DatasetId,
  imageIds: Uint32Array,
  excluded: boolean,
): Promise<PlannedChange | null> {
  const ids = await store.images.exclusionsToChange(transaction, datasetId, imageIds, excluded)
  return ids.length === 0
    ? null
    : { images: { ids }, detail: { label: null, excludedAfter: excluded } }
}
