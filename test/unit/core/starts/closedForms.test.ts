import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/shared/errors'
import { fitLda } from '../../../../src/core/starts/lda'
import { applyProjection } from '../../../../src/core/starts/linearProjection'
import { fitPca } from '../../../../src/core/starts/pca'
import { ScatterAccumulator } from '../../../../src/core/starts/scatter'
import { evaluateRetrieval } from '../../../../src/core/evaluation/retrieval'
import {
  createMatrix,
  gatherRows,
  matrixFromRows,
  type Matrix,
} from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'

/** Classes that differ in a few directions only, drowned in wide noise in the others. */
function noisyClasses(classes: number, each: number, dimension: number) {
  const random = createRandom('classes')
  const centers = Array.from({ length: classes }, () => [0, 1, 2].map(() => random.normal()))
  const labels = Int32Array.from({ length: classes * each }, (_, i) => i % classes)
  const rows = createMatrix(labels.length, dimension)
  labels.forEach((label, i) => {
    for (let k = 0; k < dimension; k++) {
      const center = k < 3 ? centers[label]![k]! : 0
      rows.data[i * dimension + k] = 100 + center + random.normal(0, k < 3 ? 0.1 : 5)
    }
  })
  return { rows, labels }
}

function scatterOf(rows: Matrix, labels: Int32Array): ScatterAccumulator {
  const scatter = new ScatterAccumulator(rows.columns)
  scatter.add(rows, labels)
  return scatter
}

function covarianceOf(rows: Matrix): Float64Array {
  const scatter = new ScatterAccumulator(rows.columns)
  scatter.add(rows)
  return scatter.covariance()
}

describe('scatter', () => {
  it('is the same whether rows come at once or in blocks, and far from the origin', () => {
    const { rows, labels } = noisyClasses(5, 40, 6)
    const whole = scatterOf(rows, labels)
    const parts = new ScatterAccumulator(6)
    for (let from = 0; from < 200; from += 37) {
      const indices = Array.from({ length: Math.min(37, 200 - from) }, (_, i) => from + i)
      parts.add(
        gatherRows(rows, indices),
        indices.map((i) => labels[i]!),
      )
    }
    whole.covariance().forEach((entry, i) => {
      expect(parts.covariance()[i]).toBeCloseTo(entry, 3)
    })
    whole.mean().forEach((entry, i) => expect(parts.mean()[i]).toBeCloseTo(entry, 3))
  })
})

describe('principal components', () => {
  it('find the line on which points lie', () => {
    const rows = matrixFromRows(Array.from({ length: 30 }, (_, i) => [3 * i, 4 * i, 7]))
    const { projection, values } = fitPca(scatterOf(rows, new Int32Array(30)), { dimensions: 3 })
    expect(projection.columns).toBe(1)
    expect(Math.abs(projection.data[0]!)).toBeCloseTo(0.6, 5)
    expect(Math.abs(projection.data[1]!)).toBeCloseTo(0.8, 5)
    expect(values[0]).toBeCloseTo(25 * ((30 * 30 - 1) / 12), 1)
  })

  it('whitened have unit variance and no correlation', () => {
    const { rows, labels } = noisyClasses(5, 60, 6)
    const white = applyProjection(
      rows,
      fitPca(scatterOf(rows, labels), { dimensions: 4, whiten: true }),
    )
    covarianceOf(white).forEach((entry, i) => expect(entry).toBeCloseTo(i % 5 === 0 ? 1 : 0, 3))
  })

  it('of identical rows have no direction', () => {
    const rows = matrixFromRows([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
    expect(fitPca(scatterOf(rows, new Int32Array(3)), { dimensions: 2 }).projection.columns).toBe(0)
  })
})

describe('linear discriminant analysis', () => {
  it('finds the directions that tell classes apart, where principal components do not', () => {
    const { rows, labels } = noisyClasses(12, 30, 10)
    const quality = (projected: Matrix) =>
      evaluateRetrieval(projected, labels, { distance: 'euclidean', normalized: false }).mapAtR
    const scatter = scatterOf(rows, labels)
    const lda = applyProjection(rows, fitLda(scatter, { dimensions: 3, shrinkage: 0.001 }))
    const pca = applyProjection(rows, fitPca(scatter, { dimensions: 3 }))
    expect(quality(lda)).toBeGreaterThan(0.9)
    expect(quality(pca)).toBeLessThan(0.3)
  })

  it.each([
    ['more classes than dimensions', 12, 6],
    ['fewer classes than dimensions', 4, 9],
  ])('makes the within-class covariance round: %s', (_, classes, dimension) => {
    const { rows, labels } = noisyClasses(classes, 50, dimension)
    const projection = fitLda(scatterOf(rows, labels), { dimensions: 99, shrinkage: 0 })
    const k = projection.projection.columns
    expect(k).toBe(Math.min(classes - 1, dimension))
    const projected = applyProjection(rows, projection)
    const within = new Float64Array(k * k)
    for (let c = 0; c < classes; c++) {
      const members = Array.from(labels.keys()).filter((i) => labels[i] === c)
      const own = covarianceOf(gatherRows(projected, members))
      own.forEach((entry, i) => {
        within[i]! += entry / classes
      })
    }
    within.forEach((entry, i) => expect(entry).toBeCloseTo(i % (k + 1) === 0 ? 1 : 0, 2))
  })

  it('copes with images of a class that are all alike, and refuses a single class', () => {
    const rows = matrixFromRows([
      [0, 0],
      [0, 0],
      [1, 0],
      [1, 0],
    ])
    const { projection } = fitLda(scatterOf(rows, Int32Array.from([0, 0, 1, 1])))
    expect(projection.columns).toBe(1)
    expect(projection.data.every(Number.isFinite)).toBe(true)
    expect(() => fitLda(scatterOf(rows, new Int32Array(4)))).toThrow(AppError)
  })
})
