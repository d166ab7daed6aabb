import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../src/core/math/matrix'
import { createRandom } from '../../../src/core/math/random'
import {
  createProjection,
  exactNeighbours,
  finish,
  nearestOf,
  principalPlane,
  standardizePlane,
} from '../../../src/core/projection'
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
  const pca = projection.principal()
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
    const start = projection.principal()
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
})
