import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import {
  createProjection,
  exactNeighbours,
  finish,
  nearestOf,
  normalizedRows,
  principalPlane,
  standardizePlane,
  type Steps,
  umapNeighbours,
  umapPlane,
} from '../../../../src/core/projection'
import { fuzzyEdges } from '../../../../src/core/projection/fuzzyEdges'
import { principalPlaneSteps } from '../../../../src/core/projection/principalPlane'
import { clusters } from './clusters'

const variances = (xy: Float32Array): [number, number] => {
  const sums: [number, number] = [0, 0]
  xy.forEach((value, i) => (sums[i % 2 === 0 ? 0 : 1] += value * value))
  return [sums[0] / (xy.length / 2), sums[1] / (xy.length / 2)]
}

describe('principalPlane', () => {
  it('is the data itself where it has two dimensions of known variance', () => {
    const data = Float32Array.of(-4, 1, 4, 1, 0, 3, 0, -1)
    const xy = principalPlane({ data, rows: 4, columns: 2 }, createRandom(1))
    ;[-4, 0, 4, 0, 0, 2, 0, -2].forEach((value, i) => expect(xy[i]).toBeCloseTo(value, 4))
  })

  it('finds two strong directions among many weak ones, whatever it starts from', () => {
    const random = createRandom(5)
    const [rows, columns] = [400, 30]
    const data = new Float32Array(rows * columns)
    for (let i = 0; i < rows; i++) {
      for (let k = 0; k < columns; k++) data[i * columns + k] = random.normal(1, 0.5)
      data[i * columns + 7] = data[i * columns + 7]! * 20
      data[i * columns + 21] = data[i * columns + 21]! * 10
    }
    const matrix: Matrix = { data, rows, columns }
    const one = principalPlane(matrix, createRandom(1))
    const two = principalPlane(matrix, createRandom(2))
    const mean = data.reduce((sum, v, at) => (at % columns === 7 ? sum + v : sum), 0) / rows
    for (let i = 0; i < rows; i++) {
      expect(one[2 * i]).toBeCloseTo(two[2 * i]!, 1)
      expect(Math.abs(one[2 * i]! - (data[i * columns + 7]! - mean))).toBeLessThan(1)
    }
    const [first, second] = variances(one)
    expect(first).toBeGreaterThan(second)
  })

  it('gives y = 0 where there is no second dimension', () => {
    const xy = principalPlane(
      { data: Float32Array.of(1, 2, 4), rows: 3, columns: 1 },
      createRandom(1),
    )
    expect([xy[1], xy[3], xy[5]]).toEqual([0, 0, 0])
    const line = principalPlane(
      { data: Float32Array.of(1, 1, 2, 2, 5, 5), rows: 3, columns: 2 },
      createRandom(1),
    )
    expect(line[0]! - line[2]!).toBeCloseTo(-Math.SQRT2, 4)
    expect(Math.abs(line[1]!) + Math.abs(line[3]!)).toBeLessThan(1e-5)
  })
})

describe('standardizePlane', () => {
  it('centres and scales both axes alike', () => {
    const xy = standardizePlane(Float32Array.of(10, 1, 20, 1, 30, 4))
    const [first, second] = variances(xy)
    expect((first + second) / 2).toBeCloseTo(1, 5)
    expect(xy[0]! + xy[2]! + xy[4]!).toBeCloseTo(0, 5)
    expect((xy[2]! - xy[0]!) / (xy[5]! - xy[3]!)).toBeCloseTo(10 / 3, 4)
  })
  it('puts copies and what is not finite at the centre', () => {
    expect([...standardizePlane(Float32Array.of(3, 3, 3, 3))]).toEqual([0, 0, 0, 0])
    const xy = standardizePlane(Float32Array.of(1, 0, NaN, 0, -1, 0))
    expect([xy[2], xy[3]]).toEqual([0, 0])
  })
})

function project(matrix: Matrix, seed = 1) {
  const projection = createProjection(matrix, createRandom(seed))
  const pca = finish(projection.principal())
  const graph = finish(projection.neighbours())
  return { pca, graph, umap: finish(projection.layout(graph, pca)) }
}

