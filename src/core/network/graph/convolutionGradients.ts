import * as tf from '@tensorflow/tfjs-core'
import { multiplyMatrices } from '../matrixProduct'

/**
 * Gradients of convolutions with padding 'same', any filter and stride. Where the backend of
 * tensorflow.js has kernels of its own for them these are taken; else they are made of operations
 * that every backend has.
 */
export interface Convolved {
  readonly x: tf.Tensor4D
  readonly filter: tf.Tensor4D
  /** Of the loss with respect to the result. */
  readonly gradient: tf.Tensor4D
  readonly stride: number
}

type Form = 'convolution' | 'depthwise'

const kernels = {
  convolution: { input: 'Conv2DBackpropInput', filter: 'Conv2DBackpropFilter' },
  depthwise: {
    input: 'DepthwiseConv2dNativeBackpropInput',
    filter: 'DepthwiseConv2dNativeBackpropFilter',
  },
} as const

/** Gradient with respect to the input of a convolution, `[batch, height, width, inputs]`. */
export function inputGradient(form: Form, convolved: Convolved): tf.Tensor4D {
  const { x, filter, gradient, stride } = convolved
  if (form === 'convolution' && isPointwise(filter, stride)) {
    return tf.tidy(() =>
      asMap(multiplyMatrices(asRows(gradient), asMatrix(filter), false, true), x),
    )
  }
  const kernel = kernels[form].input
  if (!hasKernel(kernel)) return inputGradientOfParts(form, convolved)
  const inputs = { dy: gradient, filter }
  const attributes = { inputShape: x.shape, ...attributesOf(form, stride) }
  return tf.engine().runKernel(kernel, inputs, attributes)
}

/** Gradient with respect to the filter of a convolution, in its shape. */
export function filterGradient(form: Form, convolved: Convolved): tf.Tensor4D {
  const { x, filter, gradient, stride } = convolved
  if (form === 'convolution' && isPointwise(filter, stride)) {
    return tf.tidy(() =>
      tf.reshape(multiplyMatrices(asRows(x), asRows(gradient), true), filter.shape),
    )
  }
  const kernel = kernels[form].filter
  if (!hasKernel(kernel)) return filterGradientOfParts(form, convolved)
  const attributes = { filterShape: filter.shape, ...attributesOf(form, stride) }
  return tf.engine().runKernel(kernel, { x, dy: gradient }, attributes)
}

/**
 * Whether tensorflow.js has all gradients of convolutions as kernels here; its WASM backend has a
 * slow one of the input and none of the filter.
 */
export const hasGradientKernels = (): boolean => hasKernel(kernels.convolution.filter)

/**
 * The gradient of a 3x3 convolution with a stride as that of the one without: at the points where
 * that one has the same result, zeros elsewhere.
 */
export function withoutStride(
  gradient: tf.Tensor4D,
  [, height, width]: tf.Tensor4D['shape'],
  stride: number,
): tf.Tensor4D {
  if (stride === 1) return gradient
  return tf.tidy(() => {
    const spread = spreadOut(gradient, stride)
    const around = (length: number, spreadLength: number): [number, number] => {
      const before = 1 - zerosBefore(length, 3, stride)
      return [before, length - spreadLength - before]
    }
    return tf.pad(spread, [
      [0, 0],
      around(height, spread.shape[1]),
      around(width, spread.shape[2]),
      [0, 0],
    ])
  })
}

const hasKernel = (name: string): boolean => tf.getKernel(name, tf.getBackend()) !== undefined

const attributesOf = (form: Form, stride: number) =>
  form === 'depthwise'
    ? { strides: [stride, stride], dilations: [1, 1], pad: 'same' }
    : { strides: [stride, stride], pad: 'same', dataFormat: 'NHWC' }

const isPointwise = ({ shape: [height, width] }: tf.Tensor4D, stride: number): boolean =>
  height === 1 && width === 1 && stride === 1

const asRows = (map: tf.Tensor4D): tf.Tensor2D =>
  tf.reshape(map, [map.shape[0] * map.shape[1] * map.shape[2], map.shape[3]])

const asMatrix = (filter: tf.Tensor4D): tf.Tensor2D =>
  tf.reshape(filter, [filter.shape[2], filter.shape[3]])

const asMap = (rows: tf.Tensor2D, { shape }: tf.Tensor4D): tf.Tensor4D =>
  tf.reshape(rows, [shape[0], shape[1], shape[2], rows.shape[1]])

