import * as tf from '@tensorflow/tfjs-core'

/**
 * The product of two matrices, either of them transposed first where asked for. The WASM backend
 * multiplies transposed matrices with a plain loop, some twenty times slower than others: there
 * they are turned first.
 */
export function multiplyMatrices(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  transposeA = false,
  transposeB = false,
): tf.Tensor2D {
  if (tf.getBackend() !== 'wasm') return tf.matMul(a, b, transposeA, transposeB)
  return tf.tidy(() =>
    tf.matMul(transposeA ? tf.transpose(a) : a, transposeB ? tf.transpose(b) : b),
  )
}