// Each layout takes a second or two where the processor is busy.
describe('a whole projection', { timeout: 60_000 }, () => {
  it.each([0, 1, 2, 3, 4, 5, 14, 15, 16, 40])('works for %i rows', (rows) => {
    const { pca, umap, graph } = project(clusters(rows, 6, 2))
    for (const plane of [pca, umap]) {
      expect(plane).toHaveLength(rows * 2)
      expect(plane.every(Number.isFinite)).toBe(true)
    }
    expect(nearestOf(graph)).toHaveLength(rows)
  })

  it.each([
    ['copies of one image', () => new Float32Array(60 * 4).fill(0.5)],
    ['zeros', () => new Float32Array(60 * 4)],
    [
      'two images, thirty copies each',
      () => Float32Array.from({ length: 240 }, (_, i) => ((i >> 2) % 2 === i % 2 ? 1 : 0)),
    ],
  ])('is finite for %s', (_, make) => {
    const { pca, umap } = project({ data: make(), rows: 60, columns: 4 })
    expect(pca.every(Number.isFinite)).toBe(true)
    expect(umap.every(Number.isFinite)).toBe(true)
  })

  it('gives the same numbers for the same seed and others for another', () => {
    const matrix = clusters(120, 10, 4)
    const one = project(matrix, 3)
    expect(project(matrix, 3).umap).toEqual(one.umap)
    expect(project(matrix, 4).umap).not.toEqual(one.umap)
  })

  it('keeps neighbours together: each cluster lies with its own in the plane', () => {
    const count = 6
    const { umap } = project(clusters(300, 32, count, 0.5))
    const rows = umap.length / 2
    // Brought into rows of length 1 on a sphere, a plane's nearest is the embedding's nearest.
    const lifted = new Float32Array(rows * 3)
    for (let i = 0; i < rows; i++) {
      const [x, y] = [umap[2 * i]! / 100, umap[2 * i + 1]! / 100]
      lifted.set([x, y, Math.sqrt(1 - x * x - y * y)], 3 * i)
    }
    const nearest = nearestOf(finish(exactNeighbours({ data: lifted, rows, columns: 3 }, 1)))
    const right = nearest.filter((j, i) => j % count === i % count).length
    expect(right / rows).toBeGreaterThan(0.95)
  })

  it('reports how far it is and can be given up in the middle', () => {
    const projection = createProjection(clusters(200, 8, 4), createRandom(1))
    const start = finish(projection.principal())
    const graph = finish(projection.neighbours())
    const shares: number[] = []
    for (const share of projection.layout(graph, start)) {
      shares.push(share)
      if (shares.length === 10) break
    }
    expect(shares).toHaveLength(10)
    expect([...shares].sort((a, b) => a - b)).toEqual(shares)
    expect(shares[9]).toBeLessThan(1)
  })

  // Above this many points nothing of it may wait for a whole pass over them.
  const many = clusters(3000, 64, 10)
  const sharesOf = <Result>(steps: Steps<Result>): { shares: number[]; result: Result } => {
    const shares: number[] = []
    for (;;) {
      const step = steps.next()
      if (step.done === true) return { shares, result: step.value }
      shares.push(step.value)
    }
  }
  const expectRising = (shares: readonly number[], most: number): void => {
    const jumps = shares.map((share, i) => share - (shares[i - 1] ?? 0))
    expect(Math.min(...jumps)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...jumps)).toBeLessThanOrEqual(most)
    expect(shares.at(-1)).toBeLessThanOrEqual(1)
  }

  it('goes in steps within a round over many points', () => {
    const random = createRandom(1)
    const graph = finish(exactNeighbours(normalizedRows(many), umapNeighbours - 1))
    const edges = sharesOf(fuzzyEdges(graph, umapNeighbours, 20))
    // Each of its three passes in pieces of at most 512 points.
    expect(edges.shares.length).toBeGreaterThanOrEqual(3 * Math.ceil(graph.rows / 512))
    expectRising(edges.shares, 0.3)
    const start = Float32Array.from({ length: 2 * graph.rows }, () => random.normal())
    const layout = sharesOf(umapPlane({ graph, start, random, epochs: 20 }))
    const pieces = Math.floor(edges.result.head.length / 2 ** 15)
    expect(pieces).toBeGreaterThan(0)
    expect(layout.shares.length).toBe(edges.shares.length + 20 * (pieces + 1))
    expectRising(layout.shares, 0.05)
  })

  it('finds the first two components in steps, the same as at once', () => {
    const wide: Matrix = { ...clusters(1100, 512, 10) }
    const { shares, result } = sharesOf(principalPlaneSteps(wide, createRandom(1)))
    // Each round goes through all rows in pieces of 512.
    expect(shares.length).toBeGreaterThanOrEqual(2 * Math.floor(wide.rows / 512))
    expectRising(shares, 0.5)
    expect(result).toEqual(principalPlane(wide, createRandom(1)))
  })
})
