import { describe, expect, it } from 'vitest'
import { findExtractor, layersOf } from '../../../../src/core/plan/features'
import { extractors, registerExtractor } from '../../../../src/main/features/extractors'
import { shapeAverages } from '../../../../src/main/features/extractors/graphExtractor'
import { cachedTaps } from '../../../../src/main/features/featureKeys'
import { featuresOfModel, inputOfFeatures } from '../../../../src/main/features/modelFeatures'

const network = findExtractor(extractors)

describe('shapeAverages', () => {
  it('takes roots of activations and leaves what is pooled as it is', () => {
    const averages = Float32Array.of(0, 4, 9)
    shapeAverages({ rootScale: 0.5 }, averages)
    expect([...averages]).toEqual([0, 1, 1.5])
    const pooled = Float32Array.of(-2, 0.25)
    shapeAverages(network.layers.at(-1)!, pooled)
    expect([...pooled]).toEqual([-2, 0.25])
  })
})

describe('the network of earlier versions', () => {
  // Features that people have in their caches, and models that they saved, depend on all of this.
  it('gives the numbers that it gave', () => {
    const { id, contentHash, input, layers } = network
    expect({ id, contentHash, input }).toEqual({
      id: 'mobilenet-v2-1.4-mid',
      contentHash: 'fee38f0bcbad1a223b8301c014bbf78984365aef5ab08fc3289ed4229ab67f0e',
      input: { sidePx: 224, mean: [0, 0, 0], deviation: [255, 255, 255] },
    })
    const scales = layers.map(({ name, dimension, rootScale }) => [name, dimension, rootScale])
    expect(scales).toEqual([
      ['conv10', 528, 5],
      ['conv11', 816, 4.5],
      ['conv12', 816, 5.4],
      ['conv13', 816, 6.6],
      ['conv14', 1344, 3.2],
      ['conv15', 1344, 3.9],
      ['conv16', 1344, 4.4],
      ['pooled', 1792, null],
    ])
  })

  it('finds its features in caches of versions that had no other', () => {
    const taps = (hash: string) =>
      cachedTaps({ ...network, contentHash: hash }, layersOf(network, 'conv12'))
    expect(taps(network.contentHash)).toEqual([
      { id: 'mobilenet-v2-1.4-mid/conv12', dimension: 816 },
    ])
    expect(taps('0123456789abcdef'.repeat(4))).toEqual([
      { id: 'mobilenet-v2-1.4-mid@0123456789abcdef/conv12', dimension: 816 },
    ])
  })
})

describe('what a saved model says of its features', () => {
  const input = inputOfFeatures(network, layersOf(network, 'conv13+conv12'))
  const { contentHash: _, ...ofEarlierVersion } = input

  it('names network, layers and weights', () => {
    expect(input).toEqual({
      kind: 'features',
      extractor: 'mobilenet-v2-1.4-mid/conv12+conv13',
      contentHash: network.contentHash,
    })
    const features = { extractor: network.id, features: 'conv12+conv13' }
    expect(featuresOfModel(input)).toEqual(features)
    expect(featuresOfModel(ofEarlierVersion)).toEqual(features)
  })

  it('is refused where the network is not here, or has other weights', () => {
    const elsewhere = { ...input, extractor: 'another/last' }
    expect(() => featuresOfModel(elsewhere)).toThrow(/another\/last.*mobilenet.*train again/)
    const others = { ...input, contentHash: 'ab'.repeat(32) }
    expect(() => featuresOfModel(others)).toThrow(/weights abababababab.*fee38f0bcbad.*train again/)
  })
})

it.each([
  ['an id that is there', {}],
  ['an id that no folder may have', { id: 'a/b' }],
  ['layers of one name', { id: 'twice', layers: [network.layers[0]!, network.layers[0]!] }],
  ['a layer with a +', { id: 'plus', layers: [{ ...network.layers[0]!, name: 'a+b' }] }],
  ['no hash', { id: 'unnamed', contentHash: '' }],
])('%s is no network to register', (_, changes) => {
  const before = [...extractors]
  expect(() => registerExtractor({ ...network, ...changes })).toThrow(/cannot be used/)
  expect(extractors).toEqual(before)
})
