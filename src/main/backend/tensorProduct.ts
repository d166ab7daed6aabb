import * as tf from '@tensorflow/tfjs-core'
import type { Matrix } from '../../core/math/matrix'
import type { MatrixProduct } from '../../core/math/product'
import { numbersOf } from '../../core/network/plainAdam'
import { multiplyMatrices } from '../../core/network/matrixProduct'

/** Second factors that are kept as tensors. */
const held = new Map<Matrix, tf.Tensor2D>()

/** Matrix products on the tensor backend that is in use. */
export const tensorProduct: MatrixProduct = {
  multiplyTransposed: (a, b) => multiply(a, b, false, true),
  multiply: (a, b) => multiply(a, b, false, false),
  transposedMultiply: (a, b) => multiply(a, b, true, false),
  hold(b) {
    if (b.rows * b.columns === 0 || held.has(b)) return () => {}
    const tensor = tf.tensor2d(b.data, [b.rows, b.columns])
    held.set(b, tensor)
    return () => {
      if (held.delete(b)) tensor.dispose()
    }
  },
}

function multiply(a: Matrix, b: Matrix, transposeA: boolean, transposeB: boolean): Matrix {
  const innerA = transposeA ? a.rows : a.columns
  const innerB = transposeB ? b.columns : b.rows
  if (innerA !== innerB) throw new Error(`Inner dimensions differ: ${innerA} and ${innerB}`)
  const rows = transposeA ? a.columns : a.rows
  const columns = transposeB ? b.rows : b.columns
  if (rows === 0 || columns === 0 || innerA === 0) {
    return { data: new Float32Array(rows * columns), rows, columns }
  }
  const result = tf.tidy(() => {
    const left = tf.tensor2d(a.data, [a.rows, a.columns])
    const right = held.get(b) ?? (b === a ? left : tf.tensor2d(b.data, [b.rows, b.columns]))
    return multiplyMatrices(left, right, transposeA, transposeB)
  })
  // Not inside `tidy`, which looks for tensors among the numbers of an array that it is given.
  const data = numbersOf(result)
  result.dispose()
  return { data, rows, columns }
}
