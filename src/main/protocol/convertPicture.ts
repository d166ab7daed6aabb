import sharp, { type Sharp } from 'sharp'
import { decodeBitmap, readBitmapHeader } from '../dataset/bitmap'
import { maximumPixels } from '../dataset/readPicture'
import { sniff, sniffBytes } from '../dataset/sniff'

/**
 * Any picture of a format that is imported, upright, in sRGB on white, at most `maximumPx` a side,
 * as WebP. Recognised by its contents, so that a file that was exchanged since its import (for an
 * SVG, say) is refused.
 * @throws where the bytes are no such picture, or too large a one
 */
export async function convertPicture(bytes: Buffer, maximumPx: number): Promise<Uint8Array> {
  return openPicture(bytes)
    .resize(maximumPx, maximumPx, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .webp({ quality: 90, effort: 1 })
    .toBuffer()
}

/** So many pixels of an original are given at most; a larger one comes smaller. */
export const maximumOriginalPixels = 50_000_000

/**
 * The picture as it is, pixel by pixel: upright, in sRGB on white, as PNG without loss. Beyond
 * {@link maximumOriginalPixels} it comes as large as that allows.
 * @throws where the bytes are no such picture, or too large a one
 */
export async function convertOriginal(bytes: Buffer): Promise<Uint8Array> {
  const { picture, widthPx, heightPx } = await measuredPicture(bytes)
  const scale = Math.sqrt(maximumOriginalPixels / (widthPx * heightPx))
  return (scale < 1 ? picture.resize(Math.floor(widthPx * scale)) : picture)
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .png({ compressionLevel: 1 })
    .toBuffer()
}

/** With its size after it was turned upright. */
async function measuredPicture(
  bytes: Buffer,
): Promise<{ picture: Sharp; widthPx: number; heightPx: number }> {
  const picture = openPicture(bytes)
  const { width, height, autoOrient } = await picture.metadata()
  return {
    picture,
    widthPx: autoOrient?.width ?? width,
    heightPx: autoOrient?.height ?? height,
  }
}

function openPicture(bytes: Buffer): Sharp {
  const sniffed = sniff(bytes.subarray(0, sniffBytes))
  if (sniffed.kind !== 'image') throw new Error('not a picture that is imported')
  if (sniffed.format !== 'bmp') {
    return sharp(bytes, { limitInputPixels: maximumPixels, failOn: 'none' }).autoOrient()
  }
  const { widthPx, heightPx } = readBitmapHeader(bytes)
  if (widthPx * heightPx > maximumPixels) throw new Error('too many pixels')
  const { pixels, channels } = decodeBitmap(bytes)
  return sharp(pixels, { raw: { width: widthPx, height: heightPx, channels } })
}
