import sharp from 'sharp'

/** Pictures with more pixels than this are not decoded. */
const maximumPixels = 100_000_000

/** Any picture, upright, in sRGB on white, at most `maximumPx` a side, as WebP. */
export async function convertPicture(bytes: Buffer, maximumPx: number): Promise<Uint8Array> {
  return sharp(bytes, { limitInputPixels: maximumPixels, failOn: 'none' })
    .rotate()
    .resize(maximumPx, maximumPx, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .webp({ quality: 90, effort: 1 })
    .toBuffer()
}
