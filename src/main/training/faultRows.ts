import type { FaultTable } from '../../core/findings/faultInput'
import type { DatasetId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import type { SentImages } from './sentJob'

/** The images of a dataset that are looked through; place i is one image. */
export interface FaultRows {
  readonly images: SentImages
  readonly table: FaultTable
}

/** Folders that are taken as the side of a split, where two of these stand at the top. */
const sideWords: ReadonlyMap<string, string> = new Map([
  ...['train', 'training'].map((word) => [word, 'train'] as const),
  ...['val', 'valid', 'validation', 'dev'].map((word) => [word, 'validation'] as const),
  ...['test', 'testing', 'eval', 'holdout'].map((word) => [word, 'test'] as const),
])

/**
 * Reads the images that are neither missing nor excluded, in the order of their contents and paths.
 * Where the folders at the top are sides of a split, what is below them is the label.
 */
export async function readFaultRows(store: Store, datasetId: DatasetId): Promise<FaultRows> {
  const rows = await store.images.trainingRows(datasetId)
  const names = await store.labels.names(datasetId)
  const order = [...rows.ids.keys()].filter((row) => rows.excluded[row] === 0)
  const textOf = (row: number) => `${rows.sha256[row]!} ${rows.relativePaths[row]!}`
  const texts = new Map(order.map((row) => [row, textOf(row)]))
  order.sort((a, b) => (texts.get(a)! < texts.get(b)! ? -1 : 1))
  const paths = order.map((row) => rows.relativePaths[row]!)
  const { sides, sideNames } = sidesOf(paths)
  const nameOf = (row: number) => {
    const labelId = rows.labelIds[row]!
    if (labelId === 0) return null
    const name = names.get(labelId) ?? String(labelId)
    return sideNames.length === 0 ? name : withoutSide(name)
  }
  const labelsOfImages = order.map(nameOf)
  const labelNames = [...new Set(labelsOfImages.filter((name) => name !== null))].sort()
  const numbers = new Map(labelNames.map((name, number) => [name, number]))
  return {
    images: {
      ids: Uint32Array.from(order, (row) => rows.ids[row]!),
      sha256: order.map((row) => rows.sha256[row]!),
      paths,
    },
    table: {
      ...{ paths, labelNames, sides, sideNames },
      sha256: order.map((row) => rows.sha256[row]!),
      looks: order.map((row) => rows.perceptualHashes[row]!),
      labels: Int32Array.from(labelsOfImages, (name) => (name === null ? -1 : numbers.get(name)!)),
      widthPx: Uint32Array.from(order, (row) => rows.widthPx[row]!),
      heightPx: Uint32Array.from(order, (row) => rows.heightPx[row]!),
      bytes: Float64Array.from(order, (row) => rows.bytes[row]!),
      modifiedAt: Float64Array.from(order, (row) => rows.modifiedAt[row]!),
    },
  }
}

const sideOf = (path: string): string | undefined =>
  path.includes('/') ? sideWords.get(path.split('/')[0]!.toLowerCase()) : undefined

/** Sides of a split by the folders at the top; none where not all images have one of several. */
function sidesOf(paths: readonly string[]): Pick<FaultTable, 'sides' | 'sideNames'> {
  const own = paths.map(sideOf)
  const sideNames = [...new Set(sideWords.values())].filter((side) => own.includes(side))
  if (sideNames.length < 2 || own.includes(undefined)) {
    return { sides: new Int32Array(paths.length).fill(-1), sideNames: [] }
  }
  return { sides: Int32Array.from(own, (side) => sideNames.indexOf(side!)), sideNames }
}

/** The label below the folder of a side; a label that a labels.csv names otherwise stays. */
function withoutSide(name: string): string {
  const rest = sideOf(name) === undefined ? '' : name.slice(name.indexOf('/') + 1)
  return rest === '' ? name : rest
}