/** Zeros before the first point of one side, with padding 'same'. */
function zerosBefore(length: number, filter: number, stride: number): number {
  const result = Math.ceil(length / stride)
  return Math.floor(Math.max((result - 1) * stride + filter - length, 0) / 2)
}

/** A convolution of the gradient, spread out by the stride, by the filter turned half round. */
export function inputGradientOfParts(
  form: Form,
  { x, filter, gradient, stride }: Convolved,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [, height, width] = x.shape
    const [filterHeight, filterWidth] = filter.shape
    const spread = spreadOut(gradient, stride)
    const around = (length: number, size: number, spreadLength: number): [number, number] => {
      const before = size - 1 - zerosBefore(length, size, stride)
      return [before, length + size - 1 - spreadLength - before]
    }
    const padded = tf.pad(spread, [
      [0, 0],
      around(height, filterHeight, spread.shape[1]),
      around(width, filterWidth, spread.shape[2]),
      [0, 0],
    ])
    const turned = tf.reverse(filter, [0, 1])
    return form === 'depthwise'
      ? tf.depthwiseConv2d(padded, turned, 1, 'valid')
      : tf.conv2d(padded, tf.transpose<tf.Tensor4D>(turned, [0, 1, 3, 2]), 1, 'valid')
  })
}

/** Zeros between the points, `stride - 1` of them each way. */
function spreadOut(map: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return map
  const [batch, height, width, channels] = map.shape
  const gap = [0, stride - 1] as [number, number]
  const wide = tf.reshape(
    tf.pad(tf.reshape(map, [batch * height, width, 1, channels]), [[0, 0], [0, 0], gap, [0, 0]]),
    [batch, height, 1, width * stride * channels],
  )
  const both = tf.reshape<tf.Rank.R4>(tf.pad(wide, [[0, 0], [0, 0], gap, [0, 0]]), [
    batch,
    height * stride,
    width * stride,
    channels,
  ])
  const size = [batch, (height - 1) * stride + 1, (width - 1) * stride + 1, channels]
  return tf.slice<tf.Rank.R4, tf.Tensor4D>(both, [0, 0, 0, 0], size)
}

/** For each place of the filter: the points that it meets, times the gradients there. */
export function filterGradientOfParts(
  form: Form,
  { x, filter, gradient, stride }: Convolved,
): tf.Tensor4D {
  return tf.tidy(() => {
    const [batch, height, width, channels] = x.shape
    const [, rows, columns, outputs] = gradient.shape
    const [filterHeight, filterWidth] = filter.shape
    const around = (length: number, size: number, count: number): [number, number] => {
      const before = zerosBefore(length, size, stride)
      // One more row of strides than is read, so that a strided slice can be had by reshaping.
      return [before, Math.max(0, count * stride + size - 1 - length - before)]
    }
    const padded = tf.pad(x, [
      [0, 0],
      around(height, filterHeight, rows),
      around(width, filterWidth, columns),
      [0, 0],
    ])
    const dy = asRows(gradient)
    const parts: tf.Tensor[] = []
    for (let i = 0; i < filterHeight; i++) {
      for (let j = 0; j < filterWidth; j++) {
        const part = tf.tidy(() => {
          const size = [batch, rows * stride, columns * stride, channels] as const
          const block = tf.slice<tf.Rank.R4, tf.Tensor4D>(padded, [0, i, j, 0], [...size])
          const met = everyOne(block, stride)
          return form === 'depthwise'
            ? tf.sum(tf.mul(met, gradient), [0, 1, 2])
            : multiplyMatrices(asRows(met), dy, true)
        })
        parts.push(part)
      }
    }
    const depth = form === 'depthwise' ? [channels, 1] : [channels, outputs]
    return tf.reshape<tf.Rank.R4>(tf.stack(parts), [filterHeight, filterWidth, ...depth] as [
      number,
      number,
      number,
      number,
    ])
  })
}

/** Every point whose row and column are multiples of the stride; both sides are. */
function everyOne(map: tf.Tensor4D, stride: number): tf.Tensor4D {
  if (stride === 1) return map
  const [batch, height, width, channels] = map.shape
  const columns = width / stride
  const rows = height / stride
  const ofColumns = tf.slice(
    tf.reshape(map, [batch * height, columns, stride, channels]),
    [0, 0, 0, 0],
    [batch * height, columns, 1, channels],
  )
  const ofRows = tf.slice(
    tf.reshape(ofColumns, [batch, rows, stride, columns * channels]),
    [0, 0, 0, 0],
    [batch, rows, 1, columns * channels],
  )
  return tf.reshape(ofRows, [batch, rows, columns, channels])
}
