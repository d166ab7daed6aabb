import { createRandom } from '../../../../src/core/math/random'
import type { Matrix } from '../../../../src/core/math/matrix'

/** Gaussian clusters around random directions; row i belongs to cluster i % clusters. */
export function clusters(
  rows: number,
  columns: number,
  count: number,
  spread = 0.3,
  seed = 1,
): Matrix {
  const random = createRandom(seed)
  const centres = Array.from({ length: count }, () =>
    Float32Array.from({ length: columns }, () => random.normal()),
  )
  const data = new Float32Array(rows * columns)
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) {
      data[i * columns + k] = centres[i % count]![k]! + random.normal(0, spread)
    }
  }
  return { data, rows, columns }
}
