import { describe, expect, it } from 'vitest'
import { distances } from '../../../../src/core/distances'
import { bootstrapInterval } from '../../../../src/core/evaluation/bootstrap'
import {
  adjustedMutualInformation,
  normalizedMutualInformation,
} from '../../../../src/core/evaluation/clusterAgreement'
import { confusionByVote } from '../../../../src/core/evaluation/confusion'
import { collapsedSpread, embeddingHealth } from '../../../../src/core/evaluation/health'
import { kMeans } from '../../../../src/core/evaluation/kMeans'
import { reportPerClass } from '../../../../src/core/evaluation/perClass'
import { averageOverClasses, evaluateRetrieval } from '../../../../src/core/evaluation/retrieval'
import { createMatrix, matrixFromRows } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { gaussianBatch } from '../../../support/batches'

describe('retrieval', () => {
  it('is what sorting everything gives', () => {
    const { embeddings, labels } = gaussianBatch(40, 3, 7, 'retrieval')
    const s = distances.get('cosine').forward(embeddings).values
    let expected = { precisionAt1: 0, rPrecision: 0, mapAtR: 0, map: 0, mrr: 0, recall3: 0 }
    for (let q = 0; q < 40; q++) {
      const ranked = Array.from({ length: 40 }, (_, i) => i)
        .filter((i) => i !== q)
        .sort((a, b) => s.data[q * 40 + b]! - s.data[q * 40 + a]! || a - b)
        .map((i) => labels[i] === labels[q])
      const R = ranked.filter(Boolean).length
      const precision = (k: number) => ranked.slice(0, k).filter(Boolean).length / k
      const mean = (limit: number) =>
        ranked.slice(0, limit).reduce((sum, hit, k) => sum + (hit ? precision(k + 1) : 0), 0) / R
      expected = {
        precisionAt1: expected.precisionAt1 + precision(1) / 40,
        rPrecision: expected.rPrecision + precision(R) / 40,
        mapAtR: expected.mapAtR + mean(R) / 40,
        map: expected.map + mean(39) / 40,
        mrr: expected.mrr + 1 / (ranked.indexOf(true) + 1) / 40,
        recall3: expected.recall3 + (ranked.slice(0, 3).some(Boolean) ? 1 : 0) / 40,
      }
    }
    const got = evaluateRetrieval(embeddings, labels, { recallAt: [3] })
    expect(got.precisionAt1).toBeCloseTo(expected.precisionAt1, 10)
    expect(got.rPrecision).toBeCloseTo(expected.rPrecision, 10)
    expect(got.mapAtR).toBeCloseTo(expected.mapAtR, 10)
    expect(got.map).toBeCloseTo(expected.map, 10)
    expect(got.mrr).toBeCloseTo(expected.mrr, 10)
    expect(got.recallAtK[3]).toBeCloseTo(expected.recall3, 10)
    expect(got.queries).toBe(40)
  })

  it('asks with no image that is alone in its class, but keeps it as a neighbour', () => {
    const rows = matrixFromRows([
      [1, 0],
      [1, 0.1],
      [1, 0.05],
    ])
    const got = evaluateRetrieval(rows, [0, 0, 1])
    expect(got.queries).toBe(2)
    expect(got.precisionAt1).toBe(0)
    expect(got.mrr).toBe(0.5)
    expect(evaluateRetrieval(rows, [0, 1, 2])).toMatchObject({
      ...{ queries: 0, precisionAt1: null, rPrecision: null, mapAtR: null, map: null, mrr: null },
      recallAtK: { 1: null },
    })
  })

  it('reports by class, worst first, and averages over classes', () => {
    const rows = matrixFromRows([
      [1, 0],
      [1, 0.01],
      [1, 0.02],
      [0, 1],
      [1, 0.005],
    ])
    const report = evaluateRetrieval(rows, [0, 0, 0, 1, 1])
    const classes = reportPerClass(report)
    expect(classes.map(({ label }) => label)).toEqual([1, 0])
    expect(classes[0]).toMatchObject({ queries: 2, precisionAt1: 0 })
    const macro = averageOverClasses(report.perQuery, report.perQuery.precisionAt1)
    expect(macro).toBeCloseTo((classes[0]!.precisionAt1 + classes[1]!.precisionAt1) / 2, 10)
  })
})

