import { createHash } from 'node:crypto'
import type { Tap } from '../../../core/network/graph/tunedStructure'
import { dimensionOf } from '../../../core/plan/features'
import { AppError } from '../../../shared/errors'
import type { ExtractorDescription, ExtractorLayer } from '../../../shared/model/extractor'
import type { GraphRequest } from '../../backend/pictureGraph'
import type { Extractor } from './extractor'
import { trainableGraph } from './trainableGraph'

/** Where a graph of TensorFlow.js comes from. */
export interface GraphFiles {
  /** For a person who has to mend it. */
  readonly place: string
  /** SHA-256 of the weights as they are stored, as hexadecimal digits. */
  readonly contentHash: string
  /** Names of its nodes. */
  readonly nodeNames: readonly string[]
  readonly graph: Pick<GraphRequest, 'modelTopology' | 'weightSpecs' | 'weights'>
}

/**
 * A network that is a graph of TensorFlow.js. One pass gives all layers, and goes no deeper than the
 * last of them.
 * @param options.nodeOf where in the graph a layer is
 */
export function graphExtractor(
  description: ExtractorDescription,
  options: {
    readonly nodeOf: (layer: Pick<ExtractorLayer, 'name'>) => string
    readonly read: (projectFolder: string) => Promise<GraphFiles>
  },
): Extractor {
  const { input, contentHash } = description
  const readExpected = async (projectFolder: string, nodes: readonly string[]) => {
    const { place, nodeNames, graph, ...files } = await options.read(projectFolder)
    const isWhole = files.contentHash === contentHash
    if (isWhole && nodes.every((node) => nodeNames.includes(node))) return graph
    throw new AppError(
      'backendUnavailable',
      `The pretrained network in ${place} is not the expected one. Run the set-up again.`,
      { place, extractor: description.id },
    )
  }
  const tapOf = (layer: ExtractorLayer): Tap => ({
    node: options.nodeOf(layer),
    channels: layer.dimension,
    rootScale: layer.rootScale,
  })
  return {
    ...description,
    ...(description.maps === undefined
      ? {}
      : {
          async readTrainable(projectFolder: string) {
            const graph = await readExpected(projectFolder, [])
            return { ...trainableGraph({ graph }), tapOf }
          },
        }),
    async readGraph(projectFolder) {
      return { graph: await readExpected(projectFolder, []), nodeOf: options.nodeOf }
    },
    async open({ backend, projectFolder }, layers) {
      const outputs = layers.map((layer) => layer.place ?? options.nodeOf(layer))
      const graph = await readExpected(projectFolder, outputs)
      const maps = layers.flatMap(({ place }) => (place === undefined ? [] : [place]))
      const opened = await backend.loadGraph({ ...graph, input, outputs, maps })
      return {
        passRows: opened.passRows,
        extract(pixels, n) {
          const expected = n * input.sidePx ** 2 * 3
          if (pixels.length !== expected) {
            throw new Error(`${n} pictures have ${expected} numbers, not ${pixels.length}`)
          }
          const averages = opened.run(pixels, n)
          return averages instanceof Promise
            ? averages.then((found) => featuresOf(layers, found, n))
            : featuresOf(layers, averages, n)
        },
        dispose: () => opened.dispose(),
      }
    },
  }
}

export const hashOfWeights = (weights: Uint8Array): string =>
  createHash('sha256').update(weights).digest('hex')

/** Averages [n, dimension] of each layer as rows [n, dimension of all layers]. */
function featuresOf(
  layers: readonly ExtractorLayer[],
  averages: readonly Float32Array[],
  n: number,
): Float32Array {
  const rowSize = dimensionOf(layers)
  const features = new Float32Array(n * rowSize)
  let column = 0
  layers.forEach((layer, l) => {
    const { dimension } = layer
    const numbers = averages[l]!
    if (numbers.length !== n * dimension) {
      throw new Error(`${layer.name} gave ${numbers.length} numbers, not ${n} times ${dimension}`)
    }
    shapeAverages(layer, numbers)
    for (let i = 0; i < n; i++) {
      features.set(numbers.subarray(i * dimension, (i + 1) * dimension), column + i * rowSize)
    }
    column += dimension
  })
  return features
}

/**
 * Averages [n, dimension] as features, in place. Those of rectified activations have long tails, and
 * their square roots tell classes apart better (Arandjelovic, Zisserman 2012).
 */
export function shapeAverages(
  { rootScale }: Pick<ExtractorLayer, 'rootScale'>,
  averages: Float32Array,
): void {
  if (rootScale === null) return
  for (let i = 0; i < averages.length; i++) {
    averages[i] = rootScale * Math.sqrt(Math.max(0, averages[i]!))
  }
}
