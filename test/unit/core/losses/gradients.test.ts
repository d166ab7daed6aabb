import { describe, expect, it } from 'vitest'
import { losses } from '../../../../src/core/losses'
import { LossMemory } from '../../../../src/core/objective/memory'
import {
  computeLoss,
  lossParameters,
  type LossChoice,
} from '../../../../src/core/objective/computeLoss'
import { createRandom } from '../../../../src/core/math/random'
import { regularizers } from '../../../../src/core/regularizers'
import { gaussianBatch } from '../../../support/batches'
import { finiteDifferences, relativeError } from '../../../support/finiteDifferences'

const sizes = { classCount: 4, dimension: 6 }

/** Softer than the defaults where those are so steep that a step of 1e-3 leaves the straight part. */
const options: Readonly<Record<string, Record<string, number>>> = {
  multiSimilarity: { beta: 8 },
  ntXent: { temperature: 0.4 },
  supCon: { temperature: 0.4 },
  tuplet: { scale: 6 },
  proxyAnchor: { alpha: 6 },
  arcFace: { scale: 6 },
  cosFace: { scale: 6 },
  subCenterArcFace: { scale: 6 },
  smoothAP: { temperature: 0.3 },
  recallAtK: { similarityTemperature: 0.3 },
  normalizedSoftmax: { temperature: 0.4 },
  softTriple: { lambda: 4, gamma: 0.5, centersPerClass: 3 },
}

function check(loss: LossChoice, extra: object = {}, memory?: LossMemory): void {
  const { embeddings, labels } = gaussianBatch(10, 6, 4, 'gradients')
  const parameters = Object.fromEntries(
    lossParameters(loss, sizes).map((p) => [p.name, p.initial(createRandom(p.name))]),
  )
  const saved = memory?.snapshot()
  const run = () =>
    computeLoss({
      embeddings,
      labels,
      loss,
      parameters,
      classCount: sizes.classCount,
      random: createRandom(3),
      ...(saved === undefined ? {} : { memory: LossMemory.restore(saved) }),
      ...extra,
    })
  const { gradient, parameterGradients } = run()
  const value = () => run().value
  const expected = finiteDifferences(embeddings.data, value)
  expect(expected.kinkShare).toBeLessThan(0.15)
  expect(relativeError(gradient.data, expected.slopes)).toBeLessThan(0.02)
  expect(gradient.data.some((entry) => entry !== 0)).toBe(true)
  expect(Object.keys(parameterGradients).sort()).toEqual(Object.keys(parameters).sort())
  for (const [name, values] of Object.entries(parameters)) {
    const { slopes } = finiteDifferences(values, value)
    expect(relativeError(parameterGradients[name]!, slopes), name).toBeLessThan(0.02)
  }
}

// Circle's weights and a memory's references carry no gradient, so differences do not apply there;
// golden values cover both.
const plain = losses.entries.filter(({ name }) => name !== 'circle' && name !== 'crossBatchMemory')

describe('gradients by finite differences', () => {
  it.each(plain.map(({ name }) => name))('%s with its defaults', (name) => {
    check({ name, options: options[name] ?? {} })
  })

  const pairs = plain.filter(({ kind }) => kind !== 'classes')
  const combinations = pairs.flatMap(({ name, distances }) =>
    distances.map((distance) => [name, distance] as const),
  )
  it.each(combinations)('%s with the distance %s', (name, distance) => {
    const { needsRange } = losses.get(name)
    check({ name, options: { ...options[name], distance, normalized: needsRange } })
  })

  it.each(['mean', 'sum', 'avgNonZero'])('the reducer %s', (reducer) => {
    check({ name: 'triplet', options: { reducer } })
    check({ name: 'contrastive', options: { reducer } })
  })

  it('class weights', () => {
    const given = { reducer: 'classWeighted', classWeights: [0.5, 1, 2, 3] }
    check({ name: 'ntXent', options: { ...given, temperature: 0.4 } })
    check({ name: 'lifted', options: given })
  })

  it.each(['swap', 'smooth', 'soft'])('triplet with %s', (option) => {
    check({ name: 'triplet', options: { [option]: true } })
  })

  it.each(['smooth', 'soft'])('triplet with swap and %s, whose slopes are not all 1', (option) => {
    check({ name: 'triplet', options: { swap: true, [option]: true } })
  })

  it('the squared hadsell and lifted forms', () => {
    check({ name: 'contrastive', options: { form: 'hadsell' } })
    check({ name: 'liftedHard', options: { squared: true } })
  })

  it.each([false, true])('learned boundaries of the margin loss, per class %s', (betaPerClass) => {
    check({ name: 'margin', options: { learnBeta: true, betaPerClass, nu: 0.1 } })
  })

  it.each(regularizers.names)('the regularizer %s', (name) => {
    check({ name: 'contrastive' }, { regularizer: { name, options: { weight: 0.7 } } })
  })

  it('a weighted sum of losses with parameters of their own', () => {
    check([
      { name: 'triplet', weight: 0.5 },
      { name: 'proxyNCA', weight: 2 },
      { name: 'normalizedSoftmax', options: { temperature: 0.4 }, weight: 0.1 },
    ])
    check([
      { name: 'proxyAnchor', options: { alpha: 6 }, weight: 0.5 },
      { name: 'proxyAnchor', options: { alpha: 3 }, weight: 2 },
    ])
  })

  it.each(['batchHard', 'semiHard', 'nHard', 'batchEasyHard'])('mined by %s', (name) => {
    check({ name: 'triplet' }, { miner: { name } })
    check({ name: 'margin' }, { miner: { name } })
  })
})