describe('votes', () => {
  it('name the pairs that are taken for each other', () => {
    const rows = matrixFromRows([
      [1, 0],
      [1, 0.1],
      [0.9, 0.1],
      [0, 1],
      [0.1, 1],
      [1, 0.05],
    ])
    const got = confusionByVote(rows, [0, 0, 0, 1, 1, 1], { k: 3 })
    expect(got.predicted[5]).toBe(0)
    expect(got.pairs[0]).toMatchObject({ label: 1, predicted: 0 })
    expect(got.accuracy).toBeGreaterThanOrEqual(0.5)
    expect(confusionByVote(createMatrix(1, 2), [3]).predicted[0]).toBe(3)
  })
})

describe('bootstrap', () => {
  it('covers the mean about as wide as theory says', () => {
    const random = createRandom(1)
    const scores = Float64Array.from({ length: 400 }, () => random.normal(5, 2))
    const { mean, low, high } = bootstrapInterval(scores, { random })!
    expect(low).toBeLessThan(mean)
    expect(high).toBeGreaterThan(mean)
    expect(high - low).toBeCloseTo((2 * 1.96 * 2) / 20, 1)
    expect(bootstrapInterval(new Float64Array(0), { random })).toBeNull()
  })
})

describe('clusters', () => {
  it('k-means finds groups that stand apart, and agreement says so', () => {
    const random = createRandom(2)
    const labels = Array.from({ length: 60 }, (_, i) => i % 3)
    const rows = matrixFromRows(
      labels.map((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0) + random.normal(0, 0.05))),
    )
    const { clusters } = kMeans(rows, { clusters: 3, random })
    expect(normalizedMutualInformation(labels, clusters)).toBeCloseTo(1, 10)
    expect(adjustedMutualInformation(labels, clusters)).toBeCloseTo(1, 10)
    const chance = Array.from({ length: 60 }, () => random.integer(3))
    expect(Math.abs(adjustedMutualInformation(labels, chance))).toBeLessThan(0.1)
  })

  it('copes with more clusters than distinct rows', () => {
    const rows = matrixFromRows(Array.from({ length: 5 }, () => [1, 2]))
    const { clusters, inertia } = kMeans(rows, { clusters: 4, random: createRandom(1) })
    expect(clusters).toHaveLength(5)
    expect(inertia).toBeCloseTo(0, 10)
    expect(kMeans(createMatrix(0, 2), { clusters: 4, random: createRandom(1) }).inertia).toBe(0)
  })
})

describe('health', () => {
  it('tells a collapsed embedding from a spread-out one', () => {
    const { embeddings } = gaussianBatch(500, 16, 2)
    const spread = embeddingHealth(embeddings, { random: createRandom(1) })
    expect(spread.spread).toBeGreaterThan(0.95)
    expect(spread.effectiveDimensions).toBeGreaterThan(12)
    expect(spread.principalShares[0]).toBeLessThan(0.2)
    const point = createMatrix(500, 16)
    for (let i = 0; i < point.data.length; i++) point.data[i] = 1 + 1e-4 * embeddings.data[i]!
    expect(embeddingHealth(point, { random: createRandom(1) }).spread).toBeLessThan(collapsedSpread)
    const line = matrixFromRows(Array.from({ length: 50 }, (_, i) => [i - 24.5, 0.001, 0.001]))
    const health = embeddingHealth(line, { random: createRandom(1) })
    expect(health.principalShares[0]).toBeGreaterThan(0.99)
    expect(health.effectiveDimensions).toBeCloseTo(1, 1)
  })
})
