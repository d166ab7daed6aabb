import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../../../src/core/math/random'
import {
  createSmallNetwork,
  type EmbeddingModel,
  modelsOn,
  plainOperations,
  restoreModel,
  serializeModel,
} from '../../../../src/core/network'
import { AppError } from '../../../../src/shared/errors'
import { gaussian, squaredErrorTo, startPlainBackend } from './plainBackend'

beforeAll(startPlainBackend)

const rows = 2
const size = 16
const embeddingSize = 4
const pictures = gaussian('pictures', rows * size * size * 3)
const loss = squaredErrorTo(gaussian('target', rows * embeddingSize))
const settings = { learningRate: 1e-2 }
const create = (seed = 'network') =>
  createSmallNetwork({
    imageSizePx: size,
    embeddingSize,
    random: createRandom(seed),
    operations: plainOperations,
  })

/** All numbers of a model as text: compared at once, not one by one. */
const bytesOf = (model: EmbeddingModel) =>
  Buffer.from(serializeModel(model.snapshot()).weights).toString('base64')

describe('small network', { timeout: 120_000 }, () => {
  test('learns, keeps its number of tensors and gives them all back', () => {
    const before = tf.memory().numTensors
    const model = create()
    const first = model.trainStep(pictures, rows, loss, settings)
    const tensors = tf.memory().numTensors
    let last = first
    for (let step = 0; step < 4; step++) last = model.trainStep(pictures, rows, loss, settings)
    expect(last).toBeLessThan(first)
    expect(model.steps).toBe(5)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(model.embed(pictures, rows)).toHaveLength(rows * embeddingSize)
    expect(tf.memory().numTensors).toBe(tensors)
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  test('goes on from a snapshot exactly as it would have', () => {
    const model = create()
    model.trainStep(pictures, rows, loss, settings)
    const saved = model.snapshot()
    const savedBytes = bytesOf(model)
    const copy = restoreModel(saved, modelsOn(plainOperations))
    for (let step = 0; step < 2; step++) {
      expect(copy.trainStep(pictures, rows, loss, settings)).toBe(
        model.trainStep(pictures, rows, loss, settings),
      )
    }
    expect(copy.embed(pictures, rows)).toEqual(model.embed(pictures, rows))
    model.restore(saved)
    expect(model.steps).toBe(1)
    expect(bytesOf(model)).toBe(savedBytes)
    model.dispose()
    copy.dispose()
  })

  test('a loss that is not finite changes nothing', () => {
    const model = create()
    const before = bytesOf(model)
    const broken = () => ({ value: NaN, gradient: new Float32Array(rows * embeddingSize) })
    expect(model.trainStep(pictures, rows, broken, settings)).toBeNaN()
    expect(bytesOf(model)).toBe(before)
    model.dispose()
  })

  test('starts from its seed alone', () => {
    const [a, b, c] = [create('one'), create('one'), create('other')]
    expect(bytesOf(a)).toBe(bytesOf(b))
    expect(bytesOf(a)).not.toBe(bytesOf(c))
    for (const model of [a, b, c]) model.dispose()
  })

  test('refuses what does not fit', () => {
    const model = create()
    expect(() => model.embed(pictures, 3)).toThrow(/needs/)
    expect(model.embed(new Float32Array(0), 0)).toHaveLength(0)
    const saved = model.snapshot()
    expect(() => model.restore({ ...saved, kind: 'head' })).toThrow(AppError)
    expect(() => model.restore({ ...saved, tensors: saved.tensors.slice(1) })).toThrow(AppError)
    expect(() =>
      createSmallNetwork({
        imageSizePx: 8,
        embeddingSize,
        random: createRandom(1),
        operations: plainOperations,
      }),
    ).toThrow(/at least/)
    model.dispose()
  })
})
