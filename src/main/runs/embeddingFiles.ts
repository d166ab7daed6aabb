import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkFile, checkedSize, damaged, readChecked, writeChecked } from '../files/checkedFiles'
import { requireFinite } from '../files/finite'

/** Embeddings of a run as they lie in its folder; row i belongs to image ids[i]. */
export interface StoredEmbeddings {
  readonly ids: Uint32Array
  /** [ids.length, embeddingSize] */
  readonly embeddings: Float32Array
  readonly embeddingSize: number
  /** Of each image when the run trained, by the labels it had then: 0 none, 1 training, 2 test. */
  readonly splits: Uint8Array
}

/** Images of a run, at most: far more than can be trained. */
const mostImages = 2 ** 27
/** Numbers of one embedding, at most: those of features of all layers are fewer. */
const mostNumbers = 2 ** 16

const bytesOf = (array: Float32Array | Uint32Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const files = { embeddings: 'embeddings.f32', ids: 'ids.u32', splits: 'splits.u8' }

/**
 * Writes embeddings.f32, ids.u32 and splits.u8 (little endian) with their checksums; all are on the
 * disk when this returns.
 * @throws AppError trainingDiverged where a number is not finite; then nothing is written
 */
export async function saveEmbeddings(folder: string, stored: StoredEmbeddings): Promise<void> {
  requireFinite('The embeddings', stored.embeddings)
  await mkdir(folder, { recursive: true })
  await writeChecked(folder, {
    [files.embeddings]: bytesOf(stored.embeddings),
    [files.splits]: stored.splits,
    [files.ids]: bytesOf(stored.ids),
  })
}

/**
 * What each image of a run was used for when it trained, without its embeddings.
 * @throws AppError embeddingsDamaged; the system's error where the files are not there
 */
export async function loadSplits(
  folder: string,
): Promise<Pick<StoredEmbeddings, 'ids' | 'splits'>> {
  const ids = await readChecked(folder, files.ids, 4 * mostImages)
  const splits = await readChecked(folder, files.splits, mostImages)
  if (ids.length !== 4 * splits.length) throw damaged(folder, files.ids)
  return { ids: new Uint32Array(ids.buffer), splits }
}

/** @throws AppError embeddingsDamaged; the system's error where the files are not there */
export async function loadEmbeddings(folder: string): Promise<StoredEmbeddings> {
  const { ids, splits } = await loadSplits(folder)
  const bytes = await readChecked(folder, files.embeddings, 4 * ids.length * mostNumbers)
  const embeddingSize = sizeOf(folder, bytes.length, ids.length)
  return { ids, embeddings: new Float32Array(bytes.buffer), embeddingSize, splits }
}

/** The images of a run's embeddings, which stay in their file: see {@link checkEmbeddings}. */
export async function openEmbeddings(
  folder: string,
): Promise<Omit<StoredEmbeddings, 'embeddings'> & { readonly file: string }> {
  const { ids, splits } = await loadSplits(folder)
  const bytes = await checkedSize(folder, files.embeddings)
  const embeddingSize = sizeOf(folder, bytes, ids.length)
  return { ids, splits, embeddingSize, file: join(folder, files.embeddings) }
}

/** Reads the embeddings once through. @throws AppError embeddingsDamaged */
export const checkEmbeddings = (folder: string): Promise<void> =>
  checkFile(folder, files.embeddings)

/** Dimension of embeddings whose file has these bytes. */
function sizeOf(folder: string, bytes: number, rows: number): number {
  const size = rows === 0 ? 0 : bytes / (4 * rows)
  if (!Number.isInteger(size) || (rows === 0) !== (bytes === 0) || (rows > 0 && size === 0)) {
    throw damaged(folder, files.embeddings)
  }
  return size
}
