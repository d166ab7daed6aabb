import * as tf from '@tensorflow/tfjs-core'
import type { Random } from '../math/random'
import { checkBatch, type EmbeddingModel } from './embeddingModel'
import { applyGradients, beginStep, endStep } from './gradientStep'
import type { NetworkOperations, Pooling } from './networkOperations'
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

export interface SmallNetworkOptions {
  /** Side of the square pictures, 16 or more. */
  readonly imageSizePx: number
  readonly embeddingSize: number
  /** Draws the start weights. */
  readonly random: Random
  readonly operations: NetworkOperations
}

const channels = [3, 32, 64, 128] as const
const poolings: readonly Pooling[] = ['maximum', 'maximum', 'average']
const minimumImageSizePx = 16
/** Share of the present batch in the running averages of batch normalisation. */
const averagingRate = 0.1
/** Rows embedded at a time, so that memory does not grow with the number of images. */
const embeddingRows = 64

/**
 * Three blocks of 3x3 convolution, batch normalisation, rectifier and pooling (32, 64 and 128
 * channels; 2x2 maximum twice, then the mean over the picture) and one linear layer. Convolutions
 * have no bias: the normalisation after them would cancel it. Filters start by the rule of He et
 * al. (2015), the linear layer by that of Glorot and Bengio (2010).
 */
