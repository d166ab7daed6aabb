import { describe, expect, it } from 'vitest'
import {
  dimensionOf,
  featuresName,
  featureTaps,
  shapeAverages,
  tapsOf,
} from '../../../../src/core/plan/features'
import { featureLayers } from '../../../../src/shared/model/training'

describe('tapsOf', () => {
  it('puts layers into the order of the network, so that a combination has one name', () => {
    const taps = tapsOf('pooled + conv12')
    expect(featuresName(taps)).toBe('conv12+pooled')
    expect(dimensionOf(taps)).toBe(816 + 1792)
    expect(tapsOf('conv12+pooled')).toEqual(taps)
  })

  it.each(['', 'conv12+', 'conv12+conv12', 'conv99', 'last'])(
    'refuses "%s" and names all',
    (text) => {
      expect(() => tapsOf(text)).toThrow(/conv10, conv11, .*, pooled/)
    },
  )
})

describe('shapeAverages', () => {
  it('takes roots of activations and leaves what is pooled as it is', () => {
    const averages = Float32Array.of(0, 4, 9)
    shapeAverages({ name: 'conv12', dimension: 3, rootScale: 0.5 }, averages)
    expect([...averages]).toEqual([0, 1, 1.5])
    const pooled = Float32Array.of(-2, 0.25)
    shapeAverages(featureTaps.at(-1)!, pooled)
    expect([...pooled]).toEqual([-2, 0.25])
  })
})

it('knows every layer that the window offers, in the order of the network', () => {
  expect(featureTaps.map(({ name }) => name)).toEqual(featureLayers)
})
