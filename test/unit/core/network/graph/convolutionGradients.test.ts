import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  filterGradient,
  filterGradientOfParts,
  inputGradient,
  inputGradientOfParts,
  withoutStride,
} from '../../../../../src/core/network/graph/convolutionGradients'
import { plainOperations } from '../../../../../src/core/network'
import { gaussian, startPlainBackend } from '../plainBackend'

beforeAll(startPlainBackend)

type Form = 'convolution' | 'depthwise'
type Shape = [number, number, number, number]

/** Both gradients by their definition, one product at a time. */
function byDefinition(
  form: Form,
  x: Float32Array,
  [batch, height, width, channels]: Shape,
  filter: Float32Array,
  [filterHeight, filterWidth, , filterOutputs]: Shape,
  gradient: Float32Array,
  stride: number,
) {
  const outputs = form === 'depthwise' ? channels : filterOutputs
  const rows = Math.ceil(height / stride)
  const columns = Math.ceil(width / stride)
  const before = (length: number, size: number, count: number) =>
    Math.floor(Math.max((count - 1) * stride + size - length, 0) / 2)
  const top = before(height, filterHeight, rows)
  const left = before(width, filterWidth, columns)
  const ofX = new Float64Array(x.length)
  const ofFilter = new Float64Array(filter.length)
  for (let b = 0; b < batch; b++) {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < columns; c++) {
        for (let i = 0; i < filterHeight; i++) {
          for (let j = 0; j < filterWidth; j++) {
            const row = r * stride + i - top
            const column = c * stride + j - left
            if (row < 0 || row >= height || column < 0 || column >= width) continue
            for (let input = 0; input < channels; input++) {
              for (let output = 0; output < outputs; output++) {
                if (form === 'depthwise' && input !== output) continue
                const at = ((b * height + row) * width + column) * channels + input
                const weight =
                  form === 'depthwise'
                    ? (i * filterWidth + j) * channels + input
                    : ((i * filterWidth + j) * channels + input) * outputs + output
                const dy = gradient[((b * rows + r) * columns + c) * outputs + output]!
                ofX[at]! += filter[weight]! * dy
                ofFilter[weight]! += x[at]! * dy
              }
            }
          }
        }
      }
    }
  }
  return { ofX, ofFilter }
}

const cases = (['convolution', 'depthwise'] as const).flatMap((form) =>
  [1, 2, 3].flatMap((stride) =>
    [1, 2, 3, 5].flatMap((size) =>
      [
        [7, 9],
        [8, 6],
        [1, 4],
      ].map(([height, width]) => ({ form, stride, size, height: height!, width: width! })),
    ),
  ),
)

describe('gradients of convolutions are those of the definition', () => {
  test.each(cases)(
    '$form of $height x $width by $size x $size, stride $stride',
    ({ form, stride, size, height, width }) => {
      const shape: Shape = [2, height, width, 3]
      const filterShape: Shape = [size, size, 3, form === 'depthwise' ? 1 : 4]
      const outputs = form === 'depthwise' ? 3 : 4
      const result: Shape = [2, Math.ceil(height / stride), Math.ceil(width / stride), outputs]
      const count = (of: Shape) => of.reduce((a, b) => a * b, 1)
      const numbers = {
        x: gaussian('x', count(shape)),
        filter: gaussian('filter', count(filterShape)),
        gradient: gaussian('gradient', count(result)),
      }
      const { ofX, ofFilter } = byDefinition(
        ...([
          form,
          numbers.x,
          shape,
          numbers.filter,
          filterShape,
          numbers.gradient,
          stride,
        ] as const),
      )
      const tensors = tf.memory().numTensors
      tf.tidy(() => {
        const convolved = {
          x: tf.tensor4d(numbers.x, shape),
          filter: tf.tensor4d(numbers.filter, filterShape),
          gradient: tf.tensor4d(numbers.gradient, result),
          stride,
        }
        for (const way of [inputGradient, inputGradientOfParts]) {
          expectAll(way(form, convolved), ofX, shape)
        }
        for (const way of [filterGradient, filterGradientOfParts]) {
          expectAll(way(form, convolved), ofFilter, filterShape)
        }
        // What the kernels of our own take, which have no stride.
        if (form === 'convolution' && size === 3) {
          const { x, filter, gradient } = convolved
          const spread = withoutStride(gradient, shape, stride)
          expectAll(plainOperations.convolutionInputGradient(spread, filter), ofX, shape)
          expectAll(plainOperations.convolutionFilterGradient(x, spread), ofFilter, filterShape)
        }
      })
      expect(tf.memory().numTensors).toBe(tensors)
    },
  )
})

function expectAll(found: tf.Tensor, wanted: Float64Array, shape: Shape): void {
  expect(found.shape).toEqual(shape)
  const numbers = found.dataSync()
  const farthest = wanted.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - numbers[i]!)),
    0,
  )
  expect(farthest).toBeLessThan(1e-4)
}
