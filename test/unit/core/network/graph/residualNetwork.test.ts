import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../../../../src/core/math/random'
import {
  deserializeModel,
  modelsOn,
  plainOperations,
  restoreModel,
  type SavedModel,
  serializeModel,
} from '../../../../../src/core/network'
import { createResidualNetwork } from '../../../../../src/core/network/graph/residualNetwork'
import {
  residualMultiplyAdds,
  residualNumbers,
  residualStructure,
} from '../../../../../src/core/network/graph/residualStructure'
import { AppError } from '../../../../../src/shared/errors'
import { gaussian, squaredErrorTo, startPlainBackend } from '../plainBackend'

beforeAll(startPlainBackend)

const rows = 4
const imageSizePx = 17
const embeddingSize = 3
const depth = 1
const width = 8
const pictures = gaussian('pictures', rows * imageSizePx ** 2 * 3).map((x) => 0.5 + 0.25 * x)
const loss = squaredErrorTo(gaussian('target', rows * embeddingSize))
const create = (more: { readonly seed?: string; readonly depth?: number } = {}) =>
  createResidualNetwork({
    ...{ imageSizePx, embeddingSize, width },
    depth: more.depth ?? depth,
    random: createRandom(more.seed ?? 'residual'),
    operations: plainOperations,
  })
const models = modelsOn(plainOperations)

describe('the structure of a residual network', () => {
  test('has the blocks and channels that are asked for', () => {
    const { nodes, taps } = residualStructure({ depth: 3, width: 16 })
    expect(nodes.filter(({ kind }) => kind === 'sum')).toHaveLength(3 * 3)
    expect(taps).toEqual([{ node: 'top', channels: 64, rootScale: null }])
  })

  test('counts its multiply-adds and its numbers', () => {
    const [first, second, third] = [9 * 8 * 8, 9 * 16 * 16, 9 * 32 * 32]
    const down = [9 * 3 * 8, 9 * 8 * 16, 9 * 16 * 32] as const
    const top = 32 * 32
    expect(residualMultiplyAdds({ depth, width }, 16)).toBe(
      64 * (down[0] + 2 * first) + 16 * (down[1] + 2 * second) + 4 * (down[2] + 2 * third + top),
    )
    const filters = down[0] + down[1] + down[2] + 2 * (first + second + third) + top
    const biases = 3 * (8 + 16 + 32) + 32
    expect(residualNumbers({ depth, width }, 5)).toBe(filters + biases + 33 * 5)
    const saved = create().snapshot().tensors
    const trained = saved.filter(
      ({ name }) => /^(network|head)/.test(name) && !/adam|mean/.test(name),
    )
    const count = trained.reduce((sum, { data }) => sum + data.length, 0)
    expect(residualNumbers({ depth, width }, embeddingSize)).toBe(count)
  })
})

