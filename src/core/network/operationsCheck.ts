import * as tf from '@tensorflow/tfjs-core'
import { createRandom } from '../math/random'
import type { NetworkOperations } from './networkOperations'
import { numbersOf } from './plainAdam'
import { plainOperations } from './plainOperations'

/**
 * Runs operations on a small case, forward and backward, and compares every result with the plain
 * ones: a library or a device that computes something else must not be trained on. Returns null
 * where all agree, else what does not. Takes a few milliseconds.
 *
 * @param tolerance largest difference allowed, as a share of the largest number of a result
 */
export function findDisagreement(operations: NetworkOperations, tolerance = 1e-3): string | null {
  const expected = resultsOf(plainOperations)
  const found = resultsOf(operations)
  for (const [name, numbers] of expected) {
    const others = found.get(name)!
    const scale = numbers.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-6)
    const isClose = numbers.every(
      (value, index) => Math.abs(value - others[index]!) <= tolerance * scale,
    )
    if (numbers.length !== others.length || !isClose) return name
  }
  return null
}

/** Odd sides, so that borders and remainders are part of the case. */
const batch = 2
const height = 7
const width = 9
const inputs = 8
const outputs = 16

function resultsOf(operations: NetworkOperations): Map<string, Float32Array> {
  const results = new Map<string, Float32Array>()
  tf.tidy(() => collectResults(operations, results))
  return results
}

function collectResults(operations: NetworkOperations, results: Map<string, Float32Array>): void {
  const random = createRandom('operations')
  const gaussian = (count: number) => Float32Array.from({ length: count }, () => random.normal())
  const x = tf.tensor4d(gaussian(batch * height * width * inputs), [batch, height, width, inputs])
  const filter = tf.variable(tf.tensor4d(gaussian(9 * inputs * outputs), [3, 3, inputs, outputs]))
  const scale = tf.tensor1d(gaussian(outputs))
  const offset = tf.tensor1d(gaussian(outputs))
  const convolved = operations.convolution(x, filter)
  results.set('convolution', numbersOf(convolved))
  for (const limit of [6, null] as const) {
    const value = tf.clipByValue(convolved, 0, limit ?? Infinity)
    const gradient = operations.rectifierGradient(convolved, value, limit)
    results.set(`gradient of a rectifier up to ${limit}`, numbersOf(gradient))
  }
  for (const pooling of ['maximum', 'average'] as const) {
    const block = operations.normalizedBlock(convolved, scale, offset, pooling)
    const numbers = tf.tensor1d(gaussian(block.value.size))
    // Four lengths or two, as the pooling has it; the type of reshape wants to know which.
    const gradient = tf.reshape<tf.Rank.R4>(numbers, block.value.shape as tf.Tensor4D['shape'])
    const back = block.backward(gradient)
    const filterGradient = operations.convolutionFilterGradient(x, back.x)
    const of = (name: string, tensor: tf.Tensor) =>
      results.set(`${name} (${pooling})`, numbersOf(tensor))
    of('block', block.value)
    of('mean', block.mean)
    of('variance', block.variance)
    of('gradient of the block', back.x)
    of('gradient of the scale', back.scale)
    of('gradient of the offset', back.offset)
    of('gradient of the filter', filterGradient)
    of('gradient of the input', operations.convolutionInputGradient(back.x, filter))
    const { mean, variance } = block
    const statistics = { scale, offset, mean, variance }
    of('inference', operations.inferenceBlock(convolved, statistics, pooling))
    if (pooling === 'maximum') {
      const adam = operations.createAdam([{ variable: filter, isDecayed: true }])
      adam.step([filterGradient], { learningRate: 0.1, weightDecay: 0.1 })
      adam.step([filterGradient], { learningRate: 0.1, weightDecay: 0 })
      results.set('Adam', numbersOf(filter))
      adam.dispose()
    }
  }
  filter.dispose()
}
