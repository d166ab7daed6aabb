import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { normalizationEpsilon, type Pooling } from '../../../../src/core/network/networkOperations'
import { findDisagreement } from '../../../../src/core/network/operationsCheck'
import { numbersOf } from '../../../../src/core/network/plainAdam'
import { plainOperations } from '../../../../src/core/network/plainOperations'
import { gaussian, startPlainBackend } from './plainBackend'

beforeAll(startPlainBackend)

const [batch, height, width, inputs, outputs] = [2, 5, 4, 3, 2]
const xNumbers = gaussian('x', batch * height * width * inputs)
const filterNumbers = gaussian('filter', 9 * inputs * outputs)
const gradientNumbers = gaussian('gradient', batch * height * width * outputs)
const x = () => tf.tensor4d(xNumbers, [batch, height, width, inputs])
const filter = () => tf.tensor4d(filterNumbers, [3, 3, inputs, outputs])
const gradient = () => tf.tensor4d(gradientNumbers, [batch, height, width, outputs])

/** Calls back for each product in the convolution: places in input, filter and output. */
function eachProduct(visit: (input: number, weight: number, output: number) => void): void {
  for (let b = 0; b < batch; b++)
    for (let y = 0; y < height; y++)
      for (let px = 0; px < width; px++)
        for (let ky = 0; ky < 3; ky++)
          for (let kx = 0; kx < 3; kx++) {
            const [sy, sx] = [y + ky - 1, px + kx - 1]
            if (sy < 0 || sx < 0 || sy >= height || sx >= width) continue
            for (let i = 0; i < inputs; i++)
              for (let o = 0; o < outputs; o++)
                visit(
                  ((b * height + sy) * width + sx) * inputs + i,
                  ((ky * 3 + kx) * inputs + i) * outputs + o,
                  ((b * height + y) * width + px) * outputs + o,
                )
          }
}

function expectClose(found: Float32Array, expected: ArrayLike<number>, tolerance = 1e-4): void {
  expect(found.length).toBe(expected.length)
  found.forEach((value, index) => {
    expect(Math.abs(value - expected[index]!)).toBeLessThan(tolerance)
  })
}

describe('convolution against naive loops', () => {
  test('forward', () => {
    const expected = new Float64Array(gradientNumbers.length)
    eachProduct((i, w, o) => (expected[o]! += xNumbers[i]! * filterNumbers[w]!))
    expectClose(numbersOf(plainOperations.convolution(x(), filter())), expected)
  })
  test('gradient of the input', () => {
    const expected = new Float64Array(xNumbers.length)
    eachProduct((i, w, o) => (expected[i]! += gradientNumbers[o]! * filterNumbers[w]!))
    expectClose(numbersOf(plainOperations.convolutionInputGradient(gradient(), filter())), expected)
  })
  test('gradient of the filter', () => {
    const expected = new Float64Array(filterNumbers.length)
    eachProduct((i, w, o) => (expected[w]! += gradientNumbers[o]! * xNumbers[i]!))
    expectClose(numbersOf(plainOperations.convolutionFilterGradient(x(), gradient())), expected)
  })
})

/** The block in float64 and plain loops: the sum of its values times `weights`. */
function blockOracle(
  numbers: ArrayLike<number>,
  scale: ArrayLike<number>,
  offset: ArrayLike<number>,
  pooling: Pooling,
  weights: ArrayLike<number>,
): number {
  const points = batch * height * width
  let total = 0
  for (let c = 0; c < inputs; c++) {
    let mean = 0
    for (let i = 0; i < points; i++) mean += numbers[i * inputs + c]! / points
    let variance = 0
    for (let i = 0; i < points; i++) variance += (numbers[i * inputs + c]! - mean) ** 2 / points
    const inverse = 1 / Math.sqrt(variance + normalizationEpsilon)
    const value = (b: number, y: number, px: number) =>
      Math.max(
        0,
        (numbers[((b * height + y) * width + px) * inputs + c]! - mean) * inverse * scale[c]! +
          offset[c]!,
      )
    for (let b = 0; b < batch; b++) {
      if (pooling === 'average') {
        let sum = 0
        for (let y = 0; y < height; y++) for (let px = 0; px < width; px++) sum += value(b, y, px)
        total += (sum / (height * width)) * weights[b * inputs + c]!
        continue
      }
      const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)]
      for (let y = 0; y < rows; y++)
        for (let px = 0; px < columns; px++) {
          const corners = [0, 1, 2, 3].map((k) => value(b, 2 * y + (k >> 1), 2 * px + (k & 1)))
          total += Math.max(...corners) * weights[((b * rows + y) * columns + px) * inputs + c]!
        }
    }
  }
  return total
}

