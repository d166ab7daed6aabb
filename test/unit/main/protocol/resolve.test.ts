import { describe, expect, it } from 'vitest'
import { augmentationPolicies } from '../../../../src/shared/model/augmentation'
import { isInside, resolveBundleFile, resolvePicture } from '../../../../src/main/protocol/resolve'

describe('resolveBundleFile', () => {
  it('finds files of the bundle', () => {
    expect(resolveBundleFile('app://bundle/')).toEqual({
      parts: ['index.html'],
      mediaType: 'text/html; charset=utf-8',
    })
    expect(resolveBundleFile('app://bundle/assets/index-B_2x.js?v=1')).toEqual({
      parts: ['assets', 'index-B_2x.js'],
      mediaType: 'text/javascript; charset=utf-8',
    })
    expect(resolveBundleFile('app://bundle/assets/inter.woff2')?.mediaType).toBe('font/woff2')
  })

  it.each([
    'app://other/index.html',
    'http://bundle/index.html',
    'app://bundle/../package.json/x',
    'app://bundle/..%2fpackage.json',
    'app://bundle/%2e%2e%2f%2e%2e%2fetc%2fx.json',
    'app://bundle/a%5c..%5cb.js',
    'app://bundle/a%00.js',
    'app://bundle/%E0%A4%A.js',
    'app://bundle//etc/x.json',
    'app://bundle/assets/',
    'app://bundle/assets',
    'app://bundle/key.pem',
    'app://bundle/C:/x.js',
    'nonsense',
  ])('refuses %s', (address) => {
    const file = resolveBundleFile(address)
    // The URL parser itself resolves plain `..`: what is left must lie in the bundle.
    if (file !== null) expect(file.parts).not.toContain('..')
    if (!address.includes('/../')) expect(file).toBeNull()
  })
})

describe('resolvePicture', () => {
  it('reads which version of a picture is meant, within what a training may have', () => {
    const version = { policy: augmentationPolicies.strong, seed: 7, version: 3, sidePx: 64 }
    const address = (more: object) =>
      `image://picture/3/4711?varied=${encodeURIComponent(JSON.stringify(more))}`
    expect(resolvePicture(address(version))).toEqual({
      ...{ datasetId: 3, imageId: 4711, size: 'thumbnail', isAsked: false },
      varied: version,
    })
    for (const wrong of [
      { ...version, sidePx: 4096 },
      { ...version, version: -1 },
      { ...version, seed: 0.5 },
      { ...version, policy: { ...version.policy, crop: 2 } },
      { ...version, policy: {} },
      { ...version, path: '/etc/passwd' },
    ]) {
      expect(resolvePicture(address(wrong))).toBeNull()
    }
    expect(resolvePicture('image://picture/3/4711?varied={')).toBeNull()
  })

  it('reads ids and size', () => {
    expect(resolvePicture('image://picture/3/4711?size=256')).toEqual({
      datasetId: 3,
      imageId: 4711,
      size: 'thumbnail',
      isAsked: false,
    })
    expect(resolvePicture('image://asked/3/12')).toMatchObject({ imageId: 12, isAsked: true })
    expect(resolvePicture('image://asked/3/12?varied={}')).toBeNull()
    expect(resolvePicture('image://picture/3/4711')?.size).toBe('thumbnail')
    expect(resolvePicture('image://picture/3/4711?size=full')?.size).toBe('full')
    expect(resolvePicture('image://picture/3/4711?size=original')?.size).toBe('original')
  })

  it.each([
    'image://picture/3',
    'image://picture/3/4/5',
    'image://picture/0/4',
    'image://picture/3/-4',
    'image://picture/3/4.5',
    'image://picture/3/0x4',
    'image://picture/3/9999999999',
    'image://picture/3/4?size=1000',
    'image://picture/3/4?size=',
    'image://picture/../../etc/passwd',
    'image://picture/3/%2e%2e',
    'image://elsewhere/3/4',
    'app://picture/3/4',
    'nonsense',
  ])('refuses %s', (address) => {
    expect(resolvePicture(address)).toBeNull()
  })
})

describe('isInside', () => {
  it('accepts what lies below, whatever it is called', () => {
    expect(isInside('/data/cats', '/data/cats/a.png')).toBe(true)
    expect(isInside('/data/cats', '/data/cats/..a/b.png')).toBe(true)
    expect(isInside('/', '/a.png')).toBe(true)
  })

  it('refuses the folder itself, its parents and its neighbours', () => {
    expect(isInside('/data/cats', '/data/cats')).toBe(false)
    expect(isInside('/data/cats', '/data')).toBe(false)
    expect(isInside('/data/cats', '/data/catsup/a.png')).toBe(false)
    expect(isInside('/data/cats', '/data/cats/../dogs/a.png')).toBe(false)
  })
})
