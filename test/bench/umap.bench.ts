/**
 * `npm run bench -- umap [--points 2000,10000] [--json]`: 100 gaussian clusters in 128 dimensions
 * to a plane: principal plane, neighbours, 200 epochs of the layout, and its trustworthiness
 * (Venna, Kaski 2001; k = 15, on up to 2,000 points). Seconds of one run from a cold start.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import type { Matrix } from '../../src/core/math/matrix'
import { createRandom } from '../../src/core/math/random'
import {
  createProjection,
  dotOfRows,
  exactNeighbourLimit,
  finish,
  normalizedRows,
  umapPlane,
} from '../../src/core/projection'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '2000,10000' },
    json: { type: 'boolean', default: false },
  },
})
const columns = 128
const clusterCount = 100
const epochs = 200

function clusters(rows: number): Matrix {
  const random = createRandom('umap')
  const centres = Float32Array.from({ length: clusterCount * columns }, () => random.normal())
  const data = Float32Array.from(
    { length: rows * columns },
    (_, at) =>
      centres[(Math.floor(at / columns) % clusterCount) * columns + (at % columns)]! +
      random.normal(0, 0.5),
  )
  return { data, rows, columns }
}

/** How far points that are near in the plane but not in the embedding stand away there; 1 is best. */
function trustworthiness(embeddings: Matrix, plane: Float32Array, k: number): number {
  const { data, rows } = normalizedRows(embeddings)
  const queries = Math.min(rows, 2000)
  let penalty = 0
  const order = Array.from({ length: rows }, (_, i) => i)
  const near = new Float32Array(rows)
  const far = new Float32Array(rows)
  const rank = new Uint32Array(rows)
  for (let q = 0; q < queries; q++) {
    const i = Math.floor((q * rows) / queries)
    for (let j = 0; j < rows; j++) {
      near[j] = j === i ? Infinity : dotOfRows(data, i, data, j, columns)
      far[j] =
        j === i
          ? -1
          : Math.hypot(plane[2 * j]! - plane[2 * i]!, plane[2 * j + 1]! - plane[2 * i + 1]!)
    }
    order.sort((a, b) => near[b]! - near[a]!)
    order.forEach((j, place) => (rank[j] = place))
    order.sort((a, b) => far[a]! - far[b]!)
    for (const j of order.slice(1, k + 1)) penalty += Math.max(0, rank[j]! - k)
  }
  return 1 - (2 / (queries * k * (2 * rows - 3 * k - 1))) * penalty
}

const rows = values.points.split(',').map((text) => {
  const count = Number(text)
  const matrix = clusters(count)
  const random = createRandom(1)
  const projection = createProjection(matrix, random)
  const start = performance.now()
  const pca = finish(projection.principal())
  const afterPca = performance.now()
  const graph = finish(projection.neighbours())
  const afterGraph = performance.now()
  const plane = finish(umapPlane({ graph, start: pca, random: random.fork('umap'), epochs }))
  const end = performance.now()
  const seconds = (ms: number): number => Math.round(ms) / 1000
  return {
    points: count,
    neighbours: count <= exactNeighbourLimit ? 'exact' : 'approximate',
    pcaSeconds: seconds(afterPca - start),
    neighbourSeconds: seconds(afterGraph - afterPca),
    layoutSeconds: seconds(end - afterGraph),
    totalSeconds: seconds(end - start),
    trustworthiness: Math.round(trustworthiness(matrix, plane, 15) * 1e4) / 1e4,
  }
})

if (values.json) {
  const machine = {
    processor: cpus()[0]?.model ?? '',
    threads: cpus().length,
    node: process.version,
  }
  process.stdout.write(`${JSON.stringify({ bench: 'umap', machine, epochs, rows })}\n`)
} else console.table(rows)
