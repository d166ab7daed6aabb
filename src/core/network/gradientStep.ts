import * as tf from '@tensorflow/tfjs-core'
import type { BegunStep, LossOfEmbeddings, StepSettings } from './embeddingModel'
import type { Adam } from './networkOperations'
import { numbersOf } from './plainAdam'

/** What a model does on the way there and back; its tensors live until the step has ended. */
export interface ForwardPass {
  readonly embeddings: tf.Tensor2D
  apply(gradient: tf.Tensor2D, settings: StepSettings): void
}

/** Runs the forward pass and keeps its tensors until the step is ended. */
export function beginStep(forward: () => ForwardPass): BegunStep {
  const engine = tf.engine()
  engine.startScope('step')
  try {
    const { embeddings, apply } = forward()
    return {
      embeddings: numbersOf(embeddings),
      end(gradient, settings) {
        try {
          if (gradient !== null) apply(tf.tensor2d(gradient, embeddings.shape), settings)
        } finally {
          engine.endScope()
        }
      },
    }
  } catch (error) {
    engine.endScope()
    throw error
  }
}

/** Ends a step along the gradient of its loss, where that is finite, and returns the loss. */
export function endStep(
  begun: BegunStep,
  lossOfEmbeddings: LossOfEmbeddings,
  settings: StepSettings,
): number {
  let gradientOfStep: Float32Array | null = null
  try {
    const { value, gradient } = lossOfEmbeddings(begun.embeddings)
    if (gradient.length !== begun.embeddings.length) {
      throw new Error(
        `The loss gave ${gradient.length} gradients for ${begun.embeddings.length} numbers`,
      )
    }
    if (Number.isFinite(value) && gradient.every(Number.isFinite)) gradientOfStep = gradient
    return value
  } finally {
    begun.end(gradientOfStep, settings)
  }
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
