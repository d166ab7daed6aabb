import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { loadGraphModel } from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import { numbersOf } from '../../core/network/plainAdam'
import { AppError } from '../../shared/errors'
import type { Backend } from './backend'
import { readPackagedModel } from './packagedModel'

/** A pretrained network whose weights stay as they are: pictures in, feature vectors out. */
export interface FrozenExtractor {
  /** Names network and tap; features of one id are comparable, whatever backend made them. */
  readonly id: string
  readonly dimension: number
  readonly imageSizePx: number
  /** Features `[n, dimension]` of pictures `[n, imageSizePx, imageSizePx, 3]`, 0 to 255. */
  extract(pixels: Uint8Array, n: number): Float32Array
  dispose(): void
}

const imageSizePx = 224
const dimension = 1792
const tap = /feature_vector\/SpatialSqueeze$/
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
 * package that carries it; the pooled output before its classifier, 1,792 numbers a picture.
 */
export async function loadFrozenExtractor(options: {
  /** See {@link findFrozenWeights}. */
  readonly weightsFolder: string
  readonly backend: Backend
}): Promise<FrozenExtractor> {
  const { nodeNames, artifacts } = await readPackagedModel(options.weightsFolder)
  const output = nodeNames.find((name) => tap.test(name))
  if (output === undefined) {
    throw new AppError(
      'backendUnavailable',
      `The pretrained network in ${options.weightsFolder} is not the expected one. Run the set-up again.`,
    )
  }
  const model = await loadGraphModel({ load: async () => artifacts })
  return {
    id: 'mobilenet-v2-1.4-mid/pooled',
    dimension,
    imageSizePx,
    extract(pixels, n) {
      const pictureSize = imageSizePx * imageSizePx * 3
      if (pixels.length !== n * pictureSize) {
        throw new Error(`${n} pictures have ${n * pictureSize} numbers, not ${pixels.length}`)
      }
      const features = new Float32Array(n * dimension)
      for (let from = 0; from < n; from += passRows) {
        const rows = Math.min(passRows, n - from)
        const part = pixels.subarray(from * pictureSize, (from + rows) * pictureSize)
        tf.tidy(() => {
          const input = tf.tensor4d(unitInterval(part), [rows, imageSizePx, imageSizePx, 3])
          features.set(numbersOf(model.execute(input, output) as tf.Tensor), from * dimension)
        })
      }
      return features
    },
    dispose: () => model.dispose(),
  }
}

function unitInterval(pixels: Uint8Array): Float32Array {
  const numbers = new Float32Array(pixels.length)
  for (let i = 0; i < pixels.length; i++) numbers[i] = pixels[i]! / 255
  return numbers
}
