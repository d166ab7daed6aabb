import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createMatrix, type Matrix } from '../../core/math/matrix'
import { readBounded } from '../files/regularFile'

/** Images of a sweep in the order of training, as they were then. */
export interface SweepImages {
  readonly ids: Uint32Array
  /** Id of the label of each; 0 without one or excluded. */
  readonly labelIds: Uint32Array
  /** 0 not used, 1 training, 2 test. */
  readonly splits: Uint8Array
}

/** What is embedded once a sweep. */
export const baselineNames = ['frozen', 'closedForm', 'untrained'] as const
export type BaselineName = (typeof baselineNames)[number]

/** Bytes of the embeddings of one sweep, at most: those of later runs are not kept. */
export const mostEmbeddingBytes = 2 ** 30

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
  await replace(join(folder, files.labels), bytesOf(images.labelIds))
  await replace(join(folder, files.splits), images.splits)
  await replace(join(folder, files.ids), bytesOf(images.ids))
}

/** @throws the system's error where there are none, as in sweeps of earlier versions */
export async function loadSweepImages(folder: string): Promise<SweepImages> {
  return {
    ids: await readNumbers(join(folder, files.ids)),
    labelIds: await readNumbers(join(folder, files.labels)),
    splits: Uint8Array.from(await readBounded(join(folder, files.splits), mostEmbeddingBytes)),
  }
}

/** Places among the images of those that are embedded, ascending. */
export const loadTested = (folder: string): Promise<Uint32Array> =>
  readNumbers(join(folder, files.tested))

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
  await replace(join(folder, files.tested), bytesOf(tested))
}

/**
 * Keeps embeddings of the tested images under a name, unless the sweep has too many: embeddings of
 * other images go first, then nothing more is kept.
 * @param embeddings [tested, d]
 * @returns whether they were kept
 */
export async function saveTestEmbeddings(
  folder: string,
  name: string,
  { data }: Matrix,
  mostBytes = mostEmbeddingBytes,
): Promise<boolean> {
  const of = dirname(folder)
  if ((await embeddingBytes(of)) + data.byteLength > mostBytes) {
    for (const other of await readdir(of)) {
      if (other !== basename(folder)) await rm(join(of, other), { recursive: true })
    }
    if ((await embeddingBytes(of)) + data.byteLength > mostBytes) return false
  }
  await replace(join(folder, embeddingFile(name)), bytesOf(data))
  return true
}

/**
 * @param tested how many images are embedded
 * @returns [tested, d]; null where they were not kept, or are torn
 */
export async function loadTestEmbeddings(
  folder: string,
  name: string,
  tested: number,
): Promise<Matrix | null> {
  const bytes = await readBounded(join(folder, embeddingFile(name)), mostEmbeddingBytes).catch(
    () => null,
  )
  if (bytes === null || tested === 0 || bytes.length % (4 * tested) !== 0) return null
  const data = new Float32Array(bytes.length / 4)
  new Uint8Array(data.buffer).set(bytes)
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

async function readNumbers(file: string): Promise<Uint32Array> {
  return new Uint32Array(Uint8Array.from(await readBounded(file, mostEmbeddingBytes)).buffer)
}

async function replace(file: string, content: Uint8Array): Promise<void> {
  await writeFile(`${file}.new`, content)
  await rename(`${file}.new`, file)
}
