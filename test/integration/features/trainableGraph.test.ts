import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import { beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import { modelsOn, plainOperations } from '../../../src/core/network'
import { runNodes } from '../../../src/core/network/graph/graphPass'
import { mapsOf, placesBetweenBlocks } from '../../../src/core/network/graph/blocks'
import { nodesBetween } from '../../../src/core/network/graph/graphNodes'
import { dimensionOf, findExtractor, layersOf } from '../../../src/core/plan/features'
import { loadPictureGraph } from '../../../src/main/backend/pictureGraph'
import { extractors } from '../../../src/main/features/extractors'
import { readNetworkFolder } from '../../../src/main/features/extractors/networkFolder'
import { trainableGraph } from '../../../src/main/features/extractors/trainableGraph'
import { projectFolder } from '../training/builtProgram'

const place = 'block9/sum'
const [height, width, channels] = [14, 14, 112] as const

describe('the trainable part of EfficientNet-Lite0', () => {
  beforeAll(() => tf.setBackend('cpu'))

  it('is all of its graph, with weights of the right shapes', async () => {
    const files = await readNetworkFolder(
      join(projectFolder, 'resources/networks/efficientnet-lite0'),
    )
    const { nodes, weights } = trainableGraph(files)
    const { node } = JSON.parse(
      await readFile(
        join(projectFolder, 'resources/networks/efficientnet-lite0/model.json'),
        'utf8',
      ),
    ).modelTopology as { node: { op: string }[] }
    const others = node.filter(({ op }) => op === 'Const' || op === 'Placeholder')
    expect(nodes).toHaveLength(node.length - others.length)
    const byName = new Map(weights.map((tensor) => [tensor.name, tensor]))
    for (const one of nodes) {
      if (one.kind === 'sum') continue
      const { shape, data } = byName.get(one.filter)!
      expect(data).toHaveLength(shape.reduce((a, b) => a * b, 1))
      expect(byName.get(one.bias)!.data).toHaveLength(
        one.kind === 'depthwise' ? shape[2]! : shape[3]!,
      )
    }
  })

  it.each([0, 1, 2])('begins at the maps that its description names: Lite%i', async (number) => {
    const { maps, layers, ...extractor } = findExtractor(extractors, `efficientnet-lite${number}`)
    const { nodes, weights, tapOf } = await extractor.readTrainable!(projectFolder)
    const shapes = new Map(weights.map(({ name, shape }) => [name, shape]))
    const found = mapsOf(nodes, (name) => shapes.get(name)!, { place: 'input', sidePx: 224 })
    const described = (name: string) => {
      const { sidePx, channels, ...sums } = found.get(name)!
      const multiplyAdds = Math.round(sums.multiplyAdds / 1e6)
      return {
        place: name,
        sidePx,
        channels,
        multiplyAdds,
        numbers: Math.round(sums.numbers / 1e3),
      }
    }
    expect(maps).toEqual(['input', ...placesBetweenBlocks(nodes)].map(described))
    for (const layer of layers) {
      const { channels, multiplyAdds } = described(tapOf(layer).node)
      expect({ channels, multiplyAdds }).toEqual({
        channels: layer.dimension,
        multiplyAdds: layer.multiplyAdds,
      })
    }
  })

  it('gives from the map of a block the features that the extractor gives of the picture', async () => {
    const extractor = findExtractor(extractors, 'efficientnet-lite0')
    const layers = layersOf(extractor, 'expand10+expand11+expand15')
    const files = await readNetworkFolder(
      join(projectFolder, 'resources/networks/efficientnet-lite0'),
    )
    const { nodes, weights } = trainableGraph(files)
    const taps = layers.map(({ name, dimension, rootScale }) => ({
      node: `block${name.slice('expand'.length)}/expand`,
      channels: dimension,
      rootScale,
    }))
    expect(() => nodesBetween(nodes, 'nowhere', [taps[0]!.node])).toThrow('"input"')
    const chance = createRandom('pixels')
    const pixels = Uint8Array.from({ length: 224 * 224 * 3 }, () => Math.floor(256 * chance.next()))
    const backend = { loadGraph: loadPictureGraph }
    const opened = await extractor.open({ backend, projectFolder }, layers)
    const wanted = await opened.extract(pixels, 1)
    opened.dispose()

    const size = dimensionOf(layers)
    const projection = new Float32Array(size * size)
    for (let i = 0; i < size; i++) projection[i * size + i] = 1
    const model = modelsOn(plainOperations).tunedNetwork({
      structure: { from: place, nodes, taps },
      inputShape: [height, width, channels],
      weights,
      embeddingSize: size,
      start: { mean: new Float32Array(size), projection },
      networkRate: 1,
      random: createRandom('tuned'),
    })
    const map = tf.tidy(() => {
      const numbers = Float32Array.from(pixels, (value) => (value - 127) / 128)
      const picture = tf.tensor4d(numbers, [1, 224, 224, 3])
      const before = nodesBetween(nodes, 'input', [place])
      const byName = new Map(weights.map((one) => [one.name, tf.tensor(one.data, [...one.shape])]))
      return runNodes(before, byName, 'input', picture, plainOperations)
        .get(place)!
        .dataSync<'float32'>()
    })
    expect(map).toHaveLength(height * width * channels)
    const found = model.embed(map, 1)
    model.dispose()
    const farthest = wanted.reduce((most, x, i) => Math.max(most, Math.abs(x - found[i]!)), 0)
    expect(farthest).toBeLessThan(1e-4 * Math.max(...wanted))
    expect(Math.max(...wanted)).toBeGreaterThan(0.5)
  }, 120_000)
})
