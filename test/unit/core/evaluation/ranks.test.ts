import { describe, expect, it } from 'vitest'
import { bootstrapInterval, bootstrapSteps } from '../../../../src/core/evaluation/bootstrap'
import { reportQuality } from '../../../../src/core/evaluation/qualityReport'
import { Ranker } from '../../../../src/core/evaluation/ranks'
import { evaluateRetrieval, retrievalSteps } from '../../../../src/core/evaluation/retrieval'
import { createMatrix } from '../../../../src/core/math/matrix'
import { type MatrixProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import { simdProduct } from '../../../../src/core/math/simdProduct'
import { finish } from '../../../../src/core/steps'
import { gaussianBatch } from '../../../support/batches'

/** Ranks by sorting everything. */
function sortedRanks(query: number, values: ArrayLike<number>, labels: readonly number[]) {
  const order = Array.from(labels.keys())
    .filter((image) => image !== query)
    .sort((a, b) => values[b]! - values[a]! || a - b)
  return order.flatMap((image, place) => (labels[image] === labels[query] ? [place + 1] : []))
}

describe('ranks', () => {
  it.each([3, 40, 200, 3000])('are those of sorting, ties by index, among %i images', (count) => {
    const random = createRandom(count)
    for (const classes of [1, 2, 7]) {
      const labels = Array.from({ length: count }, () => random.integer(classes))
      // Few different values, so that many tie; both zeros among them.
      const values = Float32Array.from({ length: count }, () => random.integer(9) / 4 - 1)
      values[0] = -0
      const ranker = new Ranker(labels)
      for (const query of [0, 1, count - 1]) {
        if (labels.filter((label) => label === labels[query]).length < 2) continue
        expect([...ranker.ranksOf(query, values)]).toEqual(sortedRanks(query, values, labels))
      }
    }
  })

  it('are those of small distances first where the distance is none of likeness', () => {
    const labels = [0, 0, 1, 0]
    const values = Float32Array.of(0, 5, 1, 3)
    expect([...new Ranker(labels, 'euclidean').ranksOf(0, values)]).toEqual([2, 3])
  })

  it('look at each distance so often, however many images are of the class', () => {
    const reads = (count: number) => {
      const random = createRandom(1)
      let looked = 0
      const numbers = Float32Array.from({ length: count }, () => random.uniform(-1, 1))
      const values = new Proxy(numbers, {
        get(target, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) looked++
          return Reflect.get(target, key, target) as unknown
        },
      })
      new Ranker(Array.from({ length: count }, (_, image) => image % 2)).ranksOf(0, values)
      return looked
    }
    expect(reads(8000)).toBeLessThanOrEqual(2.05 * reads(4000))
  })
})

/** Says how many numbers of products were made. */
function counting() {
  let made = 0
  const product: MatrixProduct = {
    ...simdProduct,
    multiplyTransposed(a, b) {
      made += a.rows * b.rows
      return simdProduct.multiplyTransposed(a, b)
    },
  }
  return { product, made: () => made }
}

describe('retrieval of many images', () => {
  const { embeddings, labels } = gaussianBatch(600, 4, 5, 'many')

  it('is the same in blocks, in steps and with a limit that is not reached', () => {
    const whole = evaluateRetrieval(embeddings, labels)
    const steps = finish(retrievalSteps(embeddings, labels, { isEnough: () => false }))
    expect(steps).toEqual(whole)
    expect(whole.queriesInAll).toBe(whole.queries)
  })

  it('asks a sample where there are too many pairs, the same for a seed, and says of how many', () => {
    const ask = (seed: number) =>
      evaluateRetrieval(embeddings, labels, { mostPairs: 60_000, random: createRandom(seed) })
    const sample = ask(1)
    expect(sample).toMatchObject({ queries: 100, queriesInAll: 600 })
    expect(ask(1)).toEqual(sample)
    expect(ask(2).perQuery.query).not.toEqual(sample.perQuery.query)
    // Each of them finds what it finds when all ask.
    const whole = evaluateRetrieval(embeddings, labels).perQuery
    sample.perQuery.query.forEach((query, at) => {
      expect(sample.perQuery.mapAtR[at]).toBe(whole.mapAtR[whole.query.indexOf(query)])
    })
  })

  it('ends where it is enough, with what was asked by then', () => {
    const big = createMatrix(
      6000,
      4,
      Float32Array.from({ length: 24_000 }, (_, i) => Math.sin(i * i)),
    )
    const classes = Int32Array.from({ length: 6000 }, (_, image) => image % 3)
    const steps = retrievalSteps(big, classes, { isEnough: () => true })
    const { queries, queriesInAll } = finish(steps)
    expect(queriesInAll).toBe(6000)
    expect(queries).toBeGreaterThan(0)
    expect(queries).toBeLessThan(6000)
  })

  it('computes each distance once, for ranks and votes together', () => {
    const { product, made } = counting()
    reportQuality(embeddings, Int32Array.from(labels), { product, random: createRandom(1) })
    expect(made()).toBe(600 * 600)
  })

  it('draws the interval in steps as at once', () => {
    const scores = Float64Array.from({ length: 5000 }, (_, i) => (i % 7) / 7)
    const steps = bootstrapSteps(scores, { random: createRandom(3) })
    let shares = 0
    for (let step = steps.next(); step.done !== true; step = steps.next()) shares++
    expect(shares).toBeGreaterThan(5)
    const at = (seed: number) => bootstrapInterval(scores, { random: createRandom(seed) })
    expect(at(3)).toEqual(finish(bootstrapSteps(scores, { random: createRandom(3) })))
  })
})
