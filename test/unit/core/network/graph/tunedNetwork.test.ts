import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../../../../src/core/math/random'
import {
  deserializeModel,
  modelsOn,
  plainOperations,
  restoreModel,
  serializeModel,
} from '../../../../../src/core/network'
import { nodesBetween } from '../../../../../src/core/network/graph/graphNodes'
import { createTunedNetwork } from '../../../../../src/core/network/graph/tunedNetwork'
import { AppError } from '../../../../../src/shared/errors'
import { structure, weights } from '../../../../support/tunedStructure'
import { gaussian, squaredErrorTo, startPlainBackend } from '../plainBackend'

beforeAll(startPlainBackend)

const rows = 3
const inputShape = [5, 4, 4] as const
const embeddingSize = 3
const maps = gaussian('maps', rows * 5 * 4 * 4)
const loss = squaredErrorTo(gaussian('target', rows * embeddingSize))
const create = (networkRate = 0.5) =>
  createTunedNetwork({
    structure,
    inputShape,
    weights,
    embeddingSize,
    networkRate,
    random: createRandom('tuned'),
    operations: plainOperations,
  })

describe('nodes between two places', () => {
  test('are those that lead there, in their order', () => {
    const names = (ends: readonly string[]) =>
      nodesBetween(structure.nodes, 'before', ends).map(({ name }) => name)
    expect(names(['c'])).toEqual(['a', 'b', 'c'])
    expect(names(['e', 'a'])).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(nodesBetween(structure.nodes, 'd', ['f']).map(({ name }) => name)).toEqual(['e', 'f'])
  })

  test('are refused where they need something before the place', () => {
    expect(() => nodesBetween(structure.nodes, 'c', ['e'])).toThrow('"before"')
  })
})

