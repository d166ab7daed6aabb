import { AppError } from '../../shared/errors'
import type { FeatureLayer } from '../../shared/model/training'

/**
 * A layer of the frozen network whose activations are averaged over the picture: `conv12` is the
 * expansion of its twelfth block, `pooled` what its classifier sees.
 */
export interface FeatureTap {
  readonly name: FeatureLayer
  /** Numbers a picture. */
  readonly dimension: number
  /** Null: the averages as they are. Else their square roots, times this. */
  readonly rootScale: number | null
}

/**
 * Averages of rectified activations have long tails, and their square roots tell classes apart
 * better (Arandjelovic, Zisserman 2012): unseen emoji by whitening, 500 training classes, conv12
 * .501 against .474. The scales give each layer the spread of `pooled`; the ratios of drawings,
 * photos and Fashion-MNIST differ by less than 10 %.
 */
const rooted = (name: FeatureLayer, dimension: number, rootScale: number): FeatureTap => ({
  name,
  dimension,
  rootScale,
})

/** In the order of the network, which is their order in a feature vector. */
export const featureTaps: readonly FeatureTap[] = [
  rooted('conv10', 528, 5),
  rooted('conv11', 816, 4.5),
  rooted('conv12', 816, 5.4),
  rooted('conv13', 816, 6.6),
  rooted('conv14', 1344, 3.2),
  rooted('conv15', 1344, 3.9),
  rooted('conv16', 1344, 4.4),
  { name: 'pooled', dimension: 1792, rootScale: null },
]

/**
 * The taps that a text such as `conv12+conv13` names, in the order of the network.
 * @throws AppError invalidInput for a name that is none, or is there twice
 */
export function tapsOf(features: string): readonly FeatureTap[] {
  const names = features.split('+').map((name) => name.trim())
  const known: readonly string[] = featureTaps.map(({ name }) => name)
  const wrong = names.find((name, i) => !known.includes(name) || names.indexOf(name) !== i)
  if (wrong !== undefined) {
    throw new AppError(
      'invalidInput',
      `The features "${features}" cannot be had. Join layers of the frozen network with +, each once: ${known.join(', ')}.`,
      { features },
    )
  }
  return featureTaps.filter(({ name }) => names.includes(name))
}

export const featuresName = (taps: readonly FeatureTap[]): string =>
  taps.map(({ name }) => name).join('+')

export const dimensionOf = (taps: readonly FeatureTap[]): number =>
  taps.reduce((sum, { dimension }) => sum + dimension, 0)

/** Averages [n, dimension] as features, in place. */
export function shapeAverages({ rootScale }: FeatureTap, averages: Float32Array): void {
  if (rootScale === null) return
  for (let i = 0; i < averages.length; i++) {
    averages[i] = rootScale * Math.sqrt(Math.max(0, averages[i]!))
  }
}
