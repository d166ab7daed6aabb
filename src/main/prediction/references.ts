import type { DatasetId, ImageId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import { contentOf } from '../runs/predictionFiles'
import type { ReferencesAnswer } from './messages'

/** What the references of a model are in the set of today. */
export interface ReferencesToday {
  /** [n] 0: no longer in the set. */
  readonly imageIds: Uint32Array
  /** As the labels are called now. */
  readonly labelNames: readonly string[]
}

/**
 * Finds the images by their contents. A label of the model that nothing is called any more takes
 * the name that most of its images have, so that a renamed or joined one is not made anew.
 */
export async function referencesToday(
  store: Pick<Store, 'images' | 'labels'>,
  datasetId: DatasetId,
  { contents, labels, labelNames }: Pick<ReferencesAnswer, 'contents' | 'labels' | 'labelNames'>,
): Promise<ReferencesToday> {
  const rows = await store.images.trainingRows(datasetId)
  const rowOf = new Map(rows.sha256.map((sha256, row) => [contentOf(sha256).join(), row]))
  const places = Array.from(labels, (_, at) =>
    rowOf.get([...contents.subarray(at * 4, at * 4 + 4)].join()),
  )
  const list = await store.labels.list(datasetId)
  const inUse = new Set(list.map(({ name }) => name))
  const names = new Map(list.map(({ id, name }) => [id as number, name]))
  const votes = labelNames.map(() => new Map<string, number>())
  places.forEach((row, at) => {
    const name = row === undefined ? undefined : names.get(rows.labelIds[row]!)
    const of = votes[labels[at]!]
    if (name !== undefined && of !== undefined) of.set(name, (of.get(name) ?? 0) + 1)
  })
  return {
    imageIds: Uint32Array.from(places, (row) => (row === undefined ? 0 : rows.ids[row]!)),
    labelNames: labelNames.map((name, label) => {
      if (inUse.has(name)) return name
      const [most] = [...votes[label]!].sort((one, other) => other[1] - one[1])
      return most?.[0] ?? name
    }),
  }
}

/** The image of the set with these contents, by their SHA-256. */
export type ImageOfContents = ReadonlyMap<
  string,
  { readonly imageId: ImageId; readonly label: string | null }
>

export async function imagesOfContents(
  store: Pick<Store, 'images' | 'labels'>,
  datasetId: DatasetId,
): Promise<ImageOfContents> {
  const rows = await store.images.trainingRows(datasetId)
  const names = await store.labels.names(datasetId)
  const found = new Map<string, { imageId: ImageId; label: string | null }>()
  rows.sha256.forEach((sha256, row) => {
    const labelId = rows.labelIds[row]!
    const label = labelId === 0 ? null : (names.get(labelId) ?? null)
    // Of several copies the one that has a label says what it is.
    if ((found.get(sha256)?.label ?? null) === null) {
      found.set(sha256, { imageId: rows.ids[row] as ImageId, label })
    }
  })
  return found
}
