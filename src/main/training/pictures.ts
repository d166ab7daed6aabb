import sharp from 'sharp'

/** Where the pixels of an image may be read from: the thumbnail, or else the file itself. */
export interface PictureFile {
  readonly thumbnail: string
  readonly original: string
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
  try {
    return await decode(file.thumbnail, sidePx)
  } catch {
    return await decode(file.original, sidePx)
  }
}

async function decode(path: string, sidePx: number): Promise<Uint8Array> {
  const buffer = await sharp(path)
    .rotate()
    .flatten({ background: '#ffffff' })
    .resize(sidePx, sidePx, { fit: 'contain', background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer()
  if (buffer.length !== sidePx * sidePx * 3) throw new Error(`not three channels: ${path}`)
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

/**
 * Decodes pictures in batches; the next ones are decoded while the caller works on one. A picture
 * that cannot be read is named and left out.
 */
export async function* decodeInBatches(
  files: readonly PictureFile[],
  sidePx: number,
  batchSize: number,
  ahead = 3,
): AsyncGenerator<PictureBatch, void, undefined> {
  const pending: Promise<PictureBatch>[] = []
  let next = 0
  const start = () => {
    if (next >= files.length) return
    const from = next
    next = Math.min(files.length, next + batchSize)
    const batch = decodeBatch(files, from, next, sidePx)
    // Awaited later, in order; a failure must not count as unhandled until then.
    batch.catch(() => {})
    pending.push(batch)
  }
  for (let i = 0; i < ahead; i++) start()
  while (pending.length > 0) {
    const batch = await pending.shift()!
    start()
    yield batch
  }
}

async function decodeBatch(
  files: readonly PictureFile[],
  from: number,
  to: number,
  sidePx: number,
): Promise<PictureBatch> {
  const settled = await Promise.allSettled(
    files.slice(from, to).map((file) => decodeSquare(file, sidePx)),
  )
  const indices: number[] = []
  const failed: { index: number; reason: string }[] = []
  const size = sidePx * sidePx * 3
  const pixels = new Uint8Array(settled.length * size)
  settled.forEach((result, i) => {
    if (result.status === 'fulfilled') {
      pixels.set(result.value, indices.length * size)
      indices.push(from + i)
    } else {
      const { reason } = result
      failed.push({
        index: from + i,
        reason: reason instanceof Error ? reason.message : String(reason),
      })
    }
  })
  return { indices, pixels: pixels.subarray(0, indices.length * size), failed }
}
