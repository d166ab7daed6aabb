import { describe, expect, it } from 'vitest'
import {
  jaccard,
  neighbourChanges,
  spreadQueries,
} from '../../../../src/core/evaluation/neighbourChange'
import { createMatrix, type Matrix } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'

const rows = 30
function embedding(seed: number, columns: number): Matrix {
  const random = createRandom(seed)
  return createMatrix(
    rows,
    columns,
    Float32Array.from({ length: rows * columns }, () => random.normal()),
  )
}
const queries = Uint32Array.from({ length: rows }, (_, i) => i)

/** By the definition: all cosines, sorted. */
function nearest({ data, columns }: Matrix, row: number, k: number): number[] {
  const of = (i: number) => data.subarray(i * columns, (i + 1) * columns)
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i]!, 0)
  const cosine = (i: number) =>
    dot(of(row), of(i)) / Math.sqrt(dot(of(i), of(i)) * dot(of(row), of(row)))
  return [...queries]
    .filter((i) => i !== row)
    .sort((a, b) => cosine(b) - cosine(a))
    .slice(0, k)
}

describe('neighbourChanges', () => {
  it('finds the nearest of both by the definition, without the item itself', () => {
    const [one, other] = [embedding(1, 6), embedding(2, 4)]
    for (const change of neighbourChanges(one, other, { k: 5, queries })) {
      expect([...change.before]).toEqual(nearest(one, change.row, 5))
      expect([...change.after]).toEqual(nearest(other, change.row, 5))
      const shared = change.before.filter((row) => change.after.includes(row)).length
      expect(change.overlap).toBeCloseTo(shared / (10 - shared), 12)
    }
  })

  it('sees no change in a turned or scaled embedding', () => {
    const one = embedding(3, 2)
    const [c, s] = [Math.cos(1), Math.sin(1)]
    const turned = one.data.map((_, i) => {
      const [x, y] = [one.data[i - (i % 2)]!, one.data[i - (i % 2) + 1]!]
      return 3 * (i % 2 === 0 ? c * x - s * y : s * x + c * y)
    })
    const changes = neighbourChanges(one, createMatrix(rows, 2, turned), { k: 4, queries })
    expect(changes.every(({ overlap }) => overlap === 1)).toBe(true)
  })

  it('has fewer neighbours where there are fewer items, and none of none', () => {
    const one = createMatrix(1, 2, Float32Array.of(1, 0))
    const [only] = neighbourChanges(one, one, { k: 10, queries: Uint32Array.of(0) })
    expect(only).toMatchObject({ row: 0, overlap: 1 })
    expect(only!.before).toHaveLength(0)
    const none = createMatrix(0, 2)
    expect(neighbourChanges(none, none, { k: 10, queries: new Uint32Array() })).toEqual([])
  })

  it('refuses embeddings of different items', () => {
    expect(() => neighbourChanges(embedding(1, 2), createMatrix(2, 2), { k: 1, queries })).toThrow()
  })
})

it('overlaps by what is shared over all', () => {
  expect(jaccard(Uint32Array.of(1, 2, 3), Uint32Array.of(3, 4))).toBe(0.25)
  expect(jaccard(new Uint32Array(), new Uint32Array())).toBe(1)
  expect(jaccard(Uint32Array.of(1), Uint32Array.of(2))).toBe(0)
})

it('asks all where it can, else rows spread evenly', () => {
  expect([...spreadQueries(4, 16)]).toEqual([0, 1, 2, 3])
  expect([...spreadQueries(10, 34)]).toEqual([0, 3, 6, 9])
  expect(spreadQueries(0, 10)).toHaveLength(0)
})
