import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { efficientNetLite } from '../../../scripts/networks/efficientNetLite.mjs'
import { graphModelOf } from '../../../scripts/networks/graphModel.mjs'
import { readTorchState } from '../../../scripts/networks/torchState.mjs'
import { createRandom } from '../../../src/core/math/random'
import { loadPictureGraph } from '../../../src/main/backend/pictureGraph'
import { readNetworkFolder } from '../../../src/main/features/extractors/networkFolder'
import { liteState, liteWidths } from '../../support/liteState'
import { torchStateFile } from '../../support/torchStateFile'

const sidePx = 9
const mean = 127
const deviation = 128

interface Picture {
  readonly side: number
  readonly channels: number
  /** [side, side, channels] */
  readonly numbers: Float64Array
}

/** The network as PyTorch has it, with its batch norms, one number after another. */
const state = readTorchState(torchStateFile(liteState()))
const of = (name: string) => state.get(name)!.values

function convolve(picture: Picture, name: string, stride: number, isDepthwise = false): Picture {
  const { shape, values } = state.get(`${name}.weight`)!
  const [out, , kernel] = shape as [number, number, number]
  const side = Math.ceil(picture.side / stride)
  // SAME: as much before as after, the odd one after.
  const before = Math.floor(Math.max(0, (side - 1) * stride + kernel - picture.side) / 2)
  const numbers = new Float64Array(side * side * out)
  const inputs = isDepthwise ? 1 : picture.channels
  const at = (y: number, x: number, channel: number) =>
    y < 0 || x < 0 || y >= picture.side || x >= picture.side
      ? 0
      : picture.numbers[(y * picture.side + x) * picture.channels + channel]!
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      for (let o = 0; o < out; o++) {
        let sum = 0
        for (let i = 0; i < inputs; i++) {
          for (let row = 0; row < kernel; row++) {
            for (let column = 0; column < kernel; column++) {
              const weight = values[((o * inputs + i) * kernel + row) * kernel + column]!
              const channel = isDepthwise ? o : i
              sum += weight * at(y * stride + row - before, x * stride + column - before, channel)
            }
          }
        }
        numbers[(y * side + x) * out + o] = sum
      }
    }
  }
  return { side, channels: out, numbers }
}

function normalize({ side, channels, numbers }: Picture, name: string): Picture {
  const [weight, bias] = [of(`${name}.weight`), of(`${name}.bias`)]
  const [center, variance] = [of(`${name}.running_mean`), of(`${name}.running_var`)]
  const normalized = numbers.map((number, i) => {
    const c = i % channels
    return ((number - center[c]!) / Math.sqrt(variance[c]! + 1e-3)) * weight[c]! + bias[c]!
  })
  return { side, channels, numbers: normalized }
}

const rectify = (picture: Picture): Picture => ({
  ...picture,
  numbers: picture.numbers.map((number) => Math.min(6, Math.max(0, number))),
})

/** Means over the picture of the expansions of blocks 1 and 3. */
function expansionsOf(pixels: Uint8Array): Map<string, Float64Array> {
  let picture: Picture = {
    side: sidePx,
    channels: 3,
    numbers: Float64Array.from(pixels, (value) => (value - mean) / deviation),
  }
  picture = rectify(normalize(convolve(picture, '_conv_stem', 2), '_bn0'))
  const found = new Map<string, Float64Array>()
  liteWidths.forEach((width, block) => {
    const own = `_blocks.${block}.`
    const before = picture
    if (block > 0) {
      picture = rectify(normalize(convolve(picture, `${own}_expand_conv`, 1), `${own}_bn0`))
      found.set(`block${block}/expand`, averageOf(picture))
    }
    const isFirst = width !== liteWidths[block - 1]
    const stride = block > 0 && isFirst ? 2 : 1
    const deep = convolve(picture, `${own}_depthwise_conv`, stride, true)
    picture = rectify(normalize(deep, `${own}_bn1`))
    picture = normalize(convolve(picture, `${own}_project_conv`, 1), `${own}_bn2`)
    if (isFirst) return
    const numbers = picture.numbers.map((number, i) => number + before.numbers[i]!)
    picture = { ...picture, numbers }
  })
  return found
}

function averageOf({ side, channels, numbers }: Picture): Float64Array {
  const average = new Float64Array(channels)
  numbers.forEach((number, i) => {
    average[i % channels]! += number / side ** 2
  })
  return average
}

describe('a network made of a state file of torch', () => {
  let folder = ''
  beforeAll(async () => {
    await tf.setBackend('cpu')
    folder = await mkdtemp(join(tmpdir(), 'semblance-network-'))
    const layers = efficientNetLite(state, 'block3/expand')
    const { description, weights } = graphModelOf(layers, { sidePx, source: {} })
    await writeFile(join(folder, 'model.json'), JSON.stringify(description))
    await writeFile(join(folder, 'weights.bin'), weights)
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('gives what its layers with their batch norms give', async () => {
    const { graph } = await readNetworkFolder(folder)
    const outputs = ['block1/expand', 'block3/expand']
    const opened = await loadPictureGraph({
      ...graph,
      input: { sidePx, mean: [mean, mean, mean], deviation: [deviation, deviation, deviation] },
      outputs,
    })
    const random = createRandom('pixels')
    const pixels = Uint8Array.from({ length: 2 * sidePx ** 2 * 3 }, () => random.integer(256))
    const given = await opened.run(pixels, 2)
    for (let picture = 0; picture < 2; picture++) {
      const size = pixels.length / 2
      const expected = expansionsOf(pixels.subarray(picture * size, (picture + 1) * size))
      outputs.forEach((output, i) => {
        const numbers = expected.get(output)!
        const found = given[i]!.subarray(picture * numbers.length, (picture + 1) * numbers.length)
        expect(Math.max(...numbers)).toBeGreaterThan(0.1)
        // Weights are rounded to eleven bits.
        numbers.forEach((number, k) => expect(found[k], output).toBeCloseTo(number, 2))
      })
    }
    opened.dispose()
  })

  it('is refused with the reason where its files are not whole', async () => {
    await truncate(join(folder, 'weights.bin'), 100)
    await expect(readNetworkFolder(folder)).rejects.toThrow(/weights.bin has 100 bytes/)
    await writeFile(join(folder, 'model.json'), '{"format": "layers-model"}')
    await expect(readNetworkFolder(folder)).rejects.toThrow(/does not describe a graph/)
    await rm(join(folder, 'model.json'))
    await expect(readNetworkFolder(folder)).rejects.toThrow(/model.json cannot be read/)
  })
})
