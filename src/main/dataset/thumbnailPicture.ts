import sharp from 'sharp'
import { type OpenedPicture, thumbnailPx } from './openPicture'
import { onGround, type RawPixels, renderPixels } from './rawPixels'

/** A picture at the size of a thumbnail, on its ground. */
export async function thumbnailPixels({
  picture,
  ground,
  small,
}: Pick<OpenedPicture, 'picture' | 'ground' | 'small'>): Promise<RawPixels> {
  return onGround(small ?? (await renderPixels(picture, thumbnailPx)), ground)
}

/** As WebP: the bytes that a thumbnail's file has, and that networks see. */
export function encodeThumbnail({ data, widthPx, heightPx, channels }: RawPixels): Promise<Buffer> {
  return sharp(data, {
    raw: { width: widthPx, height: heightPx, channels: channels === 1 ? 1 : 3 },
  })
    .webp({ quality: 80, effort: 0 })
    .toBuffer()
}
