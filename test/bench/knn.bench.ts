/**
 * `npm run bench -- knn [--points 10000,50000] [--threads N] [--json]`: seconds of the exact graph on
 * one thread and of a map's approximate one, 15 neighbours, 128 dimensions, and the share of the
 * exact ones that the approximate graph holds (on 500 points spread over all).
 */
import { parseArgs } from 'node:util'
import { gatherRows } from '../../src/core/math/matrix'
import { exactNeighbors } from '../../src/core/math/neighbors'
import { createProjection } from '../../src/core/projection'
import { finish } from '../../src/core/steps'
import { startMapPool, threadsForMap } from '../../src/main/projection/mapPool'
import { printRows, workersFolder } from './backends'
import { clusterRows } from './clusterRows'

const { values } = parseArgs({
  options: {
    points: { type: 'string', default: '10000,50000' },
    threads: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [k, columns, probes] = [15, 128, 500]
/** The exact graph grows with the square of the points. */
const mostExact = 20_000

function timed<T>(work: () => T): { readonly result: T; readonly seconds: number } {
  const start = performance.now()
  const result = work()
  return { result, seconds: Math.round(performance.now() - start) / 1000 }
}

const rows = values.points.split(',').map((text) => {
  const matrix = clusterRows(Number(text), columns, 'knn')
  const lanes = values.threads === undefined ? threadsForMap(matrix.rows) : Number(values.threads)
  const exact = matrix.rows > mostExact ? null : timed(() => exactNeighbors(matrix, { k }))
  let pool: ReturnType<typeof startMapPool> | undefined
  const graph = timed(() => {
    const projection = createProjection(
      matrix,
      {
        ...{ method: 'fast', neighbours: k + 1, seed: 1 },
        ...{ leastDistance: 0.1, metric: 'cosine', labelWeight: 0 },
      },
      { lanes, workforce: (arena) => (pool = startMapPool(arena, workersFolder)) },
    )
    return finish(projection.neighbours())
  })
  pool?.close()
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
    threads: lanes,
    exactSeconds: exact?.seconds ?? null,
    approximateSeconds: graph.seconds,
    recall: Math.round((1e4 * found) / (probes * k)) / 1e4,
  }
})
printRows('knn', rows, values.json)
