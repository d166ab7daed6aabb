import sharp, { type Sharp } from 'sharp'
import { changedBytes } from '../../core/augmentation/changePicture'
import { changeOf, type PictureVariation } from '../../core/augmentation/pictureChange'
import { openPicture } from '../dataset/openPicture'
import { maximumBytes } from '../dataset/readPicture'
import { sniff, sniffBytes } from '../dataset/sniff'
import { readBounded } from '../files/regularFile'
import { aborted, unlessAborted } from '../jobs/unlessAborted'

/** Where the pixels of an image may be read from, in this order. */
export interface PictureFile {
  readonly thumbnail: string
  readonly original: string
  /** A thumbnail of an earlier version, where the picture itself is gone. */
  readonly former?: string
}

/** The images of a job; row i is one image everywhere in the job and in its results. */
export interface JobImages {
  readonly ids: Uint32Array
  readonly sha256: readonly string[]
  readonly files: readonly PictureFile[]
}

// Decoding already runs beside the network; libvips' own threads would only get in each other's way.
sharp.concurrency(1)
sharp.cache(false)

/**
 * The whole picture in a square: proportions are kept and the rest is white, so that nothing at
 * the edge is lost.
 * @returns [sidePx, sidePx, 3] bytes
 */
export async function decodeSquare(file: PictureFile, sidePx: number): Promise<Uint8Array> {
  const { thumbnail, original, former } = file
  try {
    return await inSquare(sharp(thumbnail), sidePx)
  } catch {
    try {
      return await inSquare(await originalPicture(original), sidePx)
    } catch (error) {
      if (former === undefined) throw error
      return await inSquare(sharp(former), sidePx).catch(() => {
        throw error
      })
    }
  }
}

/** The picture itself, as its thumbnail would show it. */
async function originalPicture(path: string): Promise<Sharp> {
  const bytes = await readBounded(path, maximumBytes)
  const sniffed = sniff(bytes.subarray(0, sniffBytes))
  if (sniffed.kind !== 'image') throw new Error(`not a picture: ${path}`)
  const { picture, ground } = await openPicture(bytes, sniffed.format)
  return picture.flatten({ background: { r: ground, g: ground, b: ground } })
}

async function inSquare(picture: Sharp, sidePx: number): Promise<Uint8Array> {
  const buffer = await picture
    .resize(sidePx, sidePx, { fit: 'contain', background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer()
  if (buffer.length !== sidePx * sidePx * 3) throw new Error('not three channels')
  return buffer
}

export interface PictureBatch {
  /** Positions in the list that was given, of the pictures that could be read. */
  readonly indices: readonly number[]
  /** [indices.length, sidePx, sidePx, 3] */
  readonly pixels: Uint8Array
  /** Positions of those that could not be read, with what the decoder said. */
  readonly failed: readonly { readonly index: number; readonly reason: string }[]
}

/** How pictures are read otherwise than as they are. */
export interface VariedReading {
  readonly variation: PictureVariation
  /** Hashes of the contents of the files, in their order. */
  readonly sha256: readonly string[]
}

/** Batches that are decoded while the caller works on one. */
const ahead = 3
/** Pictures of a batch at a time, so that few are on their way where it is given up. */
const usualLanes = 4

/**
 * Decodes pictures in batches; the next ones are decoded while the caller works on one. A picture
 * that cannot be read is named and left out. As soon as the signal is aborted there are no more.
 * Varied ones are the same whatever the batches and however many are read at a time.
 */
export async function* decodeInBatches(
  files: readonly PictureFile[],
  sidePx: number,
  batchSize: number,
  {
    signal,
    varied = null,
    lanes = usualLanes,
  }: {
    readonly signal?: AbortSignal
    readonly varied?: VariedReading | null
    readonly lanes?: number
  } = {},
): AsyncGenerator<PictureBatch, void, undefined> {
  const pending: Promise<PictureBatch>[] = []
  let next = 0
  const start = () => {
    if (next >= files.length) return
    const from = next
    next = Math.min(files.length, next + batchSize)
    const decode = async (file: PictureFile, place: number): Promise<Uint8Array> => {
      const picture = await decodeSquare(file, sidePx)
      if (varied === null) return picture
      const change = changeOf(varied.variation, varied.sha256[from + place]!, sidePx)
      return changedBytes(picture, sidePx, change)
    }
    const part = { files: files.slice(from, next), from, sidePx, lanes, signal }
    const batch = decodeBatch(part, decode)
    // Awaited later, in order; a failure must not count as unhandled until then.
    batch.catch(() => {})
    pending.push(batch)
  }
  for (let i = 0; i < ahead; i++) start()
  while (pending.length > 0) {
    const batch = await unlessAborted(pending.shift()!, signal)
    if (batch === aborted) return
    start()
    yield batch
  }
}

async function decodeBatch(
  {
    files,
    from,
    sidePx,
    lanes,
    signal,
  }: {
    readonly files: readonly PictureFile[]
    /** Place of the first in the list that was given. */
    readonly from: number
    readonly sidePx: number
    readonly lanes: number
    readonly signal: AbortSignal | undefined
  },
  decode: (file: PictureFile, place: number) => Promise<Uint8Array>,
): Promise<PictureBatch> {
  const settled: PromiseSettledResult<Uint8Array>[] = []
  const waiting = files.entries()
  const lane = async (): Promise<void> => {
    for (const [place, file] of waiting) {
      signal?.throwIfAborted()
      ;[settled[place]] = await Promise.allSettled([decode(file, place)])
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  const indices: number[] = []
  const failed: { index: number; reason: string }[] = []
  const size = sidePx * sidePx * 3
  const pixels = new Uint8Array(settled.length * size)
  settled.forEach((result, i) => {
    if (result.status === 'fulfilled') {
      pixels.set(result.value, indices.length * size)
      indices.push(from + i)
    } else {
      const reason: unknown = result.reason
      failed.push({
        index: from + i,
        reason: reason instanceof Error ? reason.message : String(reason),
      })
    }
  })
  return { indices, pixels: pixels.subarray(0, indices.length * size), failed }
}
