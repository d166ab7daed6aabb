import { describe, expect, it } from 'vitest'
import { AppError } from '../../../../src/shared/errors'
import { distances } from '../../../../src/core/distances'
import { mineTuples, miningDistribution } from '../../../../src/core/objective/mineTuples'
import { tupleCount } from '../../../../src/core/tuples/tuples'
import { matrixFromRows } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { miners } from '../../../../src/core/miners'
import { gaussianBatch } from '../../../support/batches'

function mine(name: string, batch = gaussianBatch(24, 4, 6), options = {}, tupleBudget?: number) {
  return mineTuples({
    ...batch,
    miner: { name, options },
    random: createRandom(9),
    ...(tupleBudget === undefined ? {} : { tupleBudget }),
  })
}

describe.each(miners.names)('the miner %s', (name) => {
  it('returns positives of the same class and negatives of another', () => {
    const batch = gaussianBatch(24, 4, 6)
    const { tuples } = mine(name, batch)
    const label = (index: number) => batch.labels[index]
    expect(tupleCount(tuples)).toBeGreaterThan(0)
    if (tuples.kind === 'triplets') {
      tuples.anchor.forEach((a, k) => {
        expect(label(tuples.positive[k]!)).toBe(label(a))
        expect(tuples.positive[k]).not.toBe(a)
        expect(label(tuples.negative[k]!)).not.toBe(label(a))
      })
    } else {
      tuples.positiveAnchor.forEach((a, k) => expect(label(tuples.positive[k]!)).toBe(label(a)))
      tuples.negativeAnchor.forEach((a, k) => expect(label(tuples.negative[k]!)).not.toBe(label(a)))
    }
  })

  it('returns nothing where there is nothing, and never fails', () => {
    expect(tupleCount(mine(name, gaussianBatch(1, 3, 1)).tuples)).toBe(0)
    const kind = mine(name).tuples.kind
    for (const classes of [1, 6]) {
      const { tuples } = mine(name, gaussianBatch(6, 3, classes))
      if (kind === 'triplets') expect(tupleCount(tuples)).toBe(0)
    }
  })

  it('gives the same tuples for the same seed', () => {
    expect(mine(name)).toEqual(mine(name))
  })
})

describe('semi-hard', () => {
  it('is what a naive search finds, and counts its fallbacks', () => {
    const batch = gaussianBatch(20, 3, 4, 'semi')
    const d = distances.get('euclidean').forward(batch.embeddings).values
    const expected: string[] = []
    let fallbacks = 0
    for (let a = 0; a < 20; a++) {
      for (let p = 0; p < 20; p++) {
        if (p === a || batch.labels[p] !== batch.labels[a]) continue
        const negatives = Array.from({ length: 20 }, (_, n) => n)
          .filter((n) => batch.labels[n] !== batch.labels[a])
          .sort((m, n) => d.data[a * 20 + m]! - d.data[a * 20 + n]!)
        const beyond = negatives.find((n) => d.data[a * 20 + n]! > d.data[a * 20 + p]!)
        if (beyond === undefined) fallbacks++
        expected.push(`${a} ${p} ${beyond ?? negatives[negatives.length - 1]}`)
      }
    }
    const { tuples, report } = mine('semiHard', batch)
    expect(tuples.kind).toBe('triplets')
    if (tuples.kind !== 'triplets') return
    const got = Array.from(
      tuples.anchor,
      (a, k) => `${a} ${tuples.positive[k]} ${tuples.negative[k]}`,
    )
    expect(got).toEqual(expected)
    expect(fallbacks).toBeGreaterThan(0)
    expect(report.fallbackCount).toBe(fallbacks)
  })
})

describe('ties', () => {
  it('go to the lower index', () => {
    const batch = {
      embeddings: matrixFromRows([[0], [1], [-1], [2], [-2]]),
      labels: Int32Array.from([0, 0, 0, 1, 1]),
    }
    const { tuples } = mine('batchHard', batch, { normalized: false })
    if (tuples.kind !== 'triplets') throw new Error('triplets expected')
    expect([tuples.anchor[0], tuples.positive[0], tuples.negative[0]]).toEqual([0, 1, 3])
  })
})

describe('the tuple budget', () => {
  it.each(['all', 'tripletMargin', 'nHard', 'angular'])('bounds %s evenly', (name) => {
    const batch = gaussianBatch(64, 4, 4)
    const whole = mine(name, batch)
    const { tuples, report } = mine(name, batch, {}, 500)
    expect(report.candidateCount).toBe(whole.report.tupleCount)
    expect(report.tupleCount).toBe(500)
    if (tuples.kind !== 'triplets') throw new Error('triplets expected')
    const keys = new Set(
      Array.from(tuples.anchor, (a, k) => `${a} ${tuples.positive[k]} ${tuples.negative[k]}`),
    )
    expect(keys.size).toBe(500)
    expect(new Set(tuples.anchor).size).toBeGreaterThan(40)
  })

  it('holds by default for the largest batch', () => {
    const { report } = mine('all', gaussianBatch(512, 2, 8))
    expect(report.tupleCount).toBe(2 ** 17)
    expect(report.candidateCount).toBe(512 * 63 * 448)
  })
})

describe('drawing', () => {
  it.each(['random', 'distanceWeighted'])('%s draws as its distribution says', (name) => {
    const batch = gaussianBatch(12, 6, 3, 'draw')
    const options = name === 'random' ? {} : { cutoff: 0.8, nonzeroLossCutoff: 1.7 }
    const input = { ...batch, miner: { name, options }, random: createRandom(4) }
    const distribution = miningDistribution(input)!
    const rows = distribution['negativeProbabilities'] as number[][]
    const counts = rows.map((row) => row.map(() => 0))
    for (let round = 0; round < 3000; round++) {
      const { tuples } = mineTuples(input)
      if (tuples.kind !== 'triplets') throw new Error('triplets expected')
      tuples.anchor.forEach((a, k) => {
        counts[a]![tuples.negative[k]!]! += 1
      })
    }
    for (const [a, row] of rows.entries()) {
      const drawn = counts[a]!.reduce((sum, count) => sum + count, 0)
      if (drawn === 0) continue
      row.forEach((probability, n) => {
        expect(counts[a]![n]! / drawn).toBeCloseTo(probability, 1)
        if (probability === 0) expect(counts[a]![n]).toBe(0)
      })
    }
  })
})

describe('easy and hard', () => {
  it.each([
    ['semihard', 'semihard'],
    ['semihard', 'all'],
    ['all', 'semihard'],
  ])('refuses %s with %s', (positives, negatives) => {
    expect(() => mine('batchEasyHard', undefined, { positives, negatives })).toThrow(AppError)
  })
})
