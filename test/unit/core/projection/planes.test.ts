import { describe, expect, it } from 'vitest'
import { createMatrix, type Matrix } from '../../../../src/core/math/matrix'
import { exactNeighbors } from '../../../../src/core/math/neighbors'
import { createRandom } from '../../../../src/core/math/random'
import {
  createProjection,
  mapMetrics,
  type MapOptions,
  NotFinite,
  principalPlane,
  standardizePlane,
} from '../../../../src/core/projection'
import { principalPlaneSteps } from '../../../../src/core/projection/principalPlane'
import { finish, type Steps } from '../../../../src/core/steps'
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

const usual: MapOptions = {
  method: 'fast',
  neighbours: 15,
  leastDistance: 0.1,
  metric: 'cosine',
  seed: 1,
  labelWeight: 0,
}

function project(matrix: Matrix, options: Partial<MapOptions> = {}, labels?: Uint32Array) {
  const projection = createProjection(matrix, { ...usual, ...options })
  const pca = finish(projection.principal())
  const graph = finish(projection.neighbours())
  const { plane } = finish(projection.layout({ plane: pca, ...(labels && { labels }) }))
  return { pca, graph, umap: plane }
}

/** Share of the points whose nearest in the plane is of the same cluster. */
function togetherness(plane: Float32Array, clusterOf: (row: number) => number): number {
  const data = Float32Array.from(plane)
  const { indices } = exactNeighbors(createMatrix(plane.length / 2, 2, data), {
    k: 1,
    normalized: false,
  })
  return indices.filter((j, i) => clusterOf(j) === clusterOf(i)).length / indices.length
}

// Each layout takes a second or two where the processor is busy.
describe.each(['fast', 'umap-js'] as const)('a whole map by %s', { timeout: 60_000 }, (method) => {
  it.each([0, 1, 2, 3, 4, 5, 14, 15, 16, 40])('works for %i rows', (rows) => {
    const { pca, umap } = project(clusters(rows, 6, 2), { method })
    for (const plane of [pca, umap]) {
      expect(plane).toHaveLength(rows * 2)
      expect(plane.every(Number.isFinite)).toBe(true)
    }
  })

  it.each([
    ['copies of one image', () => new Float32Array(60 * 4).fill(0.5)],
    ['zeros', () => new Float32Array(60 * 4)],
    [
      'two images, thirty copies each',
      () => Float32Array.from({ length: 240 }, (_, i) => ((i >> 2) % 2 === i % 2 ? 1 : 0)),
    ],
  ])('is finite for %s', (_, make) => {
    for (const labelWeight of [0, 0.5, 1]) {
      const matrix = { data: make(), rows: 60, columns: 4 }
      const labels = Uint32Array.from({ length: 60 }, (__, i) => i % 3)
      const { pca, umap } = project(matrix, { method, labelWeight }, labels)
      expect(pca.every(Number.isFinite)).toBe(true)
      expect(umap.every(Number.isFinite)).toBe(true)
    }
  })

  it('works where all images have one label, and where none has one', () => {
    for (const label of [0, 7]) {
      const labels = new Uint32Array(60).fill(label)
      const { umap } = project(clusters(60, 8, 2), { method, labelWeight: 0.5 }, labels)
      expect(togetherness(umap, (row) => row % 2)).toBeGreaterThan(0.9)
    }
  })

  it('gives the same numbers for the same seed and others for another', () => {
    const matrix = clusters(120, 10, 4)
    const one = project(matrix, { method, seed: 3 })
    expect(project(matrix, { method, seed: 3 }).umap).toEqual(one.umap)
    expect(project(matrix, { method, seed: 4 }).umap).not.toEqual(one.umap)
  })

  it.each(mapMetrics)('keeps neighbours by %s together', (metric) => {
    const { umap } = project(clusters(300, 32, 6, 0.5), { method, metric })
    expect(togetherness(umap, (row) => row % 6)).toBeGreaterThan(0.95)
  })

  it('parts labels that lie on one another, as far as it is told to', () => {
    const matrix = clusters(200, 16, 1, 0.5)
    const labels = Uint32Array.from({ length: 200 }, (_, row) => 1 + (row % 2))
    const share = (labelWeight: number) =>
      togetherness(project(matrix, { method, labelWeight }, labels).umap, (row) => row % 2)
    expect(share(0)).toBeLessThan(0.75)
    expect(share(0.5)).toBeGreaterThan(0.85)
  })

  it('reports how far it is and can be given up in the middle', () => {
    const projection = createProjection(clusters(200, 8, 4), { ...usual, method })
    const plane = finish(projection.principal())
    finish(projection.neighbours())
    const shares: number[] = []
    for (const share of projection.layout({ plane })) {
      shares.push(share)
      if (shares.length === 10) break
    }
    expect(shares).toHaveLength(10)
    expect([...shares].sort((a, b) => a - b)).toEqual(shares)
    expect(shares[9]).toBeLessThan(1)
  })

  it('refuses a number that is not finite, and says in which embedding', () => {
    const matrix = clusters(20, 4, 2)
    matrix.data[4 * 6 + 1] = NaN
    const make = () => createProjection(matrix, { ...usual, method })
    expect(make).toThrow(NotFinite)
    expect(make).toThrow('Embedding 7')
  })
})

describe('a map in steps', { timeout: 60_000 }, () => {
  // Above this many points nothing of it may wait for a whole pass over them.
  const many = clusters(40_000, 8, 10)
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

  it('goes on within a round over many points', () => {
    const projection = createProjection(many, { ...usual, neighbours: 4 })
    const neighbours = sharesOf(projection.neighbours())
    expectRising(neighbours.shares, 0.3)
    const random = createRandom(1)
    const plane = Float32Array.from({ length: 2 * many.rows }, () => random.normal())
    const layout = sharesOf(projection.layout({ plane, epochs: 4 }))
    // Four rounds of four phases at least, and the edges before.
    expect(layout.shares.length).toBeGreaterThan(16 + 4)
    expectRising(layout.shares, 0.1)
  })

  it('starts from a map of before and stays near it where the rate is small', () => {
    const matrix = clusters(150, 12, 3)
    const projection = createProjection(matrix, usual)
    const plane = finish(projection.principal())
    finish(projection.neighbours())
    const first = finish(projection.layout({ plane }))
    const again = finish(projection.layout({ ...first, epochs: 10, rate: 0.05 }))
    const away = again.plane.map((value, at) => Math.abs(value - first.plane[at]!))
    expect(Math.max(...away)).toBeLessThan(0.3)
    expect(Math.max(...away)).toBeGreaterThan(0)
  })

  it('shows the places of each round', () => {
    const projection = createProjection(clusters(50, 12, 3), usual)
    const plane = finish(projection.principal())
    finish(projection.neighbours())
    const seen: Float32Array[] = []
    const onPlaces = (places: Float32Array) => seen.push(places.slice())
    const { plane: last } = finish(projection.layout({ plane, epochs: 5, onPlaces }))
    expect(seen).toHaveLength(5)
    expect(seen[3]).not.toEqual(seen[4])
    expect(standardizePlane(seen[4]!)).toEqual(last)
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
