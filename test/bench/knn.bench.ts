/**
 * `npm run bench -- knn [--points 10000,50000] [--json]`: seconds of the exact and of the approximate
 * graph of 15 neighbours, 128 dimensions, and the share of the exact ones that the approximate graph
 * holds (on 500 points spread over all).
 */
import { parseArgs } from 'node:util'
import { createMatrix, gatherRows, type Matrix } from '../../src/core/math/matrix'
import { exactNeighbors } from '../../src/core/math/neighbors'
import { createRandom } from '../../src/core/math/random'
import { finish, neighbourDescent, normalizedRows } from '../../src/core/projection'
import { printRows } from './backends'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '10000,50000' },
    json: { type: 'boolean', default: false },
  },
})
const [k, columns, clusters, probes] = [15, 128, 100, 500]
/** The exact graph grows with the square of the points. */
const mostExact = 20_000

function points(rows: number): Matrix {
  const random = createRandom('knn')
  const centres = Float32Array.from({ length: clusters * columns }, () => random.normal())
  const matrix = createMatrix(rows, columns)
  for (let at = 0; at < matrix.data.length; at++) {
    const cluster = Math.floor(at / columns) % clusters
    matrix.data[at] = centres[cluster * columns + (at % columns)]! + random.normal(0, 0.5)
  }
  return matrix
}

function timed<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const start = performance.now()
  const result = work()
  return { result, seconds: Math.round(performance.now() - start) / 1000 }
}

const rows = values.points.split(',').map((text) => {
  const matrix = points(Number(text))
  const exact = matrix.rows > mostExact ? null : timed(() => exactNeighbors(matrix, { k }))
  const graph = timed(() => finish(neighbourDescent(normalizedRows(matrix), k, createRandom(1))))
  const chosen = Array.from({ length: probes }, (_, i) => Math.floor((i * matrix.rows) / probes))
  const nearest = exactNeighbors(matrix, { k: k + 1, queries: gatherRows(matrix, chosen) })
  let found = 0
  chosen.forEach((row, place) => {
    const approximate = new Set(graph.result.indices.subarray(row * k, (row + 1) * k))
    const truth = [...nearest.indices.subarray(place * (k + 1), (place + 1) * (k + 1))]
    found += truth.filter((index) => index !== row && approximate.has(index)).length
  })
  return {
    points: matrix.rows,
    exactSeconds: exact?.seconds ?? null,
    approximateSeconds: graph.seconds,
    recall: Math.round((1e4 * found) / (probes * k)) / 1e4,
  }
})
printRows('knn', rows, values.json)
