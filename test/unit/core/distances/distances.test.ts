import { describe, expect, it } from 'vitest'
import { distances } from '../../../../src/core/distances'
import { createMatrix, matrixFromRows } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { gaussianMatrix } from '../../../support/batches'
import { finiteDifferences, relativeError } from '../../../support/finiteDifferences'

function pair(name: string, a: number[], b: number[], normalized = false): number {
  return distances.get(name).forward(matrixFromRows([a]), matrixFromRows([b]), { normalized })
    .values.data[0]!
}

describe('two often-printed mistakes', () => {
  it('euclidean sums squares, it does not square the sum', () => {
    const [a, b] = [
      [3, 0],
      [0, 4],
    ] as const
    const wrong = Math.sqrt((3 - 0 + (0 - 4)) ** 2)
    expect(pair('euclidean', [...a], [...b])).toBe(5)
    expect(wrong).toBe(1)
  })

  it('cosine divides by both lengths, not twice by the first', () => {
    const wrong = (2 * 3) / (2 * 2)
    expect(pair('cosine', [2, 0], [3, 0])).toBe(1)
    expect(pair('cosine', [2, 0], [3, 3])).toBeCloseTo(Math.SQRT1_2, 6)
    expect(wrong).toBe(1.5)
  })
})

describe('hand-computed distances', () => {
  const a = [1, 2, -2]
  const b = [3, 2, 1]
  it.each([
    ['euclidean', Math.sqrt(13)],
    ['squaredEuclidean', 13],
    ['manhattan', 5],
    ['chebyshev', 3],
    ['dot', 5],
    ['cosine', 5 / (3 * Math.sqrt(14))],
    // a - b = (-2, 0, -3), mean -5/3; a has mean 1/3.
    ['snr', (13 / 3 - 25 / 9) / (9 / 3 - 1 / 9)],
  ])('%s', (name, expected) => {
    expect(pair(name, a, b)).toBeCloseTo(expected, 5)
  })

  it('normalises by the L2 norm whatever the distance', () => {
    expect(pair('manhattan', [3, 4], [0, 2], true)).toBeCloseTo(0.6 + 0.2, 6)
    expect(pair('chebyshev', [3, 4], [0, 2], true)).toBeCloseTo(0.6, 6)
    expect(pair('dot', [3, 4], [0, 2], true)).toBeCloseTo(0.8, 6)
  })
})

describe.each(distances.names)('%s', (name) => {
  const distance = distances.get(name)
  const x = gaussianMatrix(5, 4, createRandom('x'))
  const y = gaussianMatrix(3, 4, createRandom('y'))
  const weights = (rows: number, columns: number) =>
    gaussianMatrix(rows, columns, createRandom('weights'))

  it.each([true, false])('carries gradients to both sides, normalised %s', (normalized) => {
    const g = weights(5, 3)
    const value = () => {
      const { values } = distance.forward(x, y, { normalized })
      return values.data.reduce((sum, entry, i) => sum + entry * g.data[i]!, 0)
    }
    const { embeddings, references } = distance.forward(x, y, { normalized }).backward(g)
    expect(relativeError(embeddings.data, finiteDifferences(x.data, value).slopes)).toBeLessThan(
      0.02,
    )
    expect(references).not.toBeNull()
    expect(relativeError(references!.data, finiteDifferences(y.data, value).slopes)).toBeLessThan(
      0.02,
    )
    const spared = distance.forward(x, y, { normalized }).backward(g, false)
    expect(spared.references).toBeNull()
    expect(spared.embeddings.data).toEqual(embeddings.data)
  })

  it('compared with itself gives what comparing with a copy gives, both sides together', () => {
    const g = weights(5, 5)
    const own = distance.forward(x)
    const copy = distance.forward(x, createMatrix(5, 4, x.data.slice()))
    expect(relativeError(own.values.data, copy.values.data)).toBeLessThan(1e-6)
    const both = copy.backward(g)
    const sum = both.embeddings.data.map((entry, i) => entry + both.references!.data[i]!)
    expect(relativeError(own.backward(g).embeddings.data, sum)).toBeLessThan(1e-5)
  })

  it('gives identical and nearly identical rows no distance, no NaN and a gradient of 0', () => {
    const row = Array.from(x.data.subarray(0, 4))
    const rows = matrixFromRows([row, row, row.map((entry) => entry * 3), [0, 0, 0, 0]])
    const matrix = distance.forward(rows)
    const gradient = createMatrix(4, 4)
    gradient.data[1] = 1
    const { embeddings } = matrix.backward(gradient)
    expect(matrix.values.data.every(Number.isFinite)).toBe(true)
    expect(embeddings.data.every(Number.isFinite)).toBe(true)
    if (distance.isSimilarity) return
    expect(matrix.values.data[1]).toBe(0)
    expect(embeddings.data.every((entry) => entry === 0)).toBe(true)
    // A multiple of a row is the same row once normalised.
    expect(matrix.values.data[2]!).toBeLessThan(1e-5)
  })

  it('works from 1 to 2,048 components and on nothing', () => {
    for (const columns of [1, 2, 2048]) {
      const { values } = distance.forward(gaussianMatrix(3, columns, createRandom(1)))
      expect(values.data.every(Number.isFinite)).toBe(true)
    }
    const empty = distance.forward(createMatrix(0, 3))
    expect(empty.values.data).toHaveLength(0)
    expect(empty.backward(createMatrix(0, 0)).embeddings.data).toHaveLength(0)
  })
})

describe('precision', () => {
  it('keeps small Euclidean distances that products of float32 would lose', () => {
    const rows = matrixFromRows([
      [100, 100],
      [100.01, 100],
    ])
    const got = distances.get('euclidean').forward(rows, undefined, { normalized: false })
    expect(got.values.data[1]).toBeCloseTo(rows.data[2]! - 100, 7)
  })

  it('keeps exact ties of repeated rows with a product that rounds each row differently', () => {
    const x = gaussianMatrix(6, 5, createRandom(1))
    x.data.copyWithin(5, 0, 5)
    const uneven = {
      multiplyTransposed: (a: typeof x, b: typeof x) => {
        const result = createMatrix(a.rows, b.rows)
        for (let i = 0; i < a.rows; i++) {
          for (let j = 0; j < b.rows; j++) {
            let sum = 0
            for (let k = 0; k < a.columns; k++) {
              sum += a.data[i * a.columns + k]! * b.data[j * b.columns + k]!
            }
            result.data[i * b.rows + j] = sum * (1 + 1e-7 * (i + 2 * j))
          }
        }
        return result
      },
      multiply: (a: typeof x) => a,
      transposedMultiply: (a: typeof x) => a,
    }
    const { values } = distances.get('euclidean').forward(x, undefined, {}, uneven)
    for (let j = 2; j < 6; j++) expect(values.data[j]).toBe(values.data[6 + j])
  })
})