export function createSmallNetwork(options: SmallNetworkOptions): EmbeddingModel {
  const { imageSizePx, embeddingSize, random, operations } = options
  if (!Number.isInteger(imageSizePx) || imageSizePx < minimumImageSizePx) {
    throw new Error(`Pictures must be at least ${minimumImageSizePx} px wide, not ${imageSizePx}`)
  }
  const blocks = poolings.map((pooling, index) =>
    createBlock(`block${index + 1}`, channels[index]!, channels[index + 1]!, pooling, random),
  )
  const features = channels[3]
  const dense = createParameter(
    'dense/weights',
    [features, embeddingSize],
    gaussian(
      random.fork('dense'),
      features * embeddingSize,
      Math.sqrt(2 / (features + embeddingSize)),
    ),
    true,
  )
  const bias = createParameter(
    'dense/bias',
    [embeddingSize],
    new Float32Array(embeddingSize),
    false,
  )
  const parameters = [...blocks.flatMap((b) => [b.filter, b.scale, b.offset]), dense, bias]
  const buffers = blocks.flatMap((b) => [b.mean, b.variance])
  const variables = parameters.map(({ variable }) => variable)
  const inferred = [...variables, ...buffers.map(({ variable }) => variable)]
  const adam = operations.createAdam(parameters)
  const inputShape = [imageSizePx, imageSizePx, 3] as const
  let steps = 0

  const linear = (x: tf.Tensor2D) =>
    tf.add<tf.Tensor2D>(multiplyMatrices(x, dense.variable as tf.Tensor2D), bias.variable)

  const embedTensor = (input: tf.Tensor4D): tf.Tensor2D => {
    let x: tf.Tensor4D | tf.Tensor2D = input
    for (const block of blocks) {
      const convolved = operations.convolution(
        x as tf.Tensor4D,
        block.filter.variable as tf.Tensor4D,
      )
      x = operations.inferenceBlock(
        convolved,
        {
          scale: block.scale.variable as tf.Tensor1D,
          offset: block.offset.variable as tf.Tensor1D,
          mean: block.mean.variable as tf.Tensor1D,
          variance: block.variance.variable as tf.Tensor1D,
        },
        block.pooling,
      )
      convolved.dispose()
    }
    return linear(x as tf.Tensor2D)
  }

  /** Forward in training mode, with what the way back needs of each block. */
  const trainingForward = (input: tf.Tensor4D) => {
    let x: tf.Tensor4D | tf.Tensor2D = input
    const passed = blocks.map((block) => {
      const blockInput = x as tf.Tensor4D
      const normalized = operations.normalizedBlock(
        operations.convolution(blockInput, block.filter.variable as tf.Tensor4D),
        block.scale.variable as tf.Tensor1D,
        block.offset.variable as tf.Tensor1D,
        block.pooling,
      )
      x = normalized.value
      return { block, blockInput, normalized }
    })
    const features = passed.at(-1)!.normalized.value as tf.Tensor2D
    return { passed, features, embeddings: linear(features) }
  }
  type Forward = ReturnType<typeof trainingForward>

  /** Gradients in the order of the parameters. */
  const backward = ({ passed, features }: Forward, gradient: tf.Tensor2D): tf.Tensor[] => {
    const ofDense = [multiplyMatrices(features, gradient, true), tf.sum(gradient, 0)]
    const ofBlocks: tf.Tensor[] = []
    let above: tf.Tensor4D | tf.Tensor2D = multiplyMatrices(
      gradient,
      dense.variable as tf.Tensor2D,
      false,
      true,
    )
    for (const { block, blockInput, normalized } of passed.toReversed()) {
      const { x, scale, offset } = normalized.backward(above)
      ofBlocks.unshift(operations.convolutionFilterGradient(blockInput, x), scale, offset)
      // Nobody needs the gradient of the pictures.
      if (block !== blocks[0]) {
        above = operations.convolutionInputGradient(x, block.filter.variable as tf.Tensor4D)
      }
    }
    return [...ofBlocks, ...ofDense]
  }

  const averageStatistics = ({ passed }: Forward) => {
    const blend = (buffer: tf.Variable, now: tf.Tensor) =>
      buffer.assign(tf.add(tf.mul(buffer, 1 - averagingRate), tf.mul(now, averagingRate)))
    for (const { block, normalized } of passed) {
      blend(block.mean.variable, normalized.mean)
      blend(block.variance.variable, normalized.variance)
    }
  }

  const model: EmbeddingModel = {
    kind: 'small',
    inputShape,
    embeddingSize,
    get steps() {
      return steps
    },
    embed(batch, rows) {
      checkBatch(model, batch, rows)
      const result = new Float32Array(rows * embeddingSize)
      const inputSize = imageSizePx * imageSizePx * 3
      for (let from = 0; from < rows; from += embeddingRows) {
        const count = Math.min(embeddingRows, rows - from)
        const part = batch.subarray(from * inputSize, (from + count) * inputSize)
        tf.tidy(() => {
          const input = tf.tensor4d(part, [count, ...inputShape])
          result.set(numbersOf(embedTensor(input)), from * embeddingSize)
        })
      }
      return result
    },
    beginStep(batch, rows) {
      checkBatch(model, batch, rows)
      return beginStep(() => {
        const forward = trainingForward(tf.tensor4d(batch, [rows, ...inputShape]))
        return {
          embeddings: forward.embeddings,
          apply(gradient, settings) {
            steps++
            averageStatistics(forward)
            applyGradients(adam, backward(forward, gradient), settings)
          },
        }
      })
    },
    trainStep: (batch, rows, lossOfEmbeddings, settings) =>
      endStep(model.beginStep(batch, rows), lossOfEmbeddings, settings),
    snapshot: () => ({
      kind: 'small',
      inputShape,
      embeddingSize,
      step: steps,
      dropout: 0,
      tensors: saveTensors(parameters, buffers, adam.state()),
    }),
    restore(saved) {
      if (saved.kind !== 'small' || !tf.util.arraysEqual([...saved.inputShape], [...inputShape])) {
        throw unreadable(`it is not a network for pictures of ${imageSizePx} px`)
      }
      adam.restore(loadTensors(saved, parameters, buffers))
      adam.parametersChanged()
      steps = saved.step
    },
    weights: () => inferred.map(numbersOf),
    assignWeights(values) {
      assignNumbers(inferred, values)
      adam.parametersChanged()
    },
    dispose() {
      adam.dispose()
      tf.dispose(inferred)
    },
  }
  return model
}

function createBlock(
  name: string,
  inputs: number,
  outputs: number,
  pooling: Pooling,
  random: Random,
) {
  const numbers = gaussian(random.fork(name), 9 * inputs * outputs, Math.sqrt(2 / (9 * inputs)))
  return {
    pooling,
    filter: createParameter(`${name}/filter`, [3, 3, inputs, outputs], numbers, true),
    scale: createParameter(`${name}/scale`, [outputs], new Float32Array(outputs).fill(1), false),
    offset: createParameter(`${name}/offset`, [outputs], new Float32Array(outputs), false),
    mean: createBuffer(`${name}/mean`, [outputs], new Float32Array(outputs)),
    variance: createBuffer(`${name}/variance`, [outputs], new Float32Array(outputs).fill(1)),
  }
}

function gaussian(random: Random, count: number, standardDeviation: number): Float32Array {
  const numbers = new Float32Array(count)
  for (let i = 0; i < count; i++) numbers[i] = random.normal(0, standardDeviation)
  return numbers
}
