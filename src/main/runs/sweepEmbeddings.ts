import { errnoOf } from '../../shared/errors'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Matrix, createMatrix } from '../../core/math/matrix'
import type { BaselineName } from '../../core/recipes/measureBaselines'
import { damaged, readChecked, writeChecked } from '../files/checkedFiles'
import { requireFinite } from '../files/finite'

/** Images of a sweep in the order of training, as they were then. */
export interface SweepImages {
  readonly ids: Uint32Array
  /** Id of the label of each; 0 without one or excluded. */
  readonly labelIds: Uint32Array
  /** 0 not used, 1 training, 2 test. */
  readonly splits: Uint8Array
}

/** Bytes of the embeddings of one sweep, at most: those of later runs are not kept. */
const mostEmbeddingBytes = 2 ** 30

const files = { ids: 'ids.u32', labels: 'labels.u32', splits: 'splits.u8', tested: 'tested.u32' }
const embeddingFile = (name: string): string => `${name}.f32`

/** Where a sweep keeps the embeddings of what was trained on the same images, labels and split. */
export const embeddingsFolder = (sweepFolder: string, material: string): string =>
  join(sweepFolder, 'embeddings', material)

/** The name that the embeddings of a baseline are kept by. */
export const baselineKey = (baselinesKey: string, name: BaselineName): string =>
  `${baselinesKey}-${name}`

const bytesOf = (array: Float32Array | Uint32Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** Written at every start: the same images may have other ids in another database. */
export async function saveSweepImages(folder: string, images: SweepImages): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeChecked(folder, {
    [files.labels]: bytesOf(images.labelIds),
    [files.splits]: images.splits,
    [files.ids]: bytesOf(images.ids),
  })
}

/**
 * @throws AppError embeddingsDamaged; the system's error where there are none, as in sweeps of
 *   earlier versions
 */
export async function loadSweepImages(folder: string): Promise<SweepImages> {
  const ids = await readNumbers(folder, files.ids)
  const labelIds = await readNumbers(folder, files.labels)
  const splits = await readChecked(folder, files.splits, mostEmbeddingBytes)
  if (labelIds.length !== ids.length || splits.length !== ids.length)
    throw damaged(folder, files.ids)
  return { ids, labelIds, splits }
}

/** Places among the images of those that are embedded, ascending. */
export const loadTested = (folder: string): Promise<Uint32Array> =>
  readNumbers(folder, files.tested)

/**
 * Says which images are embedded. Embeddings of others, from a start at which some could not be
 * read, go.
 */
export async function saveTested(folder: string, tested: Uint32Array): Promise<void> {
  await mkdir(folder, { recursive: true })
  const known = await loadTested(folder).catch(() => null)
  if (known?.join() === tested.join()) return
  for (const name of await readdir(folder)) {
    if (name.endsWith(embeddingFile(''))) await rm(join(folder, name))
  }
  await writeChecked(folder, { [files.tested]: bytesOf(tested) })
}

/**
 * Keeps embeddings of the tested images under a name, unless the sweep has too many: embeddings of
 * other images go first, then nothing more is kept.
 * @param embeddings [tested, d]
 * @returns whether they were kept
 * @throws AppError trainingDiverged where a number is not finite
 */
export async function saveTestEmbeddings(
  folder: string,
  name: string,
  { data }: Matrix,
  mostBytes = mostEmbeddingBytes,
): Promise<boolean> {
  requireFinite('The embeddings', data)
  const of = dirname(folder)
  if ((await embeddingBytes(of)) + data.byteLength > mostBytes) {
    for (const other of await readdir(of)) {
      if (other !== basename(folder)) await rm(join(of, other), { recursive: true })
    }
    if ((await embeddingBytes(of)) + data.byteLength > mostBytes) return false
  }
  await writeChecked(folder, { [embeddingFile(name)]: bytesOf(data) })
  return true
}

/**
 * @param tested how many images are embedded
 * @returns [tested, d]; null where they were not kept
 * @throws AppError embeddingsDamaged
 */
export async function loadTestEmbeddings(
  folder: string,
  name: string,
  tested: number,
): Promise<Matrix | null> {
  const file = embeddingFile(name)
  const bytes = await readChecked(folder, file, mostEmbeddingBytes).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return null
    throw error
  })
  if (bytes === null || tested === 0) return null
  if (bytes.length === 0 || bytes.length % (4 * tested) !== 0) throw damaged(folder, file)
  const data = new Float32Array(bytes.buffer)
  return createMatrix(tested, data.length / tested, data)
}

/** Bytes of the embeddings below a folder; 0 where there is none. */
export async function embeddingBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const sizes = await Promise.all(
    names
      .filter((name) => name.endsWith(embeddingFile('')))
      .map((name) => stat(join(folder, name)).then(({ size }) => size)),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function readNumbers(folder: string, name: string): Promise<Uint32Array> {
  const bytes = await readChecked(folder, name, mostEmbeddingBytes)
  if (bytes.length % 4 !== 0) throw damaged(folder, name)
  return new Uint32Array(bytes.buffer)
}
