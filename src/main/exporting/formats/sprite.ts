import sharp from 'sharp'
import type { EmbeddingRows } from '../embeddingRows'
import type { ExportPart, FormatInput } from './format'

/** Largest side of a sheet that the Projector shows. */
const mostSheetPx = 8192
/** Sides of one picture, the largest that fits is taken; below the last nothing is to be seen. */
const sidesPx = [64, 48, 32, 24, 16]
/** Pictures decoded at a time. */
const atOnce = 8

interface Sprite {
  readonly sidePx: number
  /** Pictures of a row of the sheet, which is as high as it is wide. */
  readonly across: number
  readonly pictures: NonNullable<EmbeddingRows['pictures']>
}

/** How the thumbnails fit on one sheet; null where they do not, which is noted. */
export function spriteOf({ rows, note }: FormatInput): Sprite | null {
  const { pictures, count } = rows
  if (count === 0) return null
  if (pictures === undefined) {
    note({ kind: 'noPictures' })
    return null
  }
  const across = Math.ceil(Math.sqrt(count))
  const sidePx = sidesPx.find((side) => side * across <= mostSheetPx)
  if (sidePx === undefined) {
    note({ kind: 'spriteTooLarge', most: Math.floor(mostSheetPx / sidesPx.at(-1)!) ** 2 })
    return null
  }
  return { sidePx, across, pictures }
}

/** The sheet as PNG: picture i is in row floor(i / across), column i % across. */
export const spritePart = (name: string, { note }: FormatInput, sprite: Sprite): ExportPart => ({
  name,
  write: () => sheetOf(sprite, note),
})

async function* sheetOf(
  { sidePx, across, pictures }: Sprite,
  note: FormatInput['note'],
): AsyncGenerator<Uint8Array> {
  const sheetPx = sidePx * across
  const sheet = Buffer.alloc(sheetPx * sheetPx * 3, 0xff)
  let missing = 0
  const draw = async (thumbnail: Buffer | null, at: number): Promise<void> => {
    const pixels = thumbnail === null ? null : await pixelsOf(thumbnail, sidePx)
    if (pixels === null) missing += 1
    const left = (at % across) * sidePx
    const top = Math.floor(at / across) * sidePx
    for (let y = 0; y < sidePx; y += 1) {
      const place = ((top + y) * sheetPx + left) * 3
      if (pixels === null) sheet.fill(missingGrey, place, place + sidePx * 3)
      else pixels.copy(sheet, place, y * sidePx * 3, (y + 1) * sidePx * 3)
    }
  }
  let at = 0
  let drawing: Promise<void>[] = []
  for await (const thumbnail of pictures()) {
    drawing.push(draw(thumbnail, at++))
    if (drawing.length < atOnce) continue
    await Promise.all(drawing)
    drawing = []
  }
  await Promise.all(drawing)
  if (missing > 0) note({ kind: 'thumbnailsMissing', count: missing })
  const raw = { width: sheetPx, height: sheetPx, channels: 3 } as const
  yield* sharp(sheet, { raw }).png() as AsyncIterable<Uint8Array>
}

const missingGrey = 0x80

/** [side, side, 3]; null where it cannot be decoded. */
const pixelsOf = (thumbnail: Buffer, side: number): Promise<Buffer | null> =>
  sharp(thumbnail)
    .resize(side, side, { fit: 'contain', background: '#fff' })
    .flatten({ background: '#fff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer()
    .catch(() => null)
