import { createRandom } from '../../src/core/math/random'
import type { StoredTensor } from './torchStateFile'

/** The output widths of the blocks of a tiny EfficientNet-Lite; the fourth keeps its width. */
export const liteWidths = [4, 6, 8, 8] as const
const liteStem = 3
const liteExpansion = 2
const liteKernel = 3

/** Its state, as the PyTorch port names it, with filters whose storages have TensorFlow's order. */
export function liteState(): StoredTensor[] {
  const random = createRandom('lite')
  const tensors: StoredTensor[] = []
  const draw = (count: number, low: number, high: number) =>
    Float32Array.from({ length: count }, () => low + (high - low) * random.next())
  const filter = (name: string, [out, channels, side]: readonly [number, number, number]) => {
    const size = [out, channels, side, side]
    // Stored as [height, width, channels, out].
    const stride = [1, out, side * channels * out, channels * out]
    const storage = draw(out * channels * side * side, -0.5, 0.5)
    tensors.push({ name: `${name}.weight`, storage, size, stride })
  }
  const norm = (name: string, channels: number) => {
    const vector = (part: string, low: number, high: number) => {
      // In the middle of a storage that others share.
      const storage = draw(channels + 2, low, high)
      tensors.push({ name: `${name}.${part}`, storage, offset: 1, size: [channels], stride: [1] })
    }
    vector('weight', 0.5, 2)
    vector('bias', -0.2, 0.5)
    vector('running_mean', -0.3, 0.3)
    vector('running_var', 0.01, 2)
  }
  filter('_conv_stem', [liteStem, 3, 3])
  norm('_bn0', liteStem)
  let width: number = liteStem
  liteWidths.forEach((out, block) => {
    const own = `_blocks.${block}.`
    const inner = block === 0 ? width : width * liteExpansion
    if (block > 0) {
      filter(`${own}_expand_conv`, [inner, width, 1])
      norm(`${own}_bn0`, inner)
    }
    filter(`${own}_depthwise_conv`, [inner, 1, liteKernel])
    norm(`${own}_bn1`, inner)
    filter(`${own}_project_conv`, [out, inner, 1])
    norm(`${own}_bn2`, out)
    width = out
  })
  return tensors
}
