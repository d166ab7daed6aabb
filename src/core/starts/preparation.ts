import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { SavedModel, SavedTensor } from '../network/savedModel'

/**
 * A fixed affine map that features go through before the head: z = ((x - mean) * scale) * projection.
 * It is folded into the head when the model is saved, so that a saved model takes plain features.
 */
export interface Preparation {
  /** [inputSize], in float64: features may lie far from 0 and differ little. */
  readonly mean: Float64Array
  /** [inputSize]; null: ones. */
  readonly scale: Float32Array | null
  /** [inputSize, outputSize]; null: the identity. */
  readonly projection: Matrix | null
}

export const outputSizeOf = (preparation: Preparation): number =>
  preparation.projection?.columns ?? preparation.mean.length

/** Centres and scales each feature to a standard deviation of 1; constant ones are only centred. */
export function standardization(features: Matrix): Preparation {
  const { rows, columns, data } = features
  const mean = new Float64Array(columns)
  const square = new Float64Array(columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) mean[j]! += data[i * columns + j]!
  }
  for (let j = 0; j < columns; j++) mean[j]! /= Math.max(1, rows)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) square[j]! += (data[i * columns + j]! - mean[j]!) ** 2
  }
  const scale = Float32Array.from(square, (sum) => {
    const deviation = Math.sqrt(sum / Math.max(1, rows))
    return deviation > 1e-6 ? 1 / deviation : 1
  })
  return { mean, scale, projection: null }
}

const blockRows = 2048

/** The prepared rows, [rows, outputSize], a block at a time. */
export function applyPreparation(
  preparation: Preparation,
  features: Matrix,
  product: MatrixProduct,
): Matrix {
  const { rows, columns } = features
  const size = outputSizeOf(preparation)
  const result = createMatrix(rows, size)
  for (let from = 0; from < rows; from += blockRows) {
    const to = Math.min(rows, from + blockRows)
    const block = createMatrix(
      to - from,
      columns,
      features.data.slice(from * columns, to * columns),
    )
    for (let i = 0, at = 0; i < block.rows; i++) {
      for (let j = 0; j < columns; j++, at++) {
        block.data[at] = (block.data[at]! - preparation.mean[j]!) * (preparation.scale?.[j] ?? 1)
      }
    }
    const { projection } = preparation
    const prepared = projection === null ? block : product.multiply(block, projection)
    result.data.set(prepared.data, from * size)
  }
  return result
}

/**
 * The head as it would be without the preparation in front: same embeddings from plain features.
 * Its optimizer starts anew, because moments do not fold.
 */
export function foldPreparation(
  preparation: Preparation,
  head: SavedModel,
  product: MatrixProduct,
): SavedModel {
  const weights = tensorOf(head, 'head/weights')
  const headMean = tensorOf(head, 'head/mean')
  const bias = tensorOf(head, 'head/bias').slice()
  const size = head.embeddingSize
  const inner = outputSizeOf(preparation)
  const inputSize = preparation.mean.length
  // (z - m) W + b = z W + (b - m W)
  for (let i = 0; i < inner; i++) {
    for (let j = 0; j < size; j++) bias[j]! -= headMean[i]! * weights[i * size + j]!
  }
  const { projection, scale } = preparation
  const folded =
    projection === null
      ? weights.slice()
      : product.multiply(projection, createMatrix(inner, size, weights)).data
  if (scale !== null) {
    for (let i = 0; i < inputSize; i++) {
      for (let j = 0; j < size; j++) folded[i * size + j]! *= scale[i]!
    }
  }
  // What float32 takes off the mean goes into the bias.
  const mean = Float32Array.from(preparation.mean)
  for (let i = 0; i < inputSize; i++) {
    const rest = preparation.mean[i]! - mean[i]!
    if (rest === 0) continue
    for (let j = 0; j < size; j++) bias[j]! -= rest * folded[i * size + j]!
  }
  return {
    ...head,
    inputShape: [inputSize],
    tensors: head.tensors.map((tensor): SavedTensor => {
      const { name } = tensor
      if (name === 'head/weights') return { name, shape: [inputSize, size], data: folded }
      if (name === 'head/mean') return { name, shape: [inputSize], data: mean }
      if (name === 'head/bias') return { name, shape: [size], data: bias }
      const shape = name.startsWith('head/weights/') ? [inputSize, size] : tensor.shape
      return { name, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) }
    }),
  }
}

function tensorOf(model: SavedModel, name: string): Float32Array {
  const found = model.tensors.find((tensor) => tensor.name === name)
  if (found === undefined) throw new Error(`A head has ${name}`)
  return found.data
}
