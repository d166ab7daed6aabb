import sharp, { type Sharp } from 'sharp'
import type { PicturePixels } from '../../core/findings/pictureMeasures'
import { maximumBytes, type OpenedPicture, openPicture } from '../dataset/openPicture'
import { sniff, sniffBytes } from '../dataset/sniff'
import { encodeThumbnail, thumbnailPixels } from '../dataset/thumbnailPicture'
import { readBounded } from '../files/regularFile'

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
export const decodeSquare = (file: PictureFile, sidePx: number): Promise<Uint8Array> =>
  fromAny(file, (picture) => inSquare(picture, sidePx))

/** The picture in its own proportions, no side longer than this. */
export const decodeInside = (file: PictureFile, mostPx: number): Promise<PicturePixels> =>
  fromAny(file, (picture) => inside(picture, mostPx))

/** Reads the first of the files that can be read. */
async function fromAny<Pixels>(
  { thumbnail, original, former }: PictureFile,
  read: (picture: Sharp) => Promise<Pixels>,
): Promise<Pixels> {
  try {
    return await read(sharp(thumbnail))
  } catch {
    try {
      return await read(await originalPicture(original))
    } catch (error) {
      if (former === undefined) throw error
      return await read(sharp(former)).catch(() => {
        throw error
      })
    }
  }
}

/** A picture as an import would show it to a network: by way of its thumbnail, which is not kept. */
export async function decodeAsImported(path: string, sidePx: number): Promise<Uint8Array> {
  const thumbnail = await encodeThumbnail(await thumbnailPixels(await openFile(path)))
  try {
    return await inSquare(sharp(thumbnail), sidePx)
  } catch {
    // One so narrow that nothing of it is left at that side.
    return inSquare(await originalPicture(path), sidePx)
  }
}

async function openFile(path: string): Promise<OpenedPicture> {
  const bytes = await readBounded(path, maximumBytes)
  const sniffed = sniff(bytes.subarray(0, sniffBytes))
  if (sniffed.kind !== 'image') throw new Error(`not a picture: ${path}`)
  return openPicture(bytes, sniffed.format)
}

/** The picture itself, as its thumbnail would show it. */
async function originalPicture(path: string): Promise<Sharp> {
  const { picture, ground } = await openFile(path)
  return picture.flatten({ background: { r: ground, g: ground, b: ground } })
}

async function inside(picture: Sharp, mostPx: number): Promise<PicturePixels> {
  const { data, info } = await picture
    .resize(mostPx, mostPx, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  if (info.channels !== 3) throw new Error('not three channels')
  return { data, widthPx: info.width, heightPx: info.height }
}

/** Placed by hand: the white around it takes the decoder half a millisecond, the same bytes result. */
async function inSquare(picture: Sharp, sidePx: number): Promise<Uint8Array> {
  const { data, info } = await picture
    .resize(sidePx, sidePx, { fit: 'inside' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels !== 3) throw new Error('not three channels')
  if (width === sidePx && height === sidePx) return data
  const square = new Uint8Array(sidePx * sidePx * 3).fill(255)
  const [left, top] = [(sidePx - width) >> 1, (sidePx - height) >> 1]
  const lineSize = width * 3
  for (let y = 0; y < height; y++) {
    const line = data.subarray(y * lineSize, (y + 1) * lineSize)
    square.set(line, ((top + y) * sidePx + left) * 3)
  }
  return square
}
