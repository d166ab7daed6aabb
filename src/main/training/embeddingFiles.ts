import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegular, readBounded } from '../files/regularFile'

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

const bytesOf = (array: Float32Array | Uint32Array | Uint8Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

/** Writes embeddings.f32, ids.u32 and splits.u8 (little endian); the ids come last, atomically. */
export async function saveEmbeddings(folder: string, stored: StoredEmbeddings): Promise<void> {
  await mkdir(folder, { recursive: true })
  await replace(join(folder, 'embeddings.f32'), bytesOf(stored.embeddings))
  await replace(join(folder, 'splits.u8'), stored.splits)
  await replace(join(folder, 'ids.u32'), bytesOf(stored.ids))
}

/**
 * What each image of a run was used for when it trained, without its embeddings.
 * @throws the system's error where the files are not there
 */
export async function loadSplits(
  folder: string,
): Promise<Pick<StoredEmbeddings, 'ids' | 'splits'>> {
  const ids = await readBounded(join(folder, 'ids.u32'), 4 * mostImages)
  const splits = await readBounded(join(folder, 'splits.u8'), mostImages)
  return {
    ids: new Uint32Array(Uint8Array.from(ids).buffer),
    splits: Uint8Array.from(splits),
  }
}

/** @throws the system's error where the files are not there */
export async function loadEmbeddings(folder: string): Promise<StoredEmbeddings> {
  const { ids, splits } = await loadSplits(folder)
  const embeddings = await readNumbers(join(folder, 'embeddings.f32'))
  const rows = ids.length
  return { ids, embeddings, embeddingSize: rows === 0 ? 0 : embeddings.length / rows, splits }
}

/** A file of float32, read into the array that is given back: it may be large. */
async function readNumbers(path: string): Promise<Float32Array> {
  const { handle: file, size } = await openRegular(path)
  try {
    const numbers = new Float32Array(Math.floor(size / 4))
    const bytes = new Uint8Array(numbers.buffer)
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await file.read(
        bytes,
        done,
        Math.min(2 ** 26, bytes.length - done),
        done,
      )
      if (bytesRead === 0) throw new Error(`${path} became shorter while it was read`)
      done += bytesRead
    }
    return numbers
  } finally {
    await file.close()
  }
}

async function replace(file: string, content: Uint8Array): Promise<void> {
  await writeFile(`${file}.new`, content)
  await rename(`${file}.new`, file)
}
