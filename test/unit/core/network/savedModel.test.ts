import { expect, test } from 'vitest'
import { deserializeModel, type SavedModel, serializeModel } from '../../../../src/core/network'
import { AppError } from '../../../../src/shared/errors'

const model: SavedModel = {
  kind: 'head',
  inputShape: [3],
  embeddingSize: 2,
  step: 7,
  dropout: 0.25,
  tensors: [
    { name: 'a', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) },
    { name: 'empty', shape: [0], data: new Float32Array(0) },
    { name: 'b', shape: [], data: Float32Array.of(-0.5) },
  ],
}

test('comes back through JSON and bytes as it was', () => {
  const { manifest, weights } = serializeModel(model)
  expect(weights.byteLength).toBe(28)
  // At an odd place of a larger buffer, as a file reader may hand it over.
  const shifted = new Uint8Array(weights.byteLength + 1)
  shifted.set(weights, 1)
  const text: unknown = JSON.parse(JSON.stringify(manifest))
  expect(deserializeModel(text, shifted.subarray(1))).toEqual(model)
})

test('numbers stand in little endian order', () => {
  const { weights } = serializeModel({ ...model, tensors: [{ ...model.tensors[2]! }] })
  expect([...weights]).toEqual([0, 0, 0, 0xbf])
})

const { manifest, weights } = serializeModel(model)
test.each([
  ['something else', null, weights],
  ['another format', { ...manifest, format: 'other' }, weights],
  ['a version to come', { ...manifest, version: 2 }, weights],
  ['an unknown kind', { ...manifest, kind: 'large' }, weights],
  ['a negative size', { ...manifest, tensors: [{ name: 'a', shape: [-1] }] }, weights],
  ['too few bytes', manifest, weights.subarray(4)],
  ['too many bytes', { ...manifest, tensors: [] }, weights],
  ['a residual network of no size', { ...manifest, kind: 'residual' }, weights],
  [
    'a residual network deeper than any',
    { ...manifest, kind: 'residual', residual: { depth: 1e6, width: 32 } },
    weights,
  ],
  [
    'a residual network that claims more numbers than it has',
    { ...manifest, kind: 'residual', residual: { depth: 8, width: 128 } },
    weights,
  ],
  [
    'more than memory holds',
    { ...manifest, tensors: [{ name: 'a', shape: [2 ** 20, 2 ** 20] }] },
    weights,
  ],
])('refuses %s', (_, described, bytes) => {
  expect(() => deserializeModel(described, bytes)).toThrow(AppError)
  expect(() => deserializeModel(described, bytes)).toThrow(/cannot be used/)
})
