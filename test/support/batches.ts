import { createMatrix, type Matrix } from '../../src/core/math/matrix'
import { createRandom, type Random } from '../../src/core/math/random'

export interface LabelledBatch {
  readonly embeddings: Matrix
  readonly labels: Int32Array
}

/** Gaussian embeddings [rows, columns]. */
export function gaussianMatrix(rows: number, columns: number, random: Random): Matrix {
  const matrix = createMatrix(rows, columns)
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal()
  return matrix
}

/** Gaussian embeddings whose labels go round 0 .. classes - 1. */
export function gaussianBatch(
  rows: number,
  columns: number,
  classes: number,
  seed: number | string = 1,
): LabelledBatch {
  return {
    embeddings: gaussianMatrix(rows, columns, createRandom(seed)),
    labels: Int32Array.from({ length: rows }, (_, i) => i % classes),
  }
}
