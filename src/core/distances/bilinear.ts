import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { RawDistance } from './distance'
import { equalizeRepeatedRows } from './repeatedRows'

/** Inner products of all rows, [B, R], with gradients G y and G^T x. */
export function innerProducts(x: Matrix, y: Matrix | null, product: MatrixProduct): RawDistance {
  const values = product.multiplyTransposed(x, y ?? x)
  equalizeRepeatedRows(values, x, y)
  return {
    values,
    backward(gradient, wantsReferences) {
      if (y === null) return { x: product.multiply(addTransposed(gradient), x), y: null }
      return {
        x: product.multiply(gradient, y),
        y: wantsReferences ? product.transposedMultiply(gradient, x) : null,
      }
    },
  }
}

/** G + G^T of a square matrix: what a pair (i, j) and its mirror (j, i) receive together. */
export function addTransposed(gradient: Matrix): Matrix {
  const { rows, columns, data } = gradient
  if (rows !== columns) throw new Error('Only a square matrix has a mirror')
  const result = createMatrix(rows, rows)
  const sum = result.data
  const tile = 32
  for (let i0 = 0; i0 < rows; i0 += tile) {
    const i1 = Math.min(rows, i0 + tile)
    for (let j0 = i0; j0 < rows; j0 += tile) {
      const j1 = Math.min(rows, j0 + tile)
      for (let i = i0; i < i1; i++) {
        for (let j = Math.max(i, j0); j < j1; j++) {
          const value = data[i * rows + j]! + data[j * rows + i]!
          sum[i * rows + j] = value
          sum[j * rows + i] = value
        }
      }
    }
  }
  return result
}
