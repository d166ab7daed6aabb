import { describe, expect, it } from 'vitest'
import {
  factorCholesky,
  solveLower,
  solveLowerTransposed,
} from '../../../../src/core/math/cholesky'
import { largestEigenPairs } from '../../../../src/core/math/eigen'
import { createMatrix, transpose, type Matrix } from '../../../../src/core/math/matrix'
import { exactNeighbors } from '../../../../src/core/math/neighbors'
import { javascriptProduct } from '../../../../src/core/math/product'
import { productSteps } from '../../../../src/core/math/productSteps'
import { loadPanelKernel } from '../../../../src/core/math/simdKernel'
import { simdProduct } from '../../../../src/core/math/simdProduct'
import { createRandom, restoreRandom } from '../../../../src/core/math/random'
import { gaussianMatrix } from '../../../support/batches'
import { relativeError } from '../../../support/finiteDifferences'

function naive(a: Matrix, b: Matrix): Float64Array {
  const result = new Float64Array(a.rows * b.columns)
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < b.columns; j++) {
      for (let k = 0; k < a.columns; k++) {
        result[i * b.columns + j]! += a.data[i * a.columns + k]! * b.data[k * b.columns + j]!
      }
    }
  }
  return result
}

describe.each([
  ['in plain JavaScript', javascriptProduct],
  ['with 128-bit instructions', simdProduct],
])('products %s', (_, product) => {
  it.each([
    [1, 1, 1],
    [5, 7, 3],
    [66, 70, 600],
    [3, 129, 1030],
    [0, 4, 2],
  ])('[%i, %i] over %i are what three loops give', (rows, columns, inner) => {
    const random = createRandom(1)
    const a = gaussianMatrix(rows, inner, random)
    const b = gaussianMatrix(inner, columns, random)
    const expected = naive(a, b)
    const error = (got: Matrix) => relativeError(got.data, expected)
    expect(error(product.multiply(a, b))).toBeLessThan(1e-6)
    expect(error(product.multiplyTransposed(a, transpose(b)))).toBeLessThan(1e-6)
    expect(error(product.transposedMultiply(transpose(a), b))).toBeLessThan(1e-6)
    const square = product.multiplyTransposed(a, a)
    expect(relativeError(square.data, naive(a, transpose(a)))).toBeLessThan(1e-6)
  })

  it('give the same numbers in steps as at once, to the last digit', () => {
    const random = createRandom(7)
    // So large that it takes several steps, none of which is a whole number of blocks.
    const a = gaussianMatrix(701, 1031, random)
    const b = gaussianMatrix(1031, 601, random)
    for (const [form, second] of [
      ['multiplyTransposed', a],
      ['multiply', b],
    ] as const) {
      const shares: number[] = []
      const steps = productSteps(form, a, second, product)
      let step = steps.next()
      for (; step.done !== true; step = steps.next()) shares.push(step.value)
      const bytes = (matrix: Matrix) => Buffer.from(matrix.data.buffer)
      expect(bytes(step.value).equals(bytes(product[form](a, second)))).toBe(true)
      expect(shares.length).toBeGreaterThan(2)
      expect(shares).toEqual(shares.toSorted((x, y) => x - y))
    }
  })
})

describe('128-bit instructions', () => {
  it('are there under Node, so that the products above were made by them', () => {
    expect(loadPanelKernel()).not.toBeNull()
  })
})

describe('random numbers', () => {
  it('are the same for the same seed, on every machine', () => {
    const random = createRandom(42)
    const first = Array.from({ length: 3 }, () => random.next())
    expect(first).toEqual(
      Array.from(
        { length: 3 },
        (
          (again) => () =>
            again.next()
        )(createRandom(42)),
      ),
    )
    expect(createRandom(43).next()).not.toBe(first[0])
  })

  it('go on from a saved state, a spare gaussian included', () => {
    const random = createRandom('run')
    random.normal()
    const restored = restoreRandom(JSON.parse(JSON.stringify(random.state())) as number[])
    const draw = (from: typeof random) => [
      from.normal(),
      from.next(),
      from.normal(),
      from.integer(9),
    ]
    expect(draw(restored)).toEqual(draw(random))
  })

  it('fork by name, whatever was drawn before', () => {
    const random = createRandom(1)
    const before = random.fork('mining').next()
    random.next()
    expect(random.fork('mining').next()).toBe(before)
    expect(random.fork('sampling').next()).not.toBe(before)
  })

  it('are uniform, gaussian and fairly shuffled', () => {
    const random = createRandom(7)
    const n = 20_000
    let sum = 0
    let square = 0
    const counts = new Uint32Array(6)
    const first = new Uint32Array(3)
    for (let i = 0; i < n; i++) {
      const value = random.normal(2, 3)
      sum += value
      square += (value - 2) ** 2
      const die = random.integer(6)
      counts[die] = counts[die]! + 1
      const top = random.shuffle([0, 1, 2])[0]!
      first[top] = first[top]! + 1
    }
    expect(sum / n).toBeCloseTo(2, 1)
    expect(Math.sqrt(square / n)).toBeCloseTo(3, 1)
    for (const count of counts) expect(count / n).toBeCloseTo(1 / 6, 1)
    for (const count of first) expect(count / n).toBeCloseTo(1 / 3, 1)
  })
})

