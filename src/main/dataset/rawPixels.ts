import type { Sharp } from 'sharp'

/** Upright pixels in sRGB, rows from the top. */
export interface RawPixels {
  readonly data: Uint8Array
  readonly widthPx: number
  readonly heightPx: number
  /** 1 grey, 2 grey and opacity, 3 RGB, 4 RGB and opacity. */
  readonly channels: number
}

/** At most `maximumPx` a side. */
export async function renderPixels(picture: Sharp, maximumPx: number): Promise<RawPixels> {
  const { data, info } = await picture
    .clone()
    .resize(maximumPx, maximumPx, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return { data, widthPx: info.width, heightPx: info.height, channels: info.channels }
}

const hasOpacity = ({ channels }: RawPixels): boolean => channels % 2 === 0

/** The pixels as they look on a ground of one grey, without opacity. */
export function onGround(pixels: RawPixels, grey: number): RawPixels {
  if (!hasOpacity(pixels)) return pixels
  const { data, channels, ...size } = pixels
  const colors = channels - 1
  const laid = new Uint8Array((data.length / channels) * colors)
  for (let from = 0, to = 0; from < data.length; from += channels) {
    const opacity = data[from + colors]!
    for (let channel = 0; channel < colors; channel += 1, to += 1) {
      laid[to] = Math.round((data[from + channel]! * opacity + grey * (255 - opacity)) / 255)
    }
  }
  return { ...size, data: laid, channels: colors }
}

/** Greatest difference within a channel, 0 to 255. */
export function contrastOf({ data, channels }: RawPixels): number {
  let greatest = 0
  for (let channel = 0; channel < channels; channel += 1) {
    let low = 255
    let high = 0
    for (let at = channel; at < data.length; at += channels) {
      const value = data[at]!
      if (value < low) low = value
      if (value > high) high = value
    }
    greatest = Math.max(greatest, high - low)
  }
  return greatest
}

/** Less than this is one colour, with the noise that a lossy format leaves in it. */
export const leastContrast = 5
/** What stands out by less than this on white can hardly be seen. */
const leastSeen = 24

const white = 255
const black = 0

/** White, or black where what is drawn would vanish on white and stands out on black. */
export function groundOf(pixels: RawPixels): number {
  if (!hasOpacity(pixels)) return white
  const onWhite = contrastOf(onGround(pixels, white))
  if (onWhite >= leastSeen) return white
  const onBlack = contrastOf(onGround(pixels, black))
  return onBlack >= leastSeen && onBlack > onWhite ? black : white
}
