import { beforeAll, describe, expect, test } from 'vitest'
import { createMatrix } from '../../../../../src/core/math/matrix'
import { javascriptProduct } from '../../../../../src/core/math/product'
import { createRandom } from '../../../../../src/core/math/random'
import {
  modelsOn,
  plainOperations,
  replaceHead,
  restoreModel,
  savedFeatures,
  withoutHead,
} from '../../../../../src/core/network'
import {
  applyPreparation,
  foldPreparation,
  standardization,
} from '../../../../../src/core/starts/preparation'
import { structure, weights } from '../../../../support/tunedStructure'
import { gaussian, startPlainBackend } from '../plainBackend'

beforeAll(startPlainBackend)

const rows = 6
const maps = gaussian('maps', rows * 5 * 4 * 4)
const features = 16
const models = modelsOn(plainOperations)
const tuned = () =>
  models.tunedNetwork({
    ...{ structure, weights, inputShape: [5, 4, 4], embeddingSize: 3, networkRate: 0.5 },
    random: createRandom('tuned'),
  })

describe('another head on the features of a tuned network', () => {
  test('is a closed form that is fitted again on what training has made of them', () => {
    const model = tuned()
    const loss = (embeddings: Float32Array) => ({
      value: embeddings.reduce((sum, value) => sum + value * value, 0),
      gradient: embeddings.map((value) => 2 * value),
    })
    const before = restoreModel(withoutHead(model.snapshot()), models).embed(maps, rows)
    for (let step = 0; step < 3; step++) model.trainStep(maps, rows, loss, { learningRate: 1e-2 })
    const saved = model.snapshot()
    const seen = restoreModel(withoutHead(saved), models).embed(maps, rows)
    expect(seen).toHaveLength(rows * features)
    expect(seen).not.toEqual(before)

    const matrix = createMatrix(rows, features, seen)
    const preparation = standardization(matrix)
    const identity = new Float32Array(features * features)
    for (let i = 0; i < features; i++) identity[i * features + i] = 1
    const head = models.linearHead({
      inputSize: features,
      embeddingSize: features,
      start: { mean: new Float32Array(features), projection: identity },
      random: createRandom('head'),
    })
    const folded = foldPreparation(preparation, head.snapshot(), javascriptProduct)
    const refitted = restoreModel(replaceHead(saved, folded), models)
    const wanted = applyPreparation(preparation, matrix, javascriptProduct).data
    const found = refitted.embed(maps, rows)
    expect(refitted.embeddingSize).toBe(features)
    const farthest = wanted.reduce((most, x, i) => Math.max(most, Math.abs(x - found[i]!)), 0)
    expect(farthest).toBeLessThan(1e-4)
    // It goes on from there: what the optimizer knows of the network stays.
    const first = refitted.trainStep(maps, rows, loss, { learningRate: 1e-3 })
    expect(refitted.trainStep(maps, rows, loss, { learningRate: 1e-3 })).toBeLessThan(first)
  })

  test('must take its features', () => {
    expect(() => replaceHead(tuned().snapshot(), savedFeatures(features))).toThrow('16 features')
    const other = models.linearHead({
      inputSize: 15,
      embeddingSize: 2,
      random: createRandom('head'),
    })
    expect(() => replaceHead(tuned().snapshot(), other.snapshot())).toThrow('not on 15')
  })
})
