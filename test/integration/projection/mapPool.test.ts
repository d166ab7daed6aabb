import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import type { Matrix } from '../../../src/core/math/matrix'
import { createProjection, type MapOptions } from '../../../src/core/projection'
import { finish } from '../../../src/core/steps'
import { startMapPool, threadsForMap } from '../../../src/main/projection/mapPool'
import { clusters } from '../../unit/core/projection/clusters'

const workersFolder = resolve(import.meta.dirname, '../../../out/main/workers')
const options: MapOptions = {
  ...{ method: 'fast', neighbours: 10, leastDistance: 0.1 },
  ...{ metric: 'cosine', seed: 5, labelWeight: 0.3 },
}

/** @returns the map, and how many threads had a part in it */
async function mapOn(lanes: number, matrix: Matrix, labels: Uint32Array) {
  let pool: ReturnType<typeof startMapPool> | undefined
  const projection = createProjection(matrix, options, {
    lanes,
    workforce: (arena) => (pool = startMapPool(arena, workersFolder)),
  })
  await pool!.started
  const plane = finish(projection.principal())
  const graph = finish(projection.neighbours())
  const layout = finish(projection.layout({ plane, labels, epochs: 40 }))
  pool!.close()
  return { graph, plane: layout.plane, helpers: pool!.helpers() }
}

it('draws the same map to the last bit on one thread, two and five', async () => {
  // More than are compared one by one, so that trees and descent are in it.
  const matrix = clusters(6500, 12, 20, 0.6)
  const labels = Uint32Array.from({ length: matrix.rows }, (_, row) => row % 3)
  const one = await mapOn(1, matrix, labels)
  expect(one.helpers).toBe(0)
  for (const lanes of [2, 5]) {
    const many = await mapOn(lanes, matrix, labels)
    expect(many.helpers).toBeGreaterThan(0)
    expect(many.graph).toEqual(one.graph)
    expect(many.plane).toEqual(one.plane)
  }
})

it('takes one thread for few images', () => {
  expect(threadsForMap(100)).toBe(1)
  expect(threadsForMap(100_000)).toBeGreaterThan(0)
})
