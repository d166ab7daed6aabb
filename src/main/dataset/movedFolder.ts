import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { MovedFolder } from '../../shared/model/dataset'
import type { Store } from '../db/store'
import { openRegular } from '../files/regularFile'
import { folderState } from './checkedFolder'
import { hasImageExtension } from './sniff'
import { type FoundFile, walk } from './walk'

/** So many files tell whether it is worth to look at all. */
const sampledFiles = 32
/** All are compared up to this; of more, as many as fit, evenly spread. */
const comparedBytes = 512 * 2 ** 20
const filesAtOnce = 8

export interface RecognitionOptions {
  readonly signal?: AbortSignal | undefined
  /** Files that were looked at; 0 in all while they are still being counted. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
}

/**
 * The dataset that a folder looks like: its own folder is gone, and most of its images are in this
 * one. A few files are compared by their SHA-256 first, then all that can be within seconds.
 * @param folder real path of a folder that is no dataset's yet
 * @returns null also where it was cancelled
 */
export async function findMoved(
  store: Store,
  folder: string,
  options: RecognitionOptions = {},
): Promise<MovedFolder | null> {
  const { signal, onProgress = () => {} } = options
  const all = await store.datasets.all()
  if (all.some((dataset) => dataset.folder === folder)) return null
  const isGone = await Promise.all(all.map((dataset) => isMissing(dataset.folder)))
  const candidates = all.filter((_, i) => isGone[i])
  if (candidates.length === 0) return null
  onProgress(0, 0)
  const files = await pictureFiles(folder, signal, (count) => onProgress(count, 0))
  const sample = await hashAll(folder, spread(files, sampledFiles), { signal })
  let best: { readonly same: number; readonly dataset: (typeof all)[number] } | null = null
  for (const dataset of candidates) {
    const { contents, count } = await contentsOf(store, dataset.id)
    const same = sample.filter((hash) => contents.has(hash)).length
    if (!isMost(same, sample.length, files.length, count)) continue
    if (best === null || same > best.same) best = { same, dataset }
  }
  if (best === null) return null
  const { dataset } = best
  const { contents, count } = await contentsOf(store, dataset.id)
  const compared = await hashAll(folder, withinBudget(files), { signal, onProgress })
  if (signal?.aborted === true) return null
  const same = compared.filter((hash) => contents.has(hash)).length
  if (!isMost(same, compared.length, files.length, count)) return null
  const { id: datasetId, name, folder: formerFolder } = dataset
  return { datasetId, name, formerFolder, folder, same, compared: compared.length }
}

/** The name of a dataset after its folder moved: a folder's name goes with it. */
export const nameAfterMove = (name: string, from: string, to: string): string =>
  name === basename(from) ? basename(to) || to : name

/** Most of the folder is the dataset, and most of the dataset is in the folder. */
const isMost = (same: number, compared: number, files: number, images: number): boolean =>
  compared > 0 && images > 0 && same * 2 >= compared && (same / compared) * files * 2 >= images

async function contentsOf(store: Store, datasetId: MovedFolder['datasetId']) {
  const known = (await store.images.known(datasetId)).filter(({ missing }) => !missing)
  return { contents: new Set(known.map(({ sha256 }) => sha256)), count: known.length }
}

const isMissing = async (folder: string): Promise<boolean> => (await folderState(folder)) === 'gone'

async function pictureFiles(
  folder: string,
  signal: AbortSignal | undefined,
  onFound: (count: number) => void,
): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = []
  for await (const event of walk(folder, { signal })) {
    if (signal?.aborted === true) break
    if (event.kind !== 'file' || !hasImageExtension(event.file.relativePath)) continue
    files.push(event.file)
    onFound(files.length)
  }
  return files
}

/** At most `count` of them, at equal steps. */
function spread<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!)
}

function withinBudget(files: readonly FoundFile[]): readonly FoundFile[] {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes <= comparedBytes) return files
  return spread(files, Math.max(sampledFiles, Math.floor((files.length * comparedBytes) / bytes)))
}

/** SHA-256 of each file, empty where it cannot be read; of fewer where it was cancelled. */
async function hashAll(
  folder: string,
  files: readonly FoundFile[],
  { signal, onProgress = () => {} }: RecognitionOptions,
): Promise<readonly string[]> {
  const hashes: string[] = []
  for (let start = 0; start < files.length; start += filesAtOnce) {
    if (signal?.aborted === true) break
    onProgress(start, files.length)
    const slice = files.slice(start, start + filesAtOnce)
    hashes.push(
      ...(await Promise.all(
        slice.map(({ relativePath }) => hashOf(join(folder, relativePath), signal)),
      )),
    )
  }
  onProgress(hashes.length, files.length)
  return hashes
}

async function hashOf(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256')
  try {
    const { handle } = await openRegular(file)
    await pipeline(handle.createReadStream(), hash, signal === undefined ? {} : { signal })
    return hash.digest('hex')
  } catch {
    return ''
  }
}