describe('eigenvectors', () => {
  const cases: readonly [string, number, (i: number, j: number) => number][] = [
    [
      'random',
      60,
      (
        (random) => () =>
          random.normal()
      )(createRandom(3)),
    ],
    ['the identity', 12, (i, j) => (i === j ? 1 : 0)],
    ['of rank one', 15, () => 1],
    ['of zeros', 6, () => 0],
    ['of repeated values', 30, (i, j) => (i === j ? i % 3 : 0)],
    ['of Wilkinson', 21, (i, j) => (i === j ? Math.abs(i - 10) : Math.abs(i - j) === 1 ? 1 : 0)],
    ['of one number', 1, () => -4],
    ['of ones', 120, () => 1],
    ['of rank 2 and small numbers', 150, (i, j) => 1e-20 * (1 + (i % 3) * (j % 3))],
  ]
  it.each(cases)('of a matrix %s', (_, n, entry) => {
    const a = new Float64Array(n * n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = entry(i, j)
    }
    const { values, vectors } = largestEigenPairs(a.slice(), n, n)
    expect(Array.from(values)).toEqual(Array.from(values).sort((x, y) => y - x))
    const trace = Array.from({ length: n }, (__, i) => a[i * n + i]!).reduce((s, v) => s + v, 0)
    expect(values.reduce((s, v) => s + v, 0)).toBeCloseTo(trace, 8)
    for (let r = 0; r < n; r++) {
      for (let i = 0; i < n; i++) {
        let image = 0
        for (let j = 0; j < n; j++) image += a[i * n + j]! * vectors[r * n + j]!
        expect(image).toBeCloseTo(values[r]! * vectors[r * n + i]!, 8)
      }
      for (let q = 0; q <= r; q++) {
        let inner = 0
        for (let j = 0; j < n; j++) inner += vectors[r * n + j]! * vectors[q * n + j]!
        expect(inner).toBeCloseTo(q === r ? 1 : 0, 8)
      }
    }
  })
})

describe('Cholesky', () => {
  it.each([
    ['in one block, in float64', 70, 1, 7],
    ['in blocks, joined in float32', 290, 290, 2],
  ])('factors and solves both ways %s', (_, n, ridge, digits) => {
    const b = gaussianMatrix(n, n, createRandom(1))
    const a = new Float64Array(n * n)
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) a[i * n + j]! += b.data[i * n + k]! * b.data[j * n + k]!
      }
      a[i * n + i]! += ridge
    }
    const factor = a.slice()
    expect(factorCholesky(factor, n)).toBe(true)
    const x = Float64Array.from({ length: 3 * n }, (_, i) => Math.sin(i))
    const solved = x.slice()
    solveLower(factor, n, solved, 3)
    solveLowerTransposed(factor, n, solved, 3)
    for (let r = 0; r < 3; r++) {
      for (let i = 0; i < n; i++) {
        let image = 0
        for (let j = 0; j < n; j++) image += a[i * n + j]! * solved[r * n + j]!
        expect(image).toBeCloseTo(x[r * n + i]!, digits)
      }
    }
  })

  it('refuses what is not positive definite', () => {
    expect(factorCholesky(Float64Array.from([1, 2, 2, 1]), 2)).toBe(false)
  })
})

describe('exact neighbours', () => {
  it('are what sorting gives, without the row itself', () => {
    const rows = gaussianMatrix(50, 4, createRandom(1))
    const { indices, distances } = exactNeighbors(rows, { k: 5, normalized: false })
    const between = (i: number, j: number) =>
      Math.hypot(...[0, 1, 2, 3].map((k) => rows.data[i * 4 + k]! - rows.data[j * 4 + k]!))
    for (let i = 0; i < 50; i++) {
      const expected = Array.from({ length: 50 }, (_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => between(i, a) - between(i, b))
        .slice(0, 5)
      expect(Array.from(indices.subarray(i * 5, i * 5 + 5))).toEqual(expected)
      expect(distances[i * 5]).toBeCloseTo(between(i, expected[0]!), 5)
    }
  })

  it('give as many as there are, ties by index, and take queries of their own', () => {
    const rows = createMatrix(3, 2, Float32Array.from([1, 1, 1, 1, 1, 1]))
    expect(Array.from(exactNeighbors(rows, { k: 9 }).indices)).toEqual([1, 2, 0, 2, 0, 1])
    expect(exactNeighbors(createMatrix(1, 2), { k: 3 }).k).toBe(0)
    const queries = createMatrix(1, 2, Float32Array.from([2, 2]))
    expect(Array.from(exactNeighbors(rows, { k: 2, queries }).indices)).toEqual([0, 1])
  })
})
