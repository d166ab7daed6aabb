import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import {
  createProjection,
  exactNeighbourLimit,
  type MapMetric,
  normalizedRows,
} from '../../../../src/core/projection'
import { finish } from '../../../../src/core/steps'
import { clusters } from './clusters'

const graphOf = (matrix: Matrix, count: number, metric: MapMetric = 'cosine', seed = 1) =>
  finish(
    createProjection(matrix, {
      ...{ method: 'fast', leastDistance: 0.1, labelWeight: 0 },
      ...{ neighbours: count + 1, metric, seed },
    }).neighbours(),
  )

/** From the differences of two rows, by their definitions. */
const overRows: Record<MapMetric, (differences: Float64Array) => number> = {
  cosine: (d) => Math.hypot(...d),
  euclidean: (d) => Math.hypot(...d),
  squaredEuclidean: (d) => d.reduce((sum, value) => sum + value * value, 0),
  manhattan: (d) => d.reduce((sum, value) => sum + Math.abs(value), 0),
  chebyshev: (d) => d.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  // Less what it is divided by, which is one number a row.
  snr: (d) => {
    const mean = d.reduce((sum, value) => sum + value, 0) / d.length
    return d.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  },
}
function distancesFrom(matrix: Matrix, row: number, metric: MapMetric): number[] {
  const isNormalized = metric === 'cosine' || metric === 'snr'
  const { data, rows, columns } = isNormalized ? normalizedRows(matrix) : matrix
  const differences = new Float64Array(columns)
  return Array.from({ length: rows }, (_, other) => {
    for (let k = 0; k < columns; k++) {
      differences[k] = data[row * columns + k]! - data[other * columns + k]!
    }
    return overRows[metric](differences)
  })
}

/** The nearest of a row, by a loop over all. */
function byLoop(matrix: Matrix, row: number, count: number, metric: MapMetric) {
  return distancesFrom(matrix, row, metric)
    .map((distance, other) => ({ other, distance }))
    .filter(({ other }) => other !== row)
    .sort((a, b) => a.distance - b.distance || a.other - b.other)
    .slice(0, count)
}
const rowsOf = (indices: Uint32Array, count: number): number[][] =>
  Array.from({ length: indices.length / count }, (_, i) => [
    ...indices.subarray(i * count, (i + 1) * count),
  ])

describe('normalizedRows', () => {
  it('makes length 1 and leaves zeros and what is not finite as zeros', () => {
    const data = Float32Array.of(3, 4, 0, 0, NaN, 1)
    expect([...normalizedRows({ data, rows: 3, columns: 2 }).data]).toEqual([
      Math.fround(0.6),
      Math.fround(0.8),
      0,
      0,
      0,
      0,
    ])
  })
})

describe('neighbours of few rows', () => {
  it.each([
    ['cosine', 9, 3, 14],
    ['cosine', 700, 17, 8],
    ['cosine', 60, 128, 5],
    ['euclidean', 120, 33, 8],
    ['squaredEuclidean', 50, 5, 3],
    ['manhattan', 120, 33, 8],
    ['chebyshev', 120, 33, 8],
    ['snr', 120, 33, 8],
  ] as const)(
    'by %s are those that a loop finds among %i rows of %i',
    (metric, rows, columns, count) => {
      const matrix = clusters(rows, columns, 3)
      const graph = graphOf(matrix, count, metric)
      expect(graph.count).toBe(Math.min(count, rows - 1))
      for (let row = 0; row < rows; row++) {
        const start = row * graph.count
        const distances = distancesFrom(matrix, row, metric)
        byLoop(matrix, row, graph.count, metric).forEach(({ distance }, n) => {
          expect(graph.distances[start + n]).toBeCloseTo(distance, 4)
          expect(distances[graph.indices[start + n]!]).toBeCloseTo(distance, 4)
        })
      }
    },
  )

  it('lists copies in order of their index and never the row itself', () => {
    const data = new Float32Array(4 * 3).fill(1)
    const graph = graphOf({ data, rows: 4, columns: 3 }, 2)
    expect([...graph.indices]).toEqual([1, 2, 0, 2, 0, 1, 0, 1])
    expect([...graph.distances]).toEqual(new Array(8).fill(0))
  })

  it.each([1, 2])('are as many as there are for %i rows', (rows) => {
    expect(graphOf(clusters(rows, 5, 1), 14).count).toBe(rows - 1)
  })
})

describe('neighbours of many rows', { timeout: 60_000 }, () => {
  const rows = exactNeighbourLimit + 1000

  it.each([
    ['cosine', 0.95],
    ['manhattan', 0.95],
    ['chebyshev', 0.85],
  ] as const)('by %s are nearly all', (metric, least) => {
    const matrix = clusters(rows, 24, 12, 0.8)
    const count = 14
    const graph = graphOf(matrix, count, metric)
    let hits = 0
    const asked = Array.from({ length: 40 }, (_, i) => i * 170)
    for (const row of asked) {
      const found = new Set(graph.indices.subarray(row * count, (row + 1) * count))
      hits += byLoop(matrix, row, count, metric).filter(({ other }) => found.has(other)).length
    }
    expect(hits / (asked.length * count)).toBeGreaterThan(least)
  })

  it('are the same for the same seed, without the row itself or a repeat', () => {
    const matrix = clusters(rows, 8, 5)
    const one = graphOf(matrix, 10, 'cosine', 7)
    expect(graphOf(matrix, 10, 'cosine', 7)).toEqual(one)
    expect(graphOf(matrix, 10, 'cosine', 8)).not.toEqual(one)
    rowsOf(one.indices, 10).forEach((row, i) => {
      expect(new Set(row).size).toBe(10)
      expect(row).not.toContain(i)
    })
    for (let at = 1; at < one.distances.length; at++) {
      if (at % 10 > 0) expect(one.distances[at]).toBeGreaterThanOrEqual(one.distances[at - 1]!)
    }
  })

  it('fill every list where all rows are copies', () => {
    const copies = { data: new Float32Array(rows * 4).fill(0.5), rows, columns: 4 }
    const graph = graphOf(copies, 14)
    rowsOf(graph.indices, 14).forEach((row) => expect(new Set(row).size).toBe(14))
  })

  it('fill lists of more neighbours than a leaf has rows', () => {
    const random = createRandom(3)
    const data = Float32Array.from({ length: rows * 4 }, () => random.normal())
    const graph = graphOf({ data, rows, columns: 4 }, 99)
    expect(graph.count).toBe(99)
    for (const row of [0, 17, rows - 1]) {
      expect(new Set(graph.indices.subarray(row * 99, (row + 1) * 99)).size).toBe(99)
    }
  })
})