describe.each(['maximum', 'average'] as const)('normalised block, %s', (pooling) => {
  const scale = gaussian('scale', inputs)
  const offset = gaussian('offset', inputs)
  const count = pooling === 'maximum' ? batch * 2 * 2 * inputs : batch * inputs
  const weights = gaussian('weights', count)
  const run = () =>
    plainOperations.normalizedBlock(x(), tf.tensor1d(scale), tf.tensor1d(offset), pooling)

  test('value and all gradients agree with finite differences', () => {
    const block = run()
    const value = numbersOf(block.value)
    const sum = value.reduce((total, v, index) => total + v * weights[index]!, 0)
    expect(sum).toBeCloseTo(blockOracle(xNumbers, scale, offset, pooling, weights), 3)
    const back = block.backward(
      tf.reshape(tf.tensor1d(weights), block.value.shape as tf.Tensor4D['shape']) as tf.Tensor4D,
    )
    const step = 1e-5
    const check = (
      found: Float32Array,
      at: (moved: Float64Array) => number,
      from: Float32Array,
    ) => {
      found.forEach((derivative, index) => {
        const moved = Float64Array.from(from)
        moved[index]! += step
        const above = at(moved)
        moved[index]! -= 2 * step
        expect(Math.abs(derivative - (above - at(moved)) / (2 * step))).toBeLessThan(2e-3)
      })
    }
    check(
      numbersOf(back.x),
      (moved) => blockOracle(moved, scale, offset, pooling, weights),
      xNumbers,
    )
    check(
      numbersOf(back.scale),
      (moved) => blockOracle(xNumbers, moved, offset, pooling, weights),
      scale,
    )
    check(
      numbersOf(back.offset),
      (moved) => blockOracle(xNumbers, scale, moved, pooling, weights),
      offset,
    )
  })
  test('inference with the statistics of the batch gives nearly the same', () => {
    const block = run()
    const points = batch * height * width
    const biased = tf.mul(block.variance, (points - 1) / points) as tf.Tensor1D
    const statistics = {
      scale: tf.tensor1d(scale),
      offset: tf.tensor1d(offset),
      mean: block.mean,
      variance: biased,
    }
    expectClose(
      numbersOf(plainOperations.inferenceBlock(x(), statistics, pooling)),
      numbersOf(block.value),
    )
  })
})

test('of equal maxima the first takes the gradient', () => {
  const flat = tf.tensor4d([1, 1, 1, 1, 0, 0, 0, 0], [2, 2, 2, 1])
  const block = plainOperations.normalizedBlock(flat, tf.tensor1d([1]), tf.tensor1d([2]), 'maximum')
  const back = block.backward(tf.tensor4d([1, 0], [2, 1, 1, 1]))
  // Only the first of four equal numbers is raised by the gradient, the others sink with the mean.
  const [first, second, third] = numbersOf(back.x)
  expect(first).toBeGreaterThan(0)
  expect(second).toBeLessThan(0)
  expect(second).toBeCloseTo(third!, 6)
})

test('the check notices operations that compute something else', () => {
  expect(findDisagreement(plainOperations)).toBeNull()
  const wrong = {
    ...plainOperations,
    convolutionInputGradient: (dy: tf.Tensor4D, w: tf.Tensor4D) =>
      tf.mul(plainOperations.convolutionInputGradient(dy, w), 1.01) as tf.Tensor4D,
  }
  expect(findDisagreement(wrong)).toContain('gradient of the input')
})

test('Adam takes the first two steps of the paper', () => {
  const weight = tf.variable(tf.tensor1d([1, -2]))
  const adam = plainOperations.createAdam([{ variable: weight, isDecayed: true }])
  adam.step([tf.tensor1d([0.5, -4])], { learningRate: 0.1, weightDecay: 0 })
  // The first step is the rate in the direction against the gradient, whatever its size.
  expectClose(numbersOf(weight), [0.9, -1.9])
  adam.step([tf.tensor1d([0, 0])], { learningRate: 0.1, weightDecay: 0.5 })
  const moment = (0.9 * 0.1 * 0.5) / (1 - 0.9 ** 2)
  const root = Math.sqrt((0.999 * 0.001 * 0.25) / (1 - 0.999 ** 2))
  expect(numbersOf(weight)[0]).toBeCloseTo(0.9 * 0.95 - (0.1 * moment) / root, 5)
})
