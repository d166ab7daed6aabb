import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import { numbersOf } from '../../core/network/plainAdam'
import { dimensionOf, type FeatureTap, featuresName, shapeAverages } from '../../core/plan/features'
import { finish, type Steps } from '../../core/steps'
import { AppError } from '../../shared/errors'
import { readPackagedModel } from './packagedModel'

/** A pretrained network whose weights stay as they are: pictures in, feature vectors out. */
export interface FrozenExtractor {
  /** Names network and taps; features of one id are comparable, whatever backend made them. */
  readonly id: string
  readonly taps: readonly FeatureTap[]
  /** Of all taps together. */
  readonly dimension: number
  readonly imageSizePx: number
  /**
   * Features `[n, dimension]` of pictures `[n, imageSizePx, imageSizePx, 3]`, 0 to 255: those of
   * the taps one after another in each row.
   */
  extract(pixels: Uint8Array, n: number): Float32Array
  /** The same in steps of a few pictures. */
  extractSteps(pixels: Uint8Array, n: number): Steps<Float32Array>
  dispose(): void
}

const imageSizePx = 224
const network = 'mobilenet-v2-1.4-mid'
/** The name that features of these taps are kept under, and saved models ask for. */
export const extractorId = (taps: readonly FeatureTap[]): string =>
  `${network}/${featuresName(taps)}`

/** The features that a saved model asks for; null where they are of another network. */
export function featuresOfExtractor(id: string): string | null {
  return id.startsWith(`${network}/`) ? id.slice(network.length + 1) : null
}

/** Where in the graph a tap is. */
const nodeOf = ({ name }: FeatureTap): RegExp =>
  name === 'pooled'
    ? /feature_vector\/SpatialSqueeze$/
    : new RegExp(`/expanded_conv_${name.slice('conv'.length)}/expand/Relu6$`)
/** Pictures a pass; more gain nothing, and their activations outgrow what malloc keeps. */
const passRows = 8

/** The folder of the pretrained weights, found the way Node finds the package. */
export function findFrozenWeights(projectFolder: string): string {
  const require = createRequire(join(projectFolder, 'package.json'))
  // The package exports only its code: from there up to its root.
  let folder = dirname(require.resolve('nsfwjs'))
  while (dirname(folder) !== folder && !folder.endsWith('nsfwjs')) folder = dirname(folder)
  return join(folder, 'dist', 'models', 'mobilenet_v2_mid')
}

/**
 * MobileNetV2 1.4 (Sandler et al. 2018), trained on ImageNet and fine-tuned by the authors of the
 * package that carries it. One pass gives all taps, and goes no deeper than the last of them.
 */
export async function loadFrozenExtractor(options: {
  /** See {@link findFrozenWeights}. */
  readonly weightsFolder: string
  readonly taps: readonly FeatureTap[]
}): Promise<FrozenExtractor> {
  const { taps, weightsFolder } = options
  const { nodeNames, artifacts } = await readPackagedModel(weightsFolder)
  const outputs = taps.map((tap) => nodeNames.find((name) => nodeOf(tap).test(name)))
  if (!outputs.every((output) => output !== undefined)) {
    throw new AppError(
      'backendUnavailable',
      `The pretrained network in ${weightsFolder} is not the expected one. Run the set-up again.`,
    )
  }
  const model = await loadGraphModel({ load: async () => artifacts })
  const extractPass = (pixels: Uint8Array, n: number): Float32Array => {
    const layers = tf.tidy(() => {
      const input = tf.tensor4d(unitInterval(pixels), [n, imageSizePx, imageSizePx, 3])
      const found = model.execute(input, outputs)
      return (Array.isArray(found) ? found : [found]).map(averagesOf)
    })
    // Not inside `tidy`, which looks for tensors among the numbers of an array it is given.
    const averages = layers.map(numbersOf)
    tf.dispose(layers)
    const dimension = dimensionOf(taps)
    const features = new Float32Array(n * dimension)
    let at = 0
    taps.forEach((tap, t) => {
      shapeAverages(tap, averages[t]!)
      for (let i = 0; i < n; i++) {
        const row = averages[t]!.subarray(i * tap.dimension, (i + 1) * tap.dimension)
        features.set(row, at + i * dimension)
      }
      at += tap.dimension
    })
    return features
  }
  return extractorOf(taps, extractPass, () => model.dispose())
}

/**
 * An extractor that works in passes of a few pictures.
 * @param extractPass features `[n, dimension]` of at most {@link passRows} pictures
 */
export function extractorOf(
  taps: readonly FeatureTap[],
  extractPass: (pixels: Uint8Array, n: number) => Float32Array,
  dispose: () => void,
): FrozenExtractor {
  const dimension = dimensionOf(taps)
  const pictureSize = imageSizePx * imageSizePx * 3
  const extractSteps = function* (pixels: Uint8Array, n: number): Steps<Float32Array> {
    if (pixels.length !== n * pictureSize) {
      throw new Error(`${n} pictures have ${n * pictureSize} numbers, not ${pixels.length}`)
    }
    const features = new Float32Array(n * dimension)
    for (let from = 0; from < n; from += passRows) {
      const rows = Math.min(passRows, n - from)
      const part = pixels.subarray(from * pictureSize, (from + rows) * pictureSize)
      features.set(extractPass(part, rows), from * dimension)
      yield (from + rows) / n
    }
    return features
  }
  return {
    id: extractorId(taps),
    taps,
    dimension,
    imageSizePx,
    extractSteps,
    extract: (pixels, n) => finish(extractSteps(pixels, n)),
    dispose,
  }
}

/** [n, channels] of a layer [n, height, width, channels], or of what is averaged already. */
function averagesOf(layer: tf.Tensor): tf.Tensor {
  return layer.rank === 4 ? tf.mean(layer, [1, 2]) : layer
}

function unitInterval(pixels: Uint8Array): Float32Array {
  const numbers = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) numbers[i] = pixels[i]! / 255
  return numbers
}
