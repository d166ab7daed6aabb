import { describe, expect, it } from 'vitest'
import { blocksOf, tunedPartOf } from '../../../../src/core/plan/chooseTuned'
import type { ExtractorDescription } from '../../../../src/shared/model/extractor'

const layer = (name: string, multiplyAdds: number) => ({
  ...{ name, multiplyAdds, dimension: 8, rootScale: null },
})
const map = (place: string, multiplyAdds: number) => ({
  ...{ place, multiplyAdds, sidePx: 7, channels: 4, numbers: 2 * multiplyAdds },
})
const extractor: ExtractorDescription = {
  id: 'net',
  title: { en: 'Net', 'zh-CN': '网络' },
  contentHash: 'f'.repeat(64),
  input: { sidePx: 28, mean: [0, 0, 0], deviation: [1, 1, 1] },
  licence: 'MIT',
  layers: [layer('early', 15), layer('middle', 25), layer('late', 45)],
  maps: [map('input', 0), map('one', 10), map('two', 20), map('three', 30), map('four', 40)],
  defaultLayers: { usual: 'middle+late', ofManyImages: 'late' },
}
const usual = { extractor, features: 'middle+late' }

describe('the part of a network that is trained', () => {
  it('is nothing but the head where nobody asks for more', () => {
    expect(tunedPartOf(usual)).toBeNull()
    expect(tunedPartOf(usual, 'head')).toBeNull()
  })

  it('are its last blocks, the last as far as the deepest layer', () => {
    expect(blocksOf(usual)).toEqual({ least: 3, most: 5 })
    expect(tunedPartOf(usual, 'last:3')).toEqual({
      ...map('two', 20),
      // Of the maps behind it those of two blocks, and the deepest layer's own.
      ...{ blocks: 3, ownMultiplyAdds: 25, ownNumbers: Math.round(40 + (49 * 8) / 1000) },
    })
    const middle = { extractor, features: 'early+middle' }
    expect(blocksOf(middle)).toEqual({ least: 2, most: 3 })
    expect(tunedPartOf(middle, 'last:2')).toMatchObject({ place: 'one', ownMultiplyAdds: 15 })
  })

  it('is all of it, from the pictures on', () => {
    expect(tunedPartOf(usual, 'all')).toMatchObject({
      ...{ place: 'input', blocks: 5, ownMultiplyAdds: 45 },
    })
    expect(tunedPartOf(usual, 'last:5')).toEqual(tunedPartOf(usual, 'all'))
  })

  it('is refused where a layer lies before it, where it has fewer blocks, or none', () => {
    expect(() => tunedPartOf(usual, 'last:2')).toThrow('at least last:3')
    expect(() => tunedPartOf(usual, 'last:6')).toThrow('5 blocks as far as middle+late, not 6')
    const { maps: _, ...whole } = extractor
    expect(blocksOf({ ...usual, extractor: whole })).toBeNull()
    expect(() => tunedPartOf({ ...usual, extractor: whole }, 'all')).toThrow('nothing but the head')
  })
})
