import type { Matrix } from '../../src/core/math/matrix'
import { createRandom } from '../../src/core/math/random'

/** 100 gaussian clusters; row i belongs to cluster i % 100. */
export function clusterRows(rows: number, columns: number, seed: string): Matrix {
  const clusters = 100
  const random = createRandom(seed)
  const centres = Float32Array.from({ length: clusters * columns }, () => random.normal())
  const data = new Float32Array(rows * columns)
  for (let at = 0; at < data.length; at++) {
    const cluster = Math.floor(at / columns) % clusters
    data[at] = centres[cluster * columns + (at % columns)]! + random.normal(0, 0.5)
  }
  return { data, rows, columns }
}
