import { describe, expect, it } from 'vitest'
import { distances } from '../../../../src/core/distances'
import { losses } from '../../../../src/core/losses'
import { incompatibility, outOfReach } from '../../../../src/core/objective/compatibility'
import { computeLoss } from '../../../../src/core/objective/computeLoss'
import { createMatrix } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { planSweep } from '../../../../src/core/sweep/planSweep'
import { planTraining } from '../../../../src/core/plan/plan'
import { describeExtractors } from '../../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../../src/main/training/shippedSpeeds'
import { sweepRequest } from '../../../../src/shared/model/sweep'
import * as v from 'valibot'
import { gaussianBatch, gaussianMatrix } from '../../../support/batches'

const dimensions = [16, 128, 512, 2048]
const run = (name: string, distance: string, batch: ReturnType<typeof gaussianBatch>) =>
  computeLoss({ ...batch, loss: { name, options: { distance } }, random: createRandom(1) })

/**
 * Two equal images of each of four classes, whose distances are a third of what unrelated ones have:
 * nothing is left to pull together, all that can be felt is the push.
 */
function nearClasses(dimension: number) {
  const common = gaussianMatrix(1, dimension, createRandom('common')).data
  const own = gaussianMatrix(4, dimension, createRandom('own')).data
  const embeddings = createMatrix(8, dimension)
  const share = 1 / 3
  for (let i = 0; i < 8; i++) {
    for (let k = 0; k < dimension; k++) {
      const one = own[(i % 4) * dimension + k]!
      embeddings.data[i * dimension + k] = Math.sqrt(1 - share ** 2) * common[k]! + share * one
    }
  }
  return { embeddings, labels: Int32Array.from({ length: 8 }, (_, i) => i % 4) }
}

const pairs = losses.entries.filter(
  ({ kind, name }) => kind !== 'classes' && name !== 'crossBatchMemory',
)

describe.each(pairs.map(({ name }) => name))('at realistic dimensions %s', (name) => {
  it.each(distances.names)('learns with %s, or says why not', (distance) => {
    const loss = losses.get(name)
    if (incompatibility(name, { distance }) !== null) {
      expect(() => run(name, distance, nearClasses(16))).toThrow(name)
      return
    }
    for (const dimension of dimensions) {
      const reason = outOfReach(loss, { options: {}, distance, normalized: undefined }, dimension)
      if (reason !== null) {
        expect(reason.en).toMatch(/would push no images apart.*Set its option/)
        expect(reason['zh-CN']).toContain('不会推开任何图像')
        continue
      }
      // A loss that compares negatives with positives is satisfied where these are equal.
      const near = loss.reach({}) === null ? [] : [nearClasses(dimension)]
      for (const batch of [gaussianBatch(12, dimension, 4), ...near]) {
        const { gradient, value } = run(name, distance, batch)
        const felt = Math.hypot(...gradient.data) * Math.hypot(...batch.embeddings.data)
        expect(felt, `${dimension}`).toBeGreaterThan(1e-5 * Math.max(1, Math.abs(value)))
      }
    }
  })
})

describe('a distance', () => {
  it.each(distances.names)('%s keeps within the range that it says', (name) => {
    const distance = distances.get(name)
    for (const dimension of [2, ...dimensions]) {
      const rows = gaussianMatrix(16, dimension, createRandom(dimension))
      for (let k = 0; k < dimension; k++) rows.data[dimension + k] = -rows.data[k]!
      const { values } = distance.forward(rows, undefined, { normalized: true })
      const range = distance.range(dimension, { normalized: true })
      for (const value of range === null ? [] : values.data) {
        expect(value).toBeGreaterThanOrEqual(range!.least - 1e-5)
        expect(value).toBeLessThanOrEqual(range!.greatest + 1e-5)
      }
      if (dimension < 16) continue
      const apart = [...values.data].filter((_, at) => at % 17 !== 0)
      const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length
      expect(Math.abs(mean - distance.unrelated(dimension))).toBeLessThan(
        0.3 * Math.max(0.3, distance.unrelated(dimension)),
      )
    }
  })

  it('of raw embeddings has none', () => {
    expect(distances.get('euclidean').range(8, { normalized: false })).toBeNull()
    expect(distances.get('dot').range(8)).toBeNull()
    expect(distances.get('cosine').range(8, { normalized: false })).not.toBeNull()
  })
})

describe('a plan', () => {
  const input = {
    labels: Int32Array.from({ length: 40 }, (_, i) => i % 10),
    extractors: describeExtractors(),
    featuresCached: () => 0,
    speed: shippedSpeeds.wasm,
  }
  const manhattan = { loss: { name: 'contrastive', options: {} }, distance: 'manhattan' }

  it('refuses a margin that no negative comes under, and says which would do', () => {
    const plan = (options: Record<string, number>) => () =>
      planTraining({
        ...input,
        request: { ...manhattan, loss: { name: 'contrastive', options }, embeddingSize: 1024 },
      })
    expect(plan({})).toThrow(/push no images apart.*negativeMargin to about 18/)
    expect(plan({ negativeMargin: 18 })).not.toThrow()
    const cosine = (name: string) => () =>
      planTraining({ ...input, request: { loss: { name, options: {} }, distance: 'cosine' } })
    expect(cosine('contrastive')).toThrow(/similarity above 1.*negativeMargin to about 0.5/)
    expect(cosine('margin')).toThrow(/similarity above 1.*beta to about 0.5/)
    expect(cosine('multiSimilarity')).not.toThrow()
  })

  it('leaves such a combination out of a sweep, with the reason', () => {
    const request = v.parse(sweepRequest, {
      losses: ['contrastive', 'triplet'],
      distances: ['manhattan'],
      training: { embeddingSize: 1024 },
    })
    const { plan } = planSweep({ ...input, request })
    expect(plan.combinations.map(({ loss }) => loss.name)).toEqual(['triplet'])
    expect(plan.skipped).toMatchObject([{ loss: 'contrastive', distance: 'manhattan' }])
    expect(plan.skipped[0]!.reason['zh-CN']).toContain('不会推开')
  })

  it('refuses FastAP where distances have no bound', () => {
    const attempt = (options: Record<string, boolean | string>) => () =>
      planTraining({ ...input, request: { loss: { name: 'fastAP', options } } })
    expect(attempt({ distance: 'snr' })).toThrow(/known range/)
    expect(attempt({ normalized: false })).toThrow(/unless the embeddings are normalised/)
  })
})
