import { describe, expect, it } from 'vitest'
import { chooseFeatures, manyImages } from '../../../../src/core/plan/chooseNetwork'
import {
  countFeatures,
  dimensionOf,
  featuresName,
  findExtractor,
  layersOf,
} from '../../../../src/core/plan/features'
import { describeExtractors } from '../../../../src/main/features/extractors'
import type { ExtractorDescription } from '../../../../src/shared/model/extractor'

const extractors = describeExtractors()
const network = findExtractor(extractors)
const other: ExtractorDescription = {
  ...network,
  id: 'other',
  layers: [
    { name: 'first', dimension: 3, rootScale: null, multiplyAdds: 290 },
    { name: 'last', dimension: 5, rootScale: 2, multiplyAdds: 1160 },
  ],
  defaultLayers: { usual: 'first+last', ofManyImages: 'last' },
}

describe('layersOf', () => {
  it('puts layers into the order of the network, so that a combination has one name', () => {
    const layers = layersOf(network, 'pooled + conv12')
    expect(featuresName(layers)).toBe('conv12+pooled')
    expect(dimensionOf(layers)).toBe(816 + 1792)
    expect(layersOf(network, 'conv12+pooled')).toEqual(layers)
  })

  it.each(['', 'conv12+', 'conv12+conv12', 'conv99', 'last'])(
    'refuses "%s" and names all',
    (text) => {
      expect(() => layersOf(network, text)).toThrow(/conv10, conv11, .*, pooled/)
    },
  )
})

describe('chooseFeatures', () => {
  const all = [network, other]

  it('takes the first network, and fewer numbers of very many images', () => {
    const few = chooseFeatures(manyImages - 1, {}, all)
    expect(few).toEqual({ extractor: network, features: 'conv12+conv13+conv15' })
    expect(chooseFeatures(manyImages, {}, all).features).toBe('conv12+conv13')
    expect(chooseFeatures(1, {}, [other, network]).extractor).toBe(other)
  })

  it('takes the network that has the layers, where layers alone are named', () => {
    expect(chooseFeatures(8, { features: 'first+last' }, all).extractor).toBe(other)
    expect(chooseFeatures(8, { features: 'conv12' }, [other, network]).extractor).toBe(network)
  })

  it('takes layers of the network that is named, and of no other', () => {
    const named = (features?: string) =>
      chooseFeatures(8, { extractor: 'other', ...(features && { features }) }, all)
    expect(named()).toEqual({ extractor: other, features: 'first+last' })
    expect(named('last+first').features).toBe('first+last')
    expect(() => named('conv12')).toThrow(/other.*first, last/)
    expect(() => chooseFeatures(8, { features: 'none' }, all)).toThrow(/conv10/)
    const unknown = { extractor: 'none' }
    expect(() => chooseFeatures(8, unknown, all)).toThrow(/"none".*mobilenet-v2-1.4-mid, other/)
  })

  it('counts numbers of the layers and passes of the whole network', () => {
    expect(countFeatures(chooseFeatures(8, {}, all))).toEqual({
      featureSize: 2976,
      passesPerImage: 1,
    })
    expect(countFeatures({ extractor: other, features: 'first' })).toEqual({
      featureSize: 3,
      passesPerImage: 2,
    })
  })
})
