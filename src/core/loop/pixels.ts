import { type AugmentationPolicy, augmentationPolicies } from '../../shared/model/augmentation'
import { changePicture } from '../augmentation/changePicture'
import { drawChange } from '../augmentation/pictureChange'
import type { InputSource } from '../inputSource'

/** Square RGB pictures kept as bytes, read as numbers from 0 to 1, [side, side, 3] a row. */
export function pixelSource(
  pixels: Uint8Array,
  sidePx: number,
  policy: AugmentationPolicy = augmentationPolicies.shift,
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
        else changePicture(picture, sidePx, drawChange(policy, sidePx, augmentation), out)
      }
    },
  }
}

function copyScaled(from: Uint8Array, to: Float32Array): void {
  for (let k = 0; k < from.length; k++) to[k] = from[k]! / 255
}
