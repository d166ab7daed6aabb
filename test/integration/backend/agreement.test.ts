import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import { javascriptProduct } from '../../../src/core/math/product'
import {
  type EmbeddingModel,
  type NetworkOperations,
  restoreModel,
} from '../../../src/core/network'
import { findDisagreement } from '../../../src/core/network/operationsCheck'
import type { Backend, BackendOptions } from '../../../src/main/backend/backend'
import { dimensionOf, findExtractor, layersOf } from '../../../src/core/plan/features'
import { extractors } from '../../../src/main/features/extractors'
import { startRemoteTensorflow } from '../../../src/main/backend/native/remoteBackend'
import { startBackend } from '../../../src/main/backend/startBackend'
import { startTensorflow } from '../../../src/main/backend/tensorflowBackend'
import { inThisThread } from '../../../src/main/backend/threadBackend'
import { startWasm } from '../../../src/main/backend/wasmBackend'
import { structure, weights } from '../../support/tunedStructure'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'
import { hasTensorflow, projectFolder } from './support'

/** Largest difference allowed, as a share of the largest entry. */
const tolerance = 1e-3
const random = (seed: string, count: number) => {
  const stream = createRandom(seed)
  return Float32Array.from({ length: count }, () => stream.normal())
}
const loss = (embeddings: Float32Array) => ({
  value: embeddings.reduce((sum, e, i) => sum + (e - Math.sin(i)) ** 2, 0) / embeddings.length,
  gradient: embeddings.map((e, i) => (2 * (e - Math.sin(i))) / embeddings.length),
})

type Measured = Pick<Backend, 'models' | 'product' | 'loadGraph' | 'dispose'>

interface Case {
  readonly name: string
  readonly rows: number
  readonly inputCount: number
  create(backend: Measured): EmbeddingModel
}
/** Sides that leave remainders everywhere, and one that leaves none. */
const cases: readonly Case[] = [
  ...(
    [
      [16, 3],
      [19, 2],
    ] as const
  ).map(([imageSizePx, rows]) => ({
    name: `small network, ${imageSizePx} px`,
    rows,
    inputCount: rows * imageSizePx * imageSizePx * 3,
    create: ({ models }: Measured) =>
      models.smallNetwork({ imageSizePx, embeddingSize: 12, random: createRandom(1) }),
  })),
  ...(
    [
      [16, 3, 8],
      [19, 2, 12],
    ] as const
  ).map(([imageSizePx, rows, width]) => ({
    name: `residual network, ${imageSizePx} px, ${width} wide`,
    rows,
    inputCount: rows * imageSizePx * imageSizePx * 3,
    create: ({ models }: Measured) =>
      models.residualNetwork({
        ...{ imageSizePx, embeddingSize: 12, depth: 2, width },
        random: createRandom(1),
      }),
  })),
  {
    name: 'head',
    rows: 9,
    inputCount: 9 * 50,
    create: ({ models }: Measured) =>
      models.linearHead({
        inputSize: 50,
        embeddingSize: 7,
        random: createRandom(1),
        dropout: 0.2,
      }),
  },
  {
    name: 'tuned network',
    rows: 3,
    inputCount: 3 * 7 * 6 * 4,
    create: ({ models }: Measured) =>
      models.tunedNetwork({
        ...{ structure, weights, inputShape: [7, 6, 4], embeddingSize: 5, networkRate: 0.5 },
        random: createRandom(1),
      }),
  },
]

/** Everything two steps and an embedding tell: first loss, gradients (as moments), weights. */
function trace(testCase: Case, backend: Measured): Map<string, Float32Array> {
  const model = testCase.create(backend)
  const batch = random('batch', testCase.inputCount)
  const settings = { learningRate: 1e-3, gradientClip: 0.1, weightDecay: 0.01 }
  const results = new Map<string, Float32Array>()
  results.set('first loss', Float32Array.of(model.trainStep(batch, testCase.rows, loss, settings)))
  const afterOne = model.snapshot()
  for (const { name, data } of afterOne.tensors) {
    if (name.endsWith('adamFirst') || /mean|variance/.test(name)) results.set(name, data)
  }
  results.set('embeddings', model.embed(batch, testCase.rows))
  model.trainStep(batch, testCase.rows, loss, { learningRate: 1e-3 })
  results.set('later embeddings', model.embed(batch, testCase.rows))
  const tensors = tf.memory().numTensors
  for (let step = 0; step < 2; step++) model.trainStep(batch, testCase.rows, loss, settings)
  expect(tf.memory().numTensors).toBe(tensors)
  model.restore(afterOne)
  const copy = restoreModel(afterOne, backend.models)
  expect(model.embed(batch, testCase.rows)).toEqual(copy.embed(batch, testCase.rows))
  expect(results.get('embeddings')).toEqual(copy.embed(batch, testCase.rows))
  model.dispose()
  copy.dispose()
  return results
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length)
  let difference = 0
  let largest = 1e-12
  a.forEach((value, index) => {
    difference = Math.max(difference, Math.abs(value - b[index]!))
    largest = Math.max(largest, Math.abs(value))
  })
  return difference / largest
}

/** A backend with its operations, which only one in this thread shows. */
type Start = (
  options: BackendOptions,
) => Promise<Measured & { readonly operations: NetworkOperations | null }>

