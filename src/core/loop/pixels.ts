import type { Random } from '../math/random'
import type { InputSource } from '../inputSource'

export interface AugmentationSettings {
  /** Greatest shift in each direction, as a share of the side. */
  readonly shift: number
  /** Mirrors left and right with probability 1/2: wrong for letters and arrows, so off by default. */
  readonly flip: boolean
  /** Greatest change of brightness and of contrast, as a share. */
  readonly light: number
}

const lightAugmentation: AugmentationSettings = { shift: 0.0625, flip: false, light: 0.1 }

/**
 * Square RGB pictures kept as bytes, read as numbers from 0 to 1, [side, side, 3] a row. Shifting
 * repeats the edge, so that no border of another colour comes in.
 */
export function pixelSource(
  pixels: Uint8Array,
  sidePx: number,
  settings: AugmentationSettings = lightAugmentation,
): InputSource {
  const rowSize = sidePx * sidePx * 3
  return {
    rows: pixels.length / rowSize,
    rowSize,
    read(rows, target, augmentation) {
      for (let i = 0; i < rows.length; i++) {
        const picture = pixels.subarray(rows[i]! * rowSize, (rows[i]! + 1) * rowSize)
        const out = target.subarray(i * rowSize, (i + 1) * rowSize)
        if (augmentation === null) copyScaled(picture, out)
        else copyVaried(picture, out, sidePx, settings, augmentation)
      }
    },
  }
}

function copyScaled(from: Uint8Array, to: Float32Array): void {
  for (let k = 0; k < from.length; k++) to[k] = from[k]! / 255
}

function copyVaried(
  from: Uint8Array,
  to: Float32Array,
  side: number,
  settings: AugmentationSettings,
  random: Random,
): void {
  const reach = Math.round(settings.shift * side)
  const dx = random.integer(2 * reach + 1) - reach
  const dy = random.integer(2 * reach + 1) - reach
  const isMirrored = random.next() < 0.5 && settings.flip
  const contrast = 1 + random.uniform(-settings.light, settings.light)
  const brightness = random.uniform(-settings.light, settings.light)
  const scale = contrast / 255
  const offset = 0.5 - 0.5 * contrast + brightness
  for (let y = 0; y < side; y++) {
    const fromY = Math.min(side - 1, Math.max(0, y + dy)) * side
    for (let x = 0; x < side; x++) {
      const shifted = Math.min(side - 1, Math.max(0, x + dx))
      const source = (fromY + (isMirrored ? side - 1 - shifted : shifted)) * 3
      const at = (y * side + x) * 3
      for (let c = 0; c < 3; c++) {
        const value = from[source + c]! * scale + offset
        to[at + c] = value < 0 ? 0 : value > 1 ? 1 : value
      }
    }
  }
}
