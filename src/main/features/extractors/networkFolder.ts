import { join } from 'node:path'
import type { io } from '@tensorflow/tfjs-core'
import * as v from 'valibot'
import { float16ToNumbers } from '../../../core/math/float16'
import { readBounded } from '../../files/regularFile'
import { damagedNetwork, graphDescription } from './graphDescription'
import { type GraphFiles, hashOfWeights } from './graphExtractor'

const mostDescriptionBytes = 2 ** 22
const mostWeightBytes = 2 ** 28

/**
 * Reads a network of `resources/networks`, made by `npm run networks`: its graph, and its weights in
 * half precision, which are given as the same numbers in single precision.
 * @throws AppError backendUnavailable where the folder does not hold such a network
 */
export async function readNetworkFolder(folder: string): Promise<GraphFiles> {
  const read = (name: string, most: number) =>
    readBounded(join(folder, name), most).catch((error: unknown) => {
      throw damagedNetwork(folder, `${name} cannot be read`, error)
    })
  const description = (await read('model.json', mostDescriptionBytes)).toString('utf8')
  const parsed = v.safeParse(graphDescription, parseJson(description))
  if (!parsed.success) throw damagedNetwork(folder, 'model.json does not describe a graph model')
  const { modelTopology, weightsManifest } = parsed.output
  const specs = weightsManifest.flatMap(({ weights }) => weights)
  const stored = await read('weights.bin', mostWeightBytes)
  const count = specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)
  if (stored.length !== 2 * count) {
    throw damagedNetwork(folder, `weights.bin has ${stored.length} bytes, not ${2 * count}`)
  }
  const numbers = float16ToNumbers(new Uint16Array(Uint8Array.from(stored).buffer))
  return {
    place: folder,
    contentHash: hashOfWeights(stored),
    nodeNames: modelTopology.node.map(({ name }) => name),
    graph: {
      modelTopology,
      weightSpecs: specs.map(({ name, shape }): io.WeightsManifestEntry => {
        return { name, shape, dtype: 'float32' }
      }),
      weights: new Uint8Array(numbers.buffer),
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