describe('a tuned network', { timeout: 120_000 }, () => {
  test('begins with the closed form that it is given', () => {
    const features = 16
    const mean = gaussian('mean', features)
    const projection = gaussian('projection', features * embeddingSize)
    const plain = createTunedNetwork({
      ...{ structure, inputShape, weights, embeddingSize: features, networkRate: 1 },
      start: { mean: new Float32Array(features), projection: identity(features) },
      random: createRandom('x'),
      operations: plainOperations,
    })
    const started = createTunedNetwork({
      ...{ structure, inputShape, weights, embeddingSize, networkRate: 1 },
      start: { mean, projection },
      random: createRandom('x'),
      operations: plainOperations,
    })
    const seen = plain.embed(maps, rows)
    const embeddings = started.embed(maps, rows)
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < embeddingSize; column++) {
        let sum = 0
        for (let i = 0; i < features; i++) {
          sum += (seen[row * features + i]! - mean[i]!) * projection[i * embeddingSize + column]!
        }
        expect(embeddings[row * embeddingSize + column]).toBeCloseTo(sum, 3)
      }
    }
    expect(plain.embed(maps.subarray(0, 0), 0)).toHaveLength(0)
  })

  test('has the gradients of its loss, by differences, for every weight', () => {
    const model = create()
    const before = model.weights()
    const valueAt = (values: readonly Float32Array[]) => {
      model.assignWeights(values)
      return loss(model.embed(maps, rows)).value
    }
    // Adam's first moment is a tenth of the gradient after one step.
    valueAt(before)
    model.trainStep(maps, rows, loss, { learningRate: 1e-6 })
    const { tensors } = model.snapshot()
    const names = tensors.filter(({ name }) => name.endsWith('/adamFirst'))
    expect(names).toHaveLength(before.length)
    let checked = 0
    for (const [which, values] of before.entries()) {
      const gradient = names[which]!.data.map((value) => 10 * value)
      for (let i = 0; i < values.length; i += Math.max(1, Math.floor(values.length / 5))) {
        const step = 1e-2
        const moved = (by: number) =>
          before.map((numbers, at) =>
            at === which ? numbers.map((value, k) => (k === i ? value + by : value)) : numbers,
          )
        const slope = (valueAt(moved(step)) - valueAt(moved(-step))) / (2 * step)
        expect(Math.abs(slope - gradient[i]!), `${names[which]!.name} ${i}`).toBeLessThan(
          2e-3 + 0.05 * Math.abs(slope),
        )
        checked++
      }
    }
    expect(checked).toBeGreaterThan(50)
  })

  test('moves the network by its share of the rate, and not at all by none', () => {
    const still = create(0)
    const first = still.weights()
    still.trainStep(maps, rows, loss, { learningRate: 1e-2 })
    const later = still.weights()
    const isEqual = later.map((values, i) => values.every((value, k) => value === first[i]![k]))
    // Filters and offsets of five convolutions; weights and offsets of the head.
    expect(isEqual).toEqual([...Array<boolean>(10).fill(true), false, false])
  })

  test('learns, keeps its number of tensors and gives them all back', () => {
    const before = tf.memory().numTensors
    const model = create()
    const settings = { learningRate: 1e-2, gradientClip: 1, weightDecay: 1e-3 }
    const first = model.trainStep(maps, rows, loss, settings)
    const tensors = tf.memory().numTensors
    let last = first
    for (let step = 0; step < 20; step++) last = model.trainStep(maps, rows, loss, settings)
    expect(last).toBeLessThan(first / 2)
    model.embed(maps, rows)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(model.steps).toBe(21)
    model.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  test('is saved, and goes on from there exactly as it would have', () => {
    const settings = { learningRate: 1e-2 }
    const model = create()
    model.trainStep(maps, rows, loss, settings)
    const { manifest, weights: bytes } = serializeModel(model.snapshot())
    const read = deserializeModel(JSON.parse(JSON.stringify(manifest)), bytes)
    const copy = restoreModel(read, modelsOn(plainOperations))
    expect(copy.embed(maps, rows)).toEqual(model.embed(maps, rows))
    const resumed = create()
    resumed.restore(read)
    for (let step = 0; step < 3; step++) {
      expect(resumed.trainStep(maps, rows, loss, settings)).toBe(
        model.trainStep(maps, rows, loss, settings),
      )
    }
  })

  test('is refused where its parts do not fit', () => {
    const saved = create().snapshot()
    const models = modelsOn(plainOperations)
    const { structure: _, ...without } = saved
    const isCircle = { name: 'a', inputs: ['e', 'before'], kind: 'sum' } as const
    const cases = [
      { ...saved, structure: { ...structure, nodes: [isCircle, ...structure.nodes.slice(1)] } },
      { ...saved, structure: { ...structure, nodes: structure.nodes.toReversed() } },
      { ...saved, structure: { ...structure, from: 'elsewhere' } },
      without,
      { ...saved, inputShape: [16] },
      { ...saved, tensors: saved.tensors.filter(({ name }) => name !== 'network/c/bias') },
      {
        ...saved,
        structure: { ...structure, taps: [{ node: 'a', channels: 7, rootScale: null }] },
      },
    ]
    for (const harmed of cases) {
      expect(() => restoreModel(harmed, models)).toThrow(AppError)
    }
    const { manifest, weights: bytes } = serializeModel(saved)
    const bad = { ...manifest, structure: { ...manifest.structure!, nodes: [{ kind: 'other' }] } }
    expect(() => deserializeModel(bad, bytes)).toThrow(AppError)
    // Memory would be taken for its head before anything is compared.
    const taps = [{ node: 'a', channels: 2 ** 27, rootScale: null }]
    const huge = { ...manifest, structure: { ...manifest.structure!, taps } }
    expect(() => deserializeModel(huge, bytes)).toThrow('claims more numbers')
  })
})

function identity(size: number): Float32Array {
  const matrix = new Float32Array(size * size)
  for (let i = 0; i < size; i++) matrix[i * size + i] = 1
  return matrix
}