const here =
  (start: (options: BackendOptions) => ReturnType<typeof startWasm>): Start =>
  async (options) => {
    const started = await start(options)
    return { ...started, ...inThisThread(started.operations) }
  }
const starts: Readonly<Record<string, Start>> = {
  wasm: here(startWasm),
  ...(hasTensorflow
    ? {
        tensorflow: here(startTensorflow),
        'tensorflow in a process of its own': async (options) => ({
          ...(await startRemoteTensorflow(options)),
          operations: null,
        }),
      }
    : {}),
}
const reference = new Map<string, Map<string, Float32Array>>()
const features = new Map<string, Float32Array[]>()
let program: BuiltProgram

beforeAll(async () => {
  program = await buildProgram(false)
  const { workersFolder } = program
  const plain = await startBackend({ preferred: 'js', workersFolder, projectFolder })
  expect(plain.report).toMatchObject({ name: 'js', threads: 1, rejected: [] })
  for (const testCase of cases) reference.set(testCase.name, trace(testCase, plain))
  plain.dispose()
})
afterAll(() => program.dispose())

describe.each(Object.keys(starts))('%s', (name) => {
  let backend: Awaited<ReturnType<Start>>
  beforeAll(async () => {
    const { workersFolder } = program
    backend = await starts[name]!({ preferred: 'auto', threads: 2, workersFolder, projectFolder })
  })
  afterAll(() => backend.dispose())

  test('runs its own operations', () => {
    const { operations } = backend
    if (operations === null) return
    expect(operations.name).toMatch(name === 'wasm' ? 'wasm kernels, 2 threads' : 'tensorflow')
    expect(findDisagreement(operations)).toBeNull()
  })

  test.each(cases.map((testCase) => [testCase.name, testCase] as const))(
    'gradients, steps and embeddings agree with plain JavaScript: %s',
    (caseName, testCase) => {
      for (const [part, numbers] of trace(testCase, backend)) {
        const difference = largestDifference(reference.get(caseName)!.get(part)!, numbers)
        expect(difference, part).toBeLessThan(tolerance)
      }
    },
  )

  test('matrix products agree with plain JavaScript', () => {
    const a = { data: random('a', 5 * 7), rows: 5, columns: 7 }
    const b = { data: random('b', 6 * 7), rows: 6, columns: 7 }
    const c = { data: random('c', 5 * 3), rows: 5, columns: 3 }
    const turned = { data: random('d', 7 * 4), rows: 7, columns: 4 }
    for (const [found, expected] of [
      [backend.product.multiplyTransposed(a, b), javascriptProduct.multiplyTransposed(a, b)],
      [backend.product.multiplyTransposed(a, a), javascriptProduct.multiplyTransposed(a, a)],
      [backend.product.multiply(a, turned), javascriptProduct.multiply(a, turned)],
      [backend.product.transposedMultiply(a, c), javascriptProduct.transposedMultiply(a, c)],
    ] as const) {
      expect([found.rows, found.columns]).toEqual([expected.rows, expected.columns])
      expect(largestDifference(expected.data, found.data)).toBeLessThan(1e-5)
    }
  })

  test.each([
    ['mobilenet-v2-1.4-mid', 'conv13', 'pooled'],
    ['efficientnet-lite0', 'expand11', 'expand15'],
    ['efficientnet-lite0-and-mobilenet-v2', 'lite0.expand11', 'mobilenet.conv12'],
  ])('frozen features of %s are sound and the same on every backend', async (id, first, last) => {
    const network = findExtractor(extractors, id)
    const sizeOf = (layers: string) => dimensionOf(layersOf(network, layers))
    const dimension = sizeOf(`${first}+${last}`)
    const open = (layers: string) =>
      network.open({ backend, projectFolder }, layersOf(network, layers))
    const extractor = await open(`${first}+${last}`)
    const pictureSize = 224 * 224 * 3
    const pixels = new Uint8Array(2 * pictureSize)
    for (let i = 0; i < pixels.length; i++) {
      pixels[i] = i < pictureSize ? (i * 7) % 251 : Math.floor(i / 997) % 256
    }
    const tensors = tf.memory().numTensors
    const both = await extractor.extract(pixels, 2)
    expect(tf.memory().numTensors).toBe(tensors)
    expect(both).toHaveLength(2 * dimension)
    const alone = await extractor.extract(pixels.subarray(pictureSize), 1)
    expect(largestDifference(alone, both.subarray(dimension))).toBeLessThan(tolerance)
    expect(
      largestDifference(both.subarray(dimension), both.subarray(0, dimension)),
    ).toBeGreaterThan(0.1)
    const others = features.get(id) ?? []
    for (const other of others) expect(largestDifference(other, both)).toBeLessThan(tolerance)
    features.set(id, [...others, both])
    await expect((async () => extractor.extract(pixels, 1))()).rejects.toThrow(/numbers/)
    extractor.dispose()
    // One layer alone gives the numbers that it gives among others.
    const one = await open(last)
    const deepest = await one.extract(pixels, 2)
    expect(
      largestDifference(deepest.subarray(0, sizeOf(last)), both.subarray(sizeOf(first), dimension)),
    ).toBeLessThan(tolerance)
    one.dispose()
  })
})