describe('a residual network', { timeout: 120_000 }, () => {
  test('begins as if its blocks were not there, at any depth', () => {
    const [shallow, deep] = [1, 4].map((blocks) => {
      const model = create({ depth: blocks })
      const embeddings = model.embed(pictures, rows)
      model.dispose()
      return embeddings
    })
    expect(deep).toEqual(shallow)
    const size = Math.sqrt(shallow!.reduce((sum, x) => sum + x * x, 0) / shallow!.length)
    expect(size).toBeGreaterThan(0.05)
    expect(size).toBeLessThan(5)
  })

  test('has the gradients of its loss, by differences', () => {
    const model = create()
    // A first step, after which no block is zero any more.
    for (let step = 0; step < 3; step++) {
      model.trainStep(pictures, rows, loss, { learningRate: 1e-2 })
    }
    const before = model.weights()
    const begun = (values: readonly Float32Array[]) => {
      model.assignWeights(values)
      return loss(model.embed(pictures, rows)).value
    }
    const saved = model.snapshot()
    const moments = (of: SavedModel) => of.tensors.filter(({ name }) => name.endsWith('/adamFirst'))
    model.trainStep(pictures, rows, loss, { learningRate: 1e-9 })
    const later = moments(model.snapshot())
    // The first moment is .9 of the one before and a tenth of the gradient.
    const gradients = moments(saved).map(({ data }, i) =>
      later[i]!.data.map((value, k) => (value - 0.9 * data[k]!) * 10),
    )
    let checked = 0
    let isLarge = 0
    for (const [which, values] of before.entries()) {
      const step = 2e-3
      for (let i = 0; i < values.length; i += Math.max(1, Math.floor(values.length / 3))) {
        const moved = (by: number) =>
          before.map((numbers, at) =>
            at === which ? numbers.map((value, k) => (k === i ? value + by : value)) : numbers,
          )
        const slope = (begun(moved(step)) - begun(moved(-step))) / (2 * step)
        const gradient = gradients[which]![i]!
        expect(Math.abs(slope - gradient), `${later[which]!.name} ${i}`).toBeLessThan(
          3e-3 + 0.1 * Math.abs(slope),
        )
        checked++
        if (Math.abs(slope) > 0.01) isLarge++
      }
    }
    expect(checked).toBeGreaterThan(50)
    expect(isLarge).toBeGreaterThan(10)
  })

  test('learns a few pictures by heart, keeps its number of tensors and gives them all back', () => {
    const before = tf.memory().numTensors
    const model = create()
    const settings = { learningRate: 1e-2 }
    const first = model.trainStep(pictures, rows, loss, settings)
    const tensors = tf.memory().numTensors
    let last = first
    for (let step = 0; step < 60; step++) last = model.trainStep(pictures, rows, loss, settings)
    expect(last).toBeLessThan(first / 100)
    expect(model.steps).toBe(61)
    model.embed(pictures, rows)
    expect(tf.memory().numTensors).toBe(tensors)
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  test('starts from its seed alone', () => {
    const weightsOf = (seed: string) => {
      const model = create({ seed })
      const weights = model.weights()
      model.dispose()
      return weights
    }
    expect(weightsOf('one')).toEqual(weightsOf('one'))
    expect(weightsOf('one')).not.toEqual(weightsOf('other'))
  })

  test('is saved, and goes on from there exactly as it would have', () => {
    const settings = { learningRate: 1e-2, gradientClip: 1, weightDecay: 1e-3 }
    const model = create()
    model.trainStep(pictures, rows, loss, settings)
    const { manifest, weights } = serializeModel(model.snapshot())
    expect(manifest).toMatchObject({ kind: 'residual', residual: { depth, width } })
    expect(manifest).not.toHaveProperty('structure')
    const read = deserializeModel(JSON.parse(JSON.stringify(manifest)), weights)
    const copy = restoreModel(read, models)
    expect(copy.embed(pictures, rows)).toEqual(model.embed(pictures, rows))
    for (let step = 0; step < 2; step++) {
      expect(copy.trainStep(pictures, rows, loss, settings)).toBe(
        model.trainStep(pictures, rows, loss, settings),
      )
    }
  })

  test('is refused where its parts do not fit', () => {
    const saved = create().snapshot()
    const { residual: _, ...without } = saved
    const cases: readonly SavedModel[] = [
      without,
      { ...saved, kind: 'small' },
      { ...saved, residual: { depth: 2, width } },
      { ...saved, residual: { depth, width: 16 } },
      { ...saved, inputShape: [imageSizePx] },
      { ...saved, inputShape: [imageSizePx, 16, 3] },
      { ...saved, inputShape: [8, 8, 3] },
      { ...saved, tensors: saved.tensors.filter(({ name }) => name !== 'network/top/bias') },
    ]
    for (const harmed of cases) expect(() => restoreModel(harmed, models)).toThrow(AppError)
    const other = create({ depth: 2 })
    expect(() => other.restore(saved)).toThrow(AppError)
    expect(() => create().restore({ ...saved, kind: 'tuned' })).toThrow(AppError)
    const { manifest, weights } = serializeModel(saved)
    const claims = [
      { depth: 0, width },
      { depth: 9, width },
      { depth, width: 1e9 },
      { depth: 0.5, width },
    ]
    for (const residual of claims) {
      expect(() => deserializeModel({ ...manifest, residual }, weights)).toThrow(AppError)
    }
    expect(() => deserializeModel({ ...manifest, residual: { depth: 8, width } }, weights)).toThrow(
      'claims more numbers',
    )
  })
})
