import type { PictureChange } from './pictureChange'

/**
 * One version of a picture.
 * @param picture [sidePx, sidePx, 3], 0 to 255
 * @param target gets the version, [sidePx, sidePx, 3], 0 to 1
 */
export function changePicture(
  picture: Uint8Array,
  sidePx: number,
  change: PictureChange,
  target: Float32Array,
): void {
  if (change.zoom === 1 && change.angle === 0) shift(picture, sidePx, change, target)
  else project(picture, sidePx, change, target)
  if (change.blurPx > 0) blur(target, sidePx, change.blurPx)
  if (change.saturation !== 1 || change.hue !== 0) turnColours(target, change)
  light(target, change)
  if (change.erased !== null) erase(target, sidePx, change.erased)
}

/** The same as bytes, rounded. */
export function changedBytes(
  picture: Uint8Array,
  sidePx: number,
  change: PictureChange,
): Uint8Array {
  const target = new Float32Array(picture.length)
  changePicture(picture, sidePx, change, target)
  return Uint8Array.from(target, (value) => Math.round(255 * value))
}

/** Moves and mirrors by whole pixels; the edge is repeated, so that no other colour comes in. */
function shift(
  from: Uint8Array,
  side: number,
  { shiftX, shiftY, isMirrored }: PictureChange,
  to: Float32Array,
): void {
  for (let y = 0; y < side; y++) {
    const row = Math.min(side - 1, Math.max(0, y + shiftY)) * side
    for (let x = 0; x < side; x++) {
      const shifted = Math.min(side - 1, Math.max(0, x + shiftX))
      const source = (row + (isMirrored ? side - 1 - shifted : shifted)) * 3
      const at = (y * side + x) * 3
      to[at] = from[source]!
      to[at + 1] = from[source + 1]!
      to[at + 2] = from[source + 2]!
    }
  }
}

/** The same with a turn and another size, between pixels by the four around (bilinear). */
function project(
  from: Uint8Array,
  side: number,
  { shiftX, shiftY, zoom, centreX, centreY, angle, isMirrored }: PictureChange,
  to: Float32Array,
): void {
  const middle = (side - 1) / 2
  const cos = zoom * Math.cos(angle)
  const sin = zoom * Math.sin(angle)
  const last = side - 1
  for (let y = 0, at = 0; y < side; y++) {
    const down = y + shiftY - middle
    for (let x = 0; x < side; x++, at += 3) {
      const across = x + shiftX - middle
      let u = middle + centreX + cos * across - sin * down
      let v = middle + centreY + sin * across + cos * down
      u = u < 0 ? 0 : u > last ? last : u
      v = v < 0 ? 0 : v > last ? last : v
      if (isMirrored) u = last - u
      const left = Math.floor(u)
      const top = Math.floor(v)
      const toRight = u - left
      const toBottom = v - top
      const above = (top * side + left) * 3
      const right = left < last ? 3 : 0
      const below = above + (top < last ? side * 3 : 0)
      const weightAbove = 1 - toBottom
      const weightLeft = 1 - toRight
      for (let c = 0; c < 3; c++) {
        to[at + c] =
          weightAbove * (weightLeft * from[above + c]! + toRight * from[above + right + c]!) +
          toBottom * (weightLeft * from[below + c]! + toRight * from[below + right + c]!)
      }
    }
  }
}

/** A Gaussian, along rows and then along columns; the edge is repeated. */
function blur(pixels: Float32Array, side: number, deviation: number): void {
  const reach = Math.ceil(3 * deviation)
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, i) =>
    Math.exp(-((i - reach) ** 2) / (2 * deviation ** 2)),
  )
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const line = new Float64Array(side * 3)
  const along = (start: number, step: number) => {
    for (let i = 0; i < side; i++) {
      for (let c = 0; c < 3; c++) line[i * 3 + c] = pixels[start + i * step + c]!
    }
    for (let i = 0; i < side; i++) {
      for (let c = 0; c < 3; c++) {
        let value = 0
        for (let k = -reach; k <= reach; k++) {
          const near = Math.min(side - 1, Math.max(0, i + k))
          value += weights[k + reach]! * line[near * 3 + c]!
        }
        pixels[start + i * step + c] = value / sum
      }
    }
  }
  for (let i = 0; i < side; i++) along(i * side * 3, 3)
  for (let i = 0; i < side; i++) along(i * 3, side * 3)
}

/** How bright each colour is (ITU-R BT.601). */
const luma = [0.299, 0.587, 0.114] as const

/** Turns hues and scales saturation in the plane of colours that are equally bright. */
function turnColours(pixels: Float32Array, { saturation, hue }: PictureChange): void {
  const cos = saturation * Math.cos(hue)
  const sin = (saturation * Math.sin(hue)) / Math.sqrt(3)
  for (let at = 0; at < pixels.length; at += 3) {
    const red = pixels[at]!
    const green = pixels[at + 1]!
    const blue = pixels[at + 2]!
    const grey = luma[0] * red + luma[1] * green + luma[2] * blue
    // What lies from grey, and the same turned by a right angle about the axis of greys.
    const turnedRed = sin * (blue - green)
    const turnedGreen = sin * (red - blue)
    const turnedBlue = sin * (green - red)
    const drift = luma[0] * turnedRed + luma[1] * turnedGreen + luma[2] * turnedBlue
    pixels[at] = grey + cos * (red - grey) + turnedRed - drift
    pixels[at + 1] = grey + cos * (green - grey) + turnedGreen - drift
    pixels[at + 2] = grey + cos * (blue - grey) + turnedBlue - drift
  }
}

/** Contrast about the middle grey, brightness, and the range from 0 to 1. */
function light(pixels: Float32Array, { contrast, brightness }: PictureChange): void {
  const scale = contrast / 255
  const offset = 0.5 - 0.5 * contrast + brightness
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]! * scale + offset
    pixels[at] = value < 0 ? 0 : value > 1 ? 1 : value
  }
}

/** A box in the picture's mean colour. */
function erase(
  pixels: Float32Array,
  side: number,
  { left, top, width, height }: NonNullable<PictureChange['erased']>,
): void {
  const mean = [0, 0, 0]
  for (let at = 0; at < pixels.length; at += 3) {
    for (let c = 0; c < 3; c++) mean[c]! += pixels[at + c]! / (side * side)
  }
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) pixels.set(mean, (y * side + x) * 3)
  }
}
