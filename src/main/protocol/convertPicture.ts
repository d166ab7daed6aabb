import sharp, { type Sharp } from 'sharp'
import { changedBytes } from '../../core/augmentation/changePicture'
import { changeOf, type PictureVariation } from '../../core/augmentation/pictureChange'
import { type OpenedPicture, openPicture } from '../dataset/openPicture'
import { sniff, sniffBytes } from '../dataset/sniff'
import { decodeSquare } from '../features/pictures'

/**
 * Any picture of a format that is imported, upright, in sRGB on its ground (see `openPicture`), at
 * most `maximumPx` a side, as WebP. Recognised by its contents, so that a file that was exchanged
 * since its import (for an SVG, say) is refused.
 * @throws where the bytes are no such picture, or too large a one
 */
export async function convertPicture(bytes: Buffer, maximumPx: number): Promise<Uint8Array> {
  const opened = await open(bytes)
  return onItsGround(
    opened,
    opened.picture.resize(maximumPx, maximumPx, { fit: 'inside', withoutEnlargement: true }),
  )
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
  const opened = await open(bytes)
  const { picture, widthPx, heightPx } = opened
  const scale = Math.sqrt(maximumOriginalPixels / (widthPx * heightPx))
  return onItsGround(opened, scale < 1 ? picture.resize(Math.floor(widthPx * scale)) : picture)
    .png({ compressionLevel: 1 })
    .toBuffer()
}

/** A version of a picture as training sees it, from its thumbnail, as PNG; null without one. */
export async function convertVaried(
  thumbnail: string,
  sha256: string,
  sidePx: number,
  variation: PictureVariation,
): Promise<Uint8Array | null> {
  const pixels = await decodeSquare({ thumbnail, original: thumbnail }, sidePx).catch(() => null)
  if (pixels === null) return null
  const changed = changedBytes(pixels, sidePx, changeOf(variation, sha256, sidePx))
  return sharp(changed, { raw: { width: sidePx, height: sidePx, channels: 3 } })
    .png({ compressionLevel: 1 })
    .toBuffer()
}

function onItsGround({ ground }: OpenedPicture, picture: Sharp): Sharp {
  return picture.flatten({ background: { r: ground, g: ground, b: ground } }).toColourspace('srgb')
}

function open(bytes: Buffer): Promise<OpenedPicture> {
  const sniffed = sniff(bytes.subarray(0, sniffBytes))
  if (sniffed.kind !== 'image') throw new Error('not a picture that is imported')
  return openPicture(bytes, sniffed.format, { isStrict: false })
}
