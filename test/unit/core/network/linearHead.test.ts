import { beforeAll, expect, test } from 'vitest'
import * as tf from '@tensorflow/tfjs-core'
import { createRandom } from '../../../../src/core/math/random'
import {
  createLinearHead,
  modelsOn,
  plainOperations,
  restoreModel,
} from '../../../../src/core/network'
import { gaussian, squaredErrorTo, startPlainBackend } from './plainBackend'

beforeAll(startPlainBackend)

const mean = Float32Array.of(1, 2, 3)
const projection = Float32Array.of(1, 0, 0, 1, 1, -1)
const create = (options: { dropout?: number; start?: boolean } = {}) =>
  createLinearHead({
    inputSize: 3,
    embeddingSize: 2,
    ...(options.start === false ? {} : { start: { mean, projection } }),
    random: createRandom('head'),
    operations: plainOperations,
    dropout: options.dropout ?? 0,
  })

test('starts as the closed form that it is given', () => {
  const head = create()
  const embeddings = head.embed(Float32Array.of(1, 2, 3, 2, 4, 6), 2)
  expect([...embeddings]).toEqual([0, 0, 1 + 3, 2 - 3])
  head.dispose()
})

test('the first step goes against the gradient, by the rate', () => {
  const head = create()
  const x = Float32Array.of(2, 2, 3)
  const value = head.trainStep(x, 1, (e) => ({ value: e[0]!, gradient: Float32Array.of(1, 0) }), {
    learningRate: 0.1,
  })
  expect(value).toBe(1)
  const [weights, bias] = head.snapshot().tensors
  // Only the first input differs from its mean, and only the first output has a gradient.
  const expected = [0.9, 0, 0, 1, 1, -1]
  weights!.data.forEach((number, index) => expect(number).toBeCloseTo(expected[index]!, 5))
  expect(bias!.data[0]).toBeCloseTo(-0.1, 5)
  expect(bias!.data[1]).toBe(0)
  head.dispose()
})

test('weight decay spares the bias; clipping bounds what the moments see', () => {
  const head = create()
  const loss = () => ({ value: 1, gradient: Float32Array.of(300, 400) })
  head.trainStep(Float32Array.of(2, 2, 3), 1, loss, {
    learningRate: 0,
    gradientClip: 1,
    weightDecay: 0.5,
  })
  const tensors = new Map(head.snapshot().tensors.map(({ name, data }) => [name, data]))
  const norm = Math.hypot(
    ...tensors.get('head/weights/adamFirst')!,
    ...tensors.get('head/bias/adamFirst')!,
  )
  expect(norm).toBeCloseTo(0.1, 5)
  head.trainStep(Float32Array.of(1, 2, 3), 1, () => ({ value: 0, gradient: new Float32Array(2) }), {
    learningRate: 1e-6,
    weightDecay: 1e5,
  })
  const decayed = head.snapshot().tensors[0]!.data
  expect(decayed[0]).toBeCloseTo(0.9, 4)
  head.dispose()
})

test('dropout acts in training only and follows the seed', () => {
  const x = gaussian('x', 4 * 3)
  const loss = squaredErrorTo(gaussian('target', 4 * 2))
  const values = [0, 0.5, 0.5].map((dropout) => {
    const head = create({ dropout })
    const embedded = head.embed(x, 4)
    const value = head.trainStep(x, 4, loss, { learningRate: 0.1 })
    head.dispose()
    return { value, embedded }
  })
  expect(values[1]!.embedded).toEqual(values[0]!.embedded)
  expect(values[1]!.value).not.toBe(values[0]!.value)
  expect(values[2]!.value).toBe(values[1]!.value)
})

test('goes on from a snapshot, and leaks nothing', () => {
  const before = tf.memory().numTensors
  const x = gaussian('x', 4 * 3)
  const loss = squaredErrorTo(gaussian('target', 4 * 2))
  const head = create({ start: false })
  head.trainStep(x, 4, loss, { learningRate: 0.1 })
  const copy = restoreModel(head.snapshot(), modelsOn(plainOperations))
  expect(copy.trainStep(x, 4, loss, { learningRate: 0.1 })).toBe(
    head.trainStep(x, 4, loss, { learningRate: 0.1 }),
  )
  expect(copy.embed(x, 4)).toEqual(head.embed(x, 4))
  head.dispose()
  copy.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

test('a later change of the arrays it was given does not reach it', () => {
  const start = { mean: mean.slice(), projection: projection.slice() }
  const head = createLinearHead({
    inputSize: 3,
    embeddingSize: 2,
    start,
    random: createRandom(1),
    operations: plainOperations,
  })
  start.projection.fill(9)
  start.mean.fill(9)
  expect([...head.embed(Float32Array.of(2, 4, 6), 1)]).toEqual([4, -1])
  head.dispose()
})

test('goes on from a snapshot with the dropout it would have had', () => {
  const batches = Array.from({ length: 6 }, (_, i) => gaussian(`inputs ${i}`, 4 * 3))
  const run = (head: ReturnType<typeof create>, part: readonly Float32Array[]) =>
    part.map((batch) =>
      head.trainStep(batch, 4, squaredErrorTo(new Float32Array(8)), { learningRate: 0.1 }),
    )
  const whole = create({ dropout: 0.5 })
  run(whole, batches.slice(0, 3))
  const middle = structuredClone(whole.snapshot())
  const expected = run(whole, batches.slice(3))
  const other = create({ dropout: 0.5 })
  other.restore(middle)
  expect(run(other, batches.slice(3))).toEqual(expected)
  expect(other.weights()).toEqual(whole.weights())
  other.assignWeights(create().weights())
  expect([...other.embed(Float32Array.of(2, 2, 3), 1)]).toEqual([1, 0])
  whole.dispose()
  other.dispose()
})
