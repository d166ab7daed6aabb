import * as tf from '@tensorflow/tfjs-core'
import { type Random, restoreRandom } from '../math/random'
import { checkBatch, type EmbeddingModel } from './embeddingModel'
import { applyGradients, beginStep, endStep } from './gradientStep'
import type { NetworkOperations } from './networkOperations'
import {
  assignNumbers,
  createBuffer,
  createParameter,
  loadTensors,
  saveTensors,
} from './parameterStore'
import { numbersOf } from './plainAdam'
import { unreadable } from './savedModel'
import { multiplyMatrices } from './matrixProduct'
import { narrow } from './startWeights'

export interface LinearHeadOptions {
  readonly inputSize: number
  readonly embeddingSize: number
  /**
   * A closed form to start from, for instance a linear discriminant analysis: the head then gives
   * `(x - mean) * projection` before its first step.
   */
  readonly start?: {
    /** `[inputSize]` */
    readonly mean: Float32Array
    /** `[inputSize, embeddingSize]`, row by row. */
    readonly projection: Float32Array
  }
  readonly random: Random
  readonly operations: NetworkOperations
  /** Share of the (centred) inputs set to zero in training, the others scaled up; 0 unless told. */
  readonly dropout?: number
}

/** Rows embedded at a time. */
const embeddingRows = 1024

/**
 * A linear layer on feature vectors: `(x - mean) * weights + bias`. The mean is fixed (zero
 * without a start), weights and bias are trained. In training inputs are dropped after centring
 * (Srivastava et al. 2014).
 */
export function createLinearHead(options: LinearHeadOptions): EmbeddingModel {
  const { inputSize, embeddingSize, start, operations, dropout = 0 } = options
  if (
    start &&
    (start.mean.length !== inputSize || start.projection.length !== inputSize * embeddingSize)
  ) {
    throw new Error(
      `A start for ${inputSize} -> ${embeddingSize} has a mean of ${inputSize} and a projection of ${inputSize * embeddingSize} numbers`,
    )
  }
  if (!(dropout >= 0 && dropout < 1)) throw new Error(`Dropout must be in [0, 1), not ${dropout}`)
  let chance = options.random.fork('dropout')
  const weights = createParameter(
    'head/weights',
    [inputSize, embeddingSize],
    start ? start.projection : narrow(options.random.fork('head'), inputSize, embeddingSize),
    true,
  )
  const bias = createParameter('head/bias', [embeddingSize], new Float32Array(embeddingSize), false)
  const center = createBuffer('head/mean', [inputSize], start?.mean ?? new Float32Array(inputSize))
  const parameters = [weights, bias]
  const adam = operations.createAdam(parameters)
  let mean = numbersOf(center.variable)
  let steps = 0

  const centered = (batch: Float32Array, from: number, rows: number): Float32Array => {
    const result = new Float32Array(rows * inputSize)
    let at = from * inputSize
    for (let i = 0, index = 0; i < rows; i++) {
      for (let j = 0; j < inputSize; j++, index++, at++) result[index] = batch[at]! - mean[j]!
    }
    return result
  }
  const drop = (numbers: Float32Array): void => {
    const scale = 1 / (1 - dropout)
    for (let i = 0; i < numbers.length; i++) {
      numbers[i] = chance.next() < dropout ? 0 : numbers[i]! * scale
    }
  }
  const forward = (x: tf.Tensor2D) =>
    tf.add<tf.Tensor2D>(multiplyMatrices(x, weights.variable as tf.Tensor2D), bias.variable)

  const model: EmbeddingModel = {
    kind: 'head',
    inputShape: [inputSize],
    embeddingSize,
    get steps() {
      return steps
    },
    embed(batch, rows) {
      checkBatch(model, batch, rows)
      const result = new Float32Array(rows * embeddingSize)
      for (let from = 0; from < rows; from += embeddingRows) {
        const count = Math.min(embeddingRows, rows - from)
        tf.tidy(() => {
          const x = tf.tensor2d(centered(batch, from, count), [count, inputSize])
          result.set(numbersOf(forward(x)), from * embeddingSize)
        })
      }
      return result
    },
    beginStep(batch, rows) {
      checkBatch(model, batch, rows)
      return beginStep(() => {
        const numbers = centered(batch, 0, rows)
        if (dropout > 0) drop(numbers)
        const x = tf.tensor2d(numbers, [rows, inputSize])
        return {
          embeddings: forward(x),
          apply(gradient, settings) {
            steps++
            const gradients = [multiplyMatrices(x, gradient, true), tf.sum(gradient, 0)]
            applyGradients(adam, gradients, settings)
          },
        }
      })
    },
    trainStep: (batch, rows, lossOfEmbeddings, settings) =>
      endStep(model.beginStep(batch, rows), lossOfEmbeddings, settings),
    snapshot: () => ({
      kind: 'head',
      inputShape: [inputSize],
      embeddingSize,
      step: steps,
      dropout,
      chance: chance.state(),
      tensors: saveTensors(parameters, [center], adam.state()),
    }),
    restore(saved) {
      if (saved.kind !== 'head') throw unreadable('it is not a head on features')
      adam.restore(loadTensors(saved, parameters, [center]))
      adam.parametersChanged()
      mean = numbersOf(center.variable)
      steps = saved.step
      if (saved.chance !== undefined) chance = restoreRandom(saved.chance)
    },
    weights: () => [weights.variable, bias.variable].map(numbersOf),
    assignWeights(values) {
      assignNumbers([weights.variable, bias.variable], values)
      adam.parametersChanged()
    },
    dispose() {
      adam.dispose()
      tf.dispose([weights.variable, bias.variable, center.variable])
    },
  }
  return model
}
