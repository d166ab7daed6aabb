import '@tensorflow/tfjs-backend-cpu'
import { describe, expect, it } from 'vitest'
import { createMatrix, type Matrix } from '../../../../src/core/math/matrix'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import {
  createLinearHead,
  modelsOn,
  plainOperations,
  restoreModel,
} from '../../../../src/core/network'
import {
  applyPreparation,
  foldPreparation,
  outputSizeOf,
  type Preparation,
  standardization,
} from '../../../../src/core/starts/preparation'

const random = createRandom(5)
const randomMatrix = (rows: number, columns: number): Matrix => {
  const matrix = createMatrix(rows, columns)
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = random.normal(2, 3)
  return matrix
}

describe('preparation', () => {
  it('standardises: mean 0, standard deviation 1, a constant column stays 0', () => {
    const features = randomMatrix(50, 3)
    for (let i = 0; i < 50; i++) features.data[i * 3 + 2] = 7
    const prepared = applyPreparation(standardization(features), features, javascriptProduct)
    for (const [column, deviation] of [1, 1, 0].entries()) {
      const values = Array.from({ length: 50 }, (_, i) => prepared.data[i * 3 + column]!)
      const mean = values.reduce((a, b) => a + b, 0) / 50
      const square = values.reduce((a, b) => a + (b - mean) ** 2, 0) / 50
      expect(mean).toBeCloseTo(0, 5)
      expect(Math.sqrt(square)).toBeCloseTo(deviation, 5)
    }
  })

  const cases: readonly [string, Preparation][] = [
    ['a scale', standardization(randomMatrix(30, 6))],
    [
      'a projection',
      { mean: Float64Array.of(1, 2, 3, 4, 5, 6), scale: null, projection: randomMatrix(6, 4) },
    ],
  ]
  it.each(cases)(
    'folds %s into the head: same embeddings from plain features',
    (_, preparation) => {
      const inner = outputSizeOf(preparation)
      const head = createLinearHead({
        inputSize: inner,
        embeddingSize: 3,
        start: {
          mean: randomMatrix(1, inner).data,
          projection: randomMatrix(inner, 3).data,
        },
        random,
        operations: plainOperations,
      })
      const features = randomMatrix(9, 6)
      const prepared = applyPreparation(preparation, features, javascriptProduct)
      // A step moves the bias away from zero.
      head.trainStep(
        prepared.data,
        9,
        (embeddings) => ({ value: 1, gradient: embeddings.map(() => 1) }),
        { learningRate: 0.1 },
      )
      const expected = head.embed(prepared.data, 9)
      const folded = restoreModel(
        foldPreparation(preparation, head.snapshot(), javascriptProduct),
        modelsOn(plainOperations),
      )
      const got = folded.embed(features.data, 9)
      const greatest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      for (let i = 0; i < got.length; i++) {
        expect(Math.abs(got[i]! - expected[i]!)).toBeLessThan(1e-5 * greatest)
      }
      head.dispose()
      folded.dispose()
    },
  )
})
