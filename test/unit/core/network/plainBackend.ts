import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { createRandom } from '../../../../src/core/math/random'

/** Plain JavaScript for the tests of this folder, without its advice on the console. */
export async function startPlainBackend(): Promise<void> {
  tf.env().set('IS_TEST', true)
  await tf.setBackend('cpu')
}

export function gaussian(seed: string, count: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length: count }, () => random.normal())
}

/** Mean of (embedding - target)^2 over all numbers. */
export function squaredErrorTo(target: Float32Array) {
  return (embeddings: Float32Array) => {
    const difference = embeddings.map((value, index) => value - target[index]!)
    return {
      value: difference.reduce((sum, value) => sum + value * value, 0) / target.length,
      gradient: difference.map((value) => (2 * value) / target.length),
    }
  }
}
