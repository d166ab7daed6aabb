import * as tf from '@tensorflow/tfjs-core'
import {
  type NetworkOperations,
  type NormalizedBlock,
  type Pooling,
  normalizationEpsilon,
} from './networkOperations'
import { createPlainAdam } from './plainAdam'
import { multiplyMatrices } from './matrixProduct'

/** The operations in terms of what every backend of tensorflow.js offers; the reference. */
export const plainOperations: NetworkOperations = {
  name: 'plain',
  convolution: (x, filter) => tf.conv2d(x, filter, 1, 'same'),
  convolutionInputGradient,
  convolutionFilterGradient,
  normalizedBlock,
  inferenceBlock: (x, { scale, offset, mean, variance }, pooling) =>
    tf.tidy(() => {
      const normalized = tf.batchNorm(x, mean, variance, offset, scale, normalizationEpsilon)
      return pooling === 'maximum'
        ? tf.relu(tf.maxPool(normalized, 2, 2, 'valid'))
        : tf.mean<tf.Tensor2D>(tf.relu(normalized), [1, 2])
    }),
  rectifierGradient: (gradient, value, limit) =>
    tf.tidy(() => {
      const isAbove = tf.greater(value, 0)
      const passes = limit === null ? isAbove : tf.logicalAnd(isAbove, tf.less(value, limit))
      return tf.mul(gradient, tf.cast(passes, 'float32'))
    }),
  createAdam: createPlainAdam,
}

/** A convolution of the gradient by the filter turned half round, inputs and outputs swapped. */
function convolutionInputGradient(gradient: tf.Tensor4D, filter: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const turned = tf.transpose<tf.Tensor4D>(tf.reverse(filter, [0, 1]), [0, 1, 3, 2])
    return tf.conv2d(gradient, turned, 1, 'same')
  })
}

/** The 3x3 surroundings of every point as rows, transposed, times the gradients at the points. */
function convolutionFilterGradient(x: tf.Tensor4D, gradient: tf.Tensor4D): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, inputs] = x.shape
    const outputs = gradient.shape[3]
    const padded = tf.pad(x, [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ])
    const points = batch * height * width
    const dy = tf.reshape<tf.Rank.R2>(gradient, [points, outputs])
    const parts = Array.from({ length: 9 }, (_, tap) =>
      tf.tidy(() => {
        const start = [0, Math.floor(tap / 3), tap % 3, 0]
        const moved = tf.slice(padded, start, [batch, height, width, inputs])
        return multiplyMatrices(tf.reshape<tf.Rank.R2>(moved, [points, inputs]), dy, true)
      }),
    )
    return tf.reshape<tf.Rank.R4>(tf.concat(parts, 0), [3, 3, inputs, outputs])
  })
}

function normalizedBlock(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  pooling: Pooling,
): NormalizedBlock {
  const [batch, height, width] = x.shape
  const count = batch * height * width
  const moments = tf.moments(x, [0, 1, 2])
  const mean = moments.mean as tf.Tensor1D
  const variance = moments.variance as tf.Tensor1D
  const inverse = tf.rsqrt(tf.add(variance, normalizationEpsilon))
  const standardized = tf.mul<tf.Tensor4D>(tf.sub(x, mean), inverse)
  const normalized = tf.add<tf.Tensor4D>(tf.mul(standardized, scale), offset)
  const value =
    pooling === 'maximum'
      ? tf.relu(tf.maxPool(normalized, 2, 2, 'valid'))
      : tf.mean<tf.Tensor2D>(tf.relu(normalized), [1, 2])
  return {
    value,
    mean,
    variance: tf.mul(variance, count / Math.max(1, count - 1)),
    backward: (gradient) =>
      tf.tidy(() => {
        const above =
          pooling === 'maximum'
            ? maximumGradient(normalized, value as tf.Tensor4D, gradient as tf.Tensor4D)
            : tf.mul(
                tf.reshape(tf.div(gradient, height * width), [batch, 1, 1, x.shape[3]]),
                tf.step(normalized),
              )
        const ofOffset = tf.sum<tf.Tensor1D>(above, [0, 1, 2])
        const ofScale = tf.sum<tf.Tensor1D>(tf.mul(above, standardized), [0, 1, 2])
        const common = tf.add(ofOffset, tf.mul(standardized, ofScale))
        const ofX = tf.mul(tf.mul(scale, inverse), tf.sub(above, tf.div(common, count)))
        return { x: ofX as tf.Tensor4D, scale: ofScale, offset: ofOffset }
      }),
  }
}

/** Gradient of `relu(maximum of 2x2)`; the first of equal maxima takes it, row by row. */
function maximumGradient(x: tf.Tensor4D, value: tf.Tensor4D, gradient: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width, channels] = x.shape
  const [, rows, columns] = value.shape
  const corner = (top: number, left: number) =>
    tf.stridedSlice(x, [0, top, left, 0], [batch, 2 * rows, 2 * columns, channels], [1, 2, 2, 1])
  // A maximum that the rectifier cut equals no value of the picture or belongs to a zero gradient.
  let open = tf.mul(gradient, tf.step(value))
  const shares = [corner(0, 0), corner(0, 1), corner(1, 0), corner(1, 1)].map((picture) => {
    const isHere = tf.cast(tf.equal(picture, value), 'float32')
    const share = tf.mul(open, isHere)
    open = tf.sub(open, share)
    return share as tf.Tensor4D
  })
  const [topLeft, topRight, bottomLeft, bottomRight] = shares as [
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor4D,
  ]
  const wide: [number, number, number, number] = [batch, rows, 2 * columns, channels]
  const top = tf.reshape(tf.concat([topLeft, topRight], 3), wide)
  const bottom = tf.reshape(tf.concat([bottomLeft, bottomRight], 3), wide)
  const whole = tf.reshape(tf.concat([top, bottom], 2), [batch, 2 * rows, 2 * columns, channels])
  return tf.pad(whole as tf.Tensor4D, [
    [0, 0],
    [0, height - 2 * rows],
    [0, width - 2 * columns],
    [0, 0],
  ])
}
