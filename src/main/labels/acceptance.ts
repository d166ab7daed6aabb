import type { DatasetId, LabelId } from '../../shared/model/ids'
import { typedLabelName } from '../../shared/model/labelName'
import type { Transaction } from '../db/connection'
import { type ImportedImage, labelSource } from '../db/repositories/imageRepository'
import type { ChangeDetail, ImageChange } from '../db/repositories/journalRepository'
import type { Store } from '../db/store'

/** What a step of the journal says of accepted pictures. */
export interface Accepted {
  readonly labels: readonly { readonly labelId: number; readonly ids: readonly number[] }[]
  /** Labels that the step made. */
  readonly created: readonly { readonly labelId: number; readonly name: string }[]
  /** Images that came into the set by it. */
  readonly added: readonly number[]
}

const property = 'accepted'

/** Null for a step of another kind. */
export const acceptedOf = ({ properties }: ChangeDetail): Accepted | null =>
  (properties?.[property] as Accepted | undefined) ?? null

/** The label that a step of this kind gave an image. */
export const labelAccepted = (detail: ChangeDetail, imageId: number): number | null =>
  acceptedOf(detail)?.labels.find(({ ids }) => ids.includes(imageId))?.labelId ?? null

/** Pictures of one label: of the set by their ids, and such as come into it. */
export interface AcceptedGroup {
  readonly label: string
  readonly imageIds: readonly number[]
  readonly added: readonly Omit<ImportedImage, 'labelId' | 'labelSource'>[]
}

/** All groups as one step; null where nothing would change. */
export async function planAcceptance(
  store: Store,
  transaction: Transaction,
  datasetId: DatasetId,
  groups: readonly AcceptedGroup[],
): Promise<{ readonly images: ImageChange; readonly detail: ChangeDetail } | null> {
  const rows = groups.flatMap(({ added }) =>
    added.map((image) => ({ ...image, labelId: null, labelSource: labelSource.folder })),
  )
  await store.images.save(transaction, datasetId, rows, Date.now())
  const idOf = await store.images.idsOfPaths(
    transaction,
    datasetId,
    rows.map(({ relativePath }) => relativePath),
  )
  const labels: { labelId: number; ids: number[] }[] = []
  const created: { labelId: LabelId; name: string }[] = []
  const added = [...idOf.values()]
  const columns = new Map<number, { readonly label: number; readonly source: number }>()
  for (const group of groups) {
    const known = await store.labels.findByName(datasetId, group.label, transaction)
    const name = known?.name ?? typedLabelName(group.label)
    if (name === null) continue
    const there = known ?? (await store.labels.findByName(datasetId, name, transaction))
    const labelId = there?.id ?? (await store.labels.ensure(transaction, datasetId, name))
    if (there === undefined) created.push({ labelId, name })
    const wanted = Uint32Array.from([
      ...group.imageIds,
      ...group.added.map(({ relativePath }) => idOf.get(relativePath)!),
    ])
    const before = await store.images.labelsToChange(transaction, datasetId, wanted, labelId)
    const ids = [...before.ids].filter((id) => !columns.has(id))
    if (ids.length === 0) continue
    before.ids.forEach((id, row) => {
      if (columns.has(id)) return
      columns.set(id, { label: before.labels[row]!, source: before.sources[row]! })
    })
    labels.push({ labelId, ids })
  }
  if (columns.size === 0) return null
  const ids = Uint32Array.from(columns.keys()).sort()
  const only = groups.length === 1 ? groups[0]!.label : null
  return {
    images: {
      ids,
      labelsBefore: Uint32Array.from(ids, (id) => columns.get(id)!.label),
      sourcesBefore: Uint8Array.from(ids, (id) => columns.get(id)!.source),
    },
    detail: {
      label: only,
      properties: { [property]: { labels, created, added } satisfies Accepted },
    },
  }
}
