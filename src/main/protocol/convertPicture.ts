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
