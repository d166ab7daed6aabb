import { findingsOfContents } from '../../core/findings/setFindings'
import type { SetFinding } from '../../shared/model/findings'
import type { DatasetId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import { contentsOf } from '../dataset/contents'
import type { SentImages } from './sentJob'

/** What training knows of a dataset; row i is one image, in the order of relative paths. */
export interface TrainingImages {
  readonly images: SentImages
  /** Holds them. */
  readonly folder: string
  /** Class of each image by the order in which labels appear; -1 without a label or excluded. */
  readonly labels: Int32Array
  /** Label of each class number. */
  readonly labelIds: Uint32Array
  /** What each class is known by, by its number: the name that its label was made with. */
  readonly labelKeys: readonly string[]
  /** What each class is called now. */
  readonly labelNames: readonly string[]
  /** What is wrong with the set. */
  readonly findings: readonly SetFinding[]
  /** What each image shows: equal for images of one group. */
  readonly contents: readonly string[]
  /** Images with the same number show the same thing. */
  readonly groups: Uint32Array
}

/**
 * Reads the images that are not missing.
 * @param joined labels that count as another one: what a merge would make of the dataset
 */
export async function readTrainingImages(
  store: Store,
  datasetId: DatasetId,
  folder: string,
  joined: ReadonlyMap<number, number> = new Map(),
): Promise<TrainingImages> {
  const rows = await store.images.trainingRows(datasetId)
  const keys = await store.labels.drawKeys(datasetId)
  const labels = new Int32Array(rows.ids.length).fill(-1)
  const numbers = new Map<number, number>()
  rows.labelIds.forEach((own, i) => {
    const labelId = joined.get(own) ?? own
    if (labelId === 0 || rows.excluded[i] === 1) return
    const number = numbers.get(labelId) ?? numbers.size
    numbers.set(labelId, number)
    labels[i] = number
  })
  const contents = await contentsOf({
    sha256: rows.sha256,
    looks: rows.perceptualHashes,
    labels,
  })
  const names = await store.labels.names(datasetId)
  const labelNames = Array.from(numbers.keys(), (labelId) => names.get(labelId) ?? String(labelId))
  return {
    images: {
      ids: rows.ids,
      sha256: rows.sha256,
      paths: rows.relativePaths,
    },
    folder,
    labels,
    labelIds: Uint32Array.from(numbers.keys()),
    labelKeys: Array.from(numbers.keys(), (labelId) => keys.get(labelId) ?? String(labelId)),
    labelNames,
    contents,
    findings: findingsOfContents({
      labels,
      contents,
      names: labelNames,
    }),
    groups: numbered(contents),
  }
}

/** The same number for the same text. */
function numbered(contents: readonly string[]): Uint32Array {
  const numbers = new Map<string, number>()
  return Uint32Array.from(contents, (content) => {
    const number = numbers.get(content) ?? numbers.size
    numbers.set(content, number)
    return number
  })
}
