import { loadGraphModel } from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import { numbersOf } from '../../core/network/plainAdam'
import type { ExtractorDescription } from '../../shared/model/extractor'

/** A network that takes pictures, and what is asked of it; plain data, as it may run elsewhere. */
export interface GraphRequest {
  /** A graph model of TensorFlow.js. */
  readonly modelTopology: object
  readonly weightSpecs: readonly tf.io.WeightsManifestEntry[]
  readonly weights: Uint8Array
  readonly input: ExtractorDescription['input']
  /** Names of nodes, each `[n, height, width, channels]` or `[n, channels]`. */
  readonly outputs: readonly string[]
  /** Those of the outputs whose maps are wanted as they are; absent: none. */
  readonly maps?: readonly string[]
}

/** A network with fixed weights, ready to run. */
export interface PictureGraph {
  /** Pictures a pass that suit it. */
  readonly passRows: number
  /**
   * For each output `[n, channels]`: its mean over the picture, or for a map
   * `[n, height * width * channels]`, of pictures `[n, sidePx, sidePx, 3]`, 0 to 255.
   */
  run(pixels: Uint8Array, n: number): readonly Float32Array[] | Promise<readonly Float32Array[]>
  dispose(): void
}

export type LoadGraph = (request: GraphRequest) => Promise<PictureGraph>

/** More gain nothing, and their activations outgrow what malloc keeps. */
export const passRowsOfTensorflow = 8

/** Loads a graph onto the backend of this thread. */
export async function loadPictureGraph(request: GraphRequest): Promise<PictureGraph> {
  const { modelTopology, weightSpecs, weights, input, outputs, maps = [] } = request
  const model = await loadGraphModel({
    load: async () => ({
      modelTopology,
      format: 'graph-model',
      weightSpecs: [...weightSpecs],
      weightData: weights.slice().buffer,
    }),
  })
  return {
    passRows: passRowsOfTensorflow,
    run(pixels, n) {
      const layers = tf.tidy(() => {
        const { sidePx } = input
        const pictures = tf.tensor4d(normalized(pixels, input), [n, sidePx, sidePx, 3])
        const found = model.execute(pictures, [...outputs])
        return (Array.isArray(found) ? found : [found]).map((layer, i) =>
          maps.includes(outputs[i]!) ? tf.reshape(layer, [n, -1]) : averagesOf(layer),
        )
      })
      // Not inside `tidy`, which looks for tensors among the numbers of an array it is given.
      const averages = layers.map(numbersOf)
      tf.dispose(layers)
      return averages
    },
    dispose: () => model.dispose(),
  }
}

function averagesOf(layer: tf.Tensor): tf.Tensor {
  return layer.rank === 4 ? tf.mean(layer, [1, 2]) : layer
}

function normalized(
  pixels: Uint8Array,
  { mean, deviation }: ExtractorDescription['input'],
): Float32Array {
  const numbers = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i += 3) {
    numbers[i] = (pixels[i]! - mean[0]) / deviation[0]
    numbers[i + 1] = (pixels[i + 1]! - mean[1]) / deviation[1]
    numbers[i + 2] = (pixels[i + 2]! - mean[2]) / deviation[2]
  }
  return numbers
}
