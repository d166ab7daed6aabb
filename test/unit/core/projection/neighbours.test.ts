import { describe, expect, it } from 'vitest'
import type { Matrix } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import {
  dotOfRows,
  exactNeighbours,
  finish,
  neighbourDescent,
  normalizedRows,
} from '../../../../src/core/projection'
import { clusters } from './clusters'

function neighboursByLoop(matrix: Matrix, count: number): number[][] {
  return Array.from({ length: matrix.rows }, (_, i) =>
    Array.from({ length: matrix.rows }, (__, j) => j)
      .filter((j) => j !== i)
      .map((j) => ({ j, s: dotOfRows(matrix.data, i, matrix.data, j, matrix.columns) }))
      .sort((a, b) => b.s - a.s || a.j - b.j)
      .slice(0, count)
      .map(({ j }) => j),
  )
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

describe('exactNeighbours', () => {
  it.each([
    [1, 5, 14],
    [2, 5, 14],
    [9, 3, 14],
    [700, 17, 8],
  ])('finds what a loop finds among %i rows of %i', (rows, columns, count) => {
    const matrix = normalizedRows(clusters(rows, columns, 3))
    const graph = finish(exactNeighbours(matrix, count))
    expect(graph.count).toBe(Math.min(count, rows - 1))
    if (graph.count > 0) {
      expect(rowsOf(graph.indices, graph.count)).toEqual(neighboursByLoop(matrix, graph.count))
    }
  })

  it('lists copies in order of their index and never the row itself', () => {
    const data = new Float32Array(4 * 3).fill(1)
    const graph = finish(exactNeighbours(normalizedRows({ data, rows: 4, columns: 3 }), 2))
    expect([...graph.indices]).toEqual([1, 2, 0, 2, 0, 1, 0, 1])
  })
})

describe('neighbourDescent', () => {
  it('finds nearly all exact neighbours', () => {
    const matrix = normalizedRows(clusters(3000, 24, 12, 0.8))
    const count = 14
    const exact = rowsOf(finish(exactNeighbours(matrix, count)).indices, count)
    const found = rowsOf(finish(neighbourDescent(matrix, count, createRandom(3))).indices, count)
    let hits = 0
    found.forEach((row, i) => row.forEach((j) => (hits += exact[i]!.includes(j) ? 1 : 0)))
    expect(hits / (3000 * count)).toBeGreaterThan(0.95)
  })

  it('gives the same graph for the same seed, without the row itself or a repeat', () => {
    const matrix = normalizedRows(clusters(500, 8, 5))
    const one = finish(neighbourDescent(matrix, 10, createRandom(7)))
    const two = finish(neighbourDescent(matrix, 10, createRandom(7)))
    expect(one.indices).toEqual(two.indices)
    rowsOf(one.indices, 10).forEach((row, i) => {
      expect(new Set(row).size).toBe(10)
      expect(row).not.toContain(i)
    })
  })

  it('fills every list where all rows are copies, or lie alone', () => {
    const copies = { data: new Float32Array(300 * 4).fill(0.5), rows: 300, columns: 4 }
    const graph = finish(neighbourDescent(copies, 14, createRandom(1)))
    rowsOf(graph.indices, 14).forEach((row) => expect(new Set(row).size).toBe(14))
    const few = finish(
      neighbourDescent({ data: new Float32Array(6), rows: 3, columns: 2 }, 14, createRandom(1)),
    )
    expect(few.count).toBe(2)
    expect([...few.similarities]).toEqual([0, 0, 0, 0, 0, 0])
  })
})
