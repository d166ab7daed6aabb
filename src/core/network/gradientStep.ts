import * as tf from '@tensorflow/tfjs-core'
import type { LossOfEmbeddings, StepSettings } from './embeddingModel'
import type { Adam } from './networkOperations'
import { numbersOf } from './plainAdam'

/** The loss of downloaded embeddings and its gradient as a tensor `[rows, embeddingSize]`. */
export function evaluateLoss(
  embeddings: tf.Tensor2D,
  lossOfEmbeddings: LossOfEmbeddings,
): { value: number; gradient: tf.Tensor2D; isFinite: boolean } {
  const { value, gradient } = lossOfEmbeddings(numbersOf(embeddings))
  if (gradient.length !== embeddings.size) {
    throw new Error(`The loss gave ${gradient.length} gradients for ${embeddings.size} numbers`)
  }
  let isFinite = Number.isFinite(value)
  for (let i = 0; isFinite && i < gradient.length; i++) isFinite = Number.isFinite(gradient[i]!)
  return { value, gradient: tf.tensor2d(gradient, embeddings.shape), isFinite }
}

/** Clips the gradients by their common norm where asked for and takes one step. */
export function applyGradients(
  adam: Adam,
  gradients: readonly tf.Tensor[],
  settings: StepSettings,
): void {
  const { learningRate, gradientClip, weightDecay = 0 } = settings
  adam.step(gradientClip === undefined ? gradients : clipByNorm(gradients, gradientClip), {
    learningRate,
    weightDecay,
  })
}

/**
 * Scales all gradients by one factor so that their common Euclidean norm is at most `maximum`
 * (Pascanu, Mikolov, Bengio 2013).
 */
function clipByNorm(gradients: readonly tf.Tensor[], maximum: number): readonly tf.Tensor[] {
  const squares = tf.tidy(() => tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient)))))
  const norm = Math.sqrt(squares.dataSync()[0]!)
  squares.dispose()
  if (!(norm > maximum)) return gradients
  return gradients.map((gradient) => tf.mul(gradient, maximum / norm))
}
