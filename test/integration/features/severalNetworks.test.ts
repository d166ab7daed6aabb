import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gather } from '../../../src/core/inputSource'
import { Interruption } from '../../../src/core/interruption'
import { dimensionOf, findExtractor, layersOf } from '../../../src/core/plan/features'
import type { Backend } from '../../../src/main/backend/backend'
import { startBackend } from '../../../src/main/backend/startBackend'
import { extractors, registerExtractor } from '../../../src/main/features/extractors'
import type { Extractor } from '../../../src/main/features/extractors/extractor'
import { severalNetworks } from '../../../src/main/features/extractors/severalNetworks'
import { loadFeatures } from '../../../src/main/features/loadFeatures'
import { featuresOfModel } from '../../../src/main/features/modelFeatures'
import { type ImageSet, readImageSet } from '../../bench/sets/imageSet'
import { projectFolder } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

const sidePx = 16
/** Pictures that each was given. */
const given = new Map<string, number>()

/** Means of the colours of stripes, of all layers at once; needs no weights and no backend. */
function stripes(id: string, counts: readonly number[]): Extractor {
  return {
    id,
    title: { en: id, 'zh-CN': id },
    contentHash: createHash('sha256').update(id).digest('hex'),
    input: { sidePx, mean: [0, 0, 0], deviation: [1, 1, 1] },
    licence: 'MIT',
    layers: counts.map((count) => ({
      ...{ name: `by${count}`, dimension: 3 * count, rootScale: null, multiplyAdds: count },
    })),
    defaultLayers: { usual: `by${counts[0]}`, ofManyImages: `by${counts[0]}` },
    async open(_, layers) {
      return {
        passRows: 5,
        async extract(pixels, n) {
          given.set(id, (given.get(id) ?? 0) + n)
          const rows = new Float32Array(n * dimensionOf(layers))
          const size = sidePx ** 2 * 3
          let at = 0
          for (let i = 0; i < n; i++) {
            for (const { dimension } of layers) {
              const count = dimension / 3
              for (let k = 0; k < size; k++) {
                const stripe = Math.floor((k * count) / size)
                rows[at + stripe * 3 + (k % 3)]! += (pixels[i * size + k]! * dimension) / size / 255
              }
              at += dimension
            }
          }
          return rows
        },
        dispose() {},
      }
    },
  }
}

const few = stripes('few-stripes', [1, 2])
const many = stripes('many-stripes', [4, 8])
const both = severalNetworks({ id: 'both-stripes', title: { en: 'Both', 'zh-CN': '两者' } }, [
  { extractor: few, prefix: 'few', usual: ['by2'], more: ['by1'] },
  { extractor: many, prefix: 'many', usual: ['by4', 'by8'] },
])
for (const extractor of [few, many, both]) registerExtractor(extractor)

describe('several networks as one', () => {
  let folder: string
  let backend: Backend
  let set: ImageSet
  const progress: number[] = []

  const load = async (extractor: string, features: string) => {
    const { sha256, files } = set
    const rows = Uint32Array.from(files.keys())
    const loaded = await loadFeatures(
      { ids: rows, sha256, files },
      { backend, extractor, features, projectFolder, cacheFolder: join(folder, 'cache') },
      { onProgress: (done) => void progress.push(done), interruption: new Interruption() },
    )
    return { ...loaded!, numbers: gather(loaded!.source, rows) }
  }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semblance-several-'))
    backend = await startBackend({ preferred: 'js', workersFolder: folder, projectFolder })
    await drawEmoji(join(folder, 'emoji'), 3, 32)
    set = await readImageSet(join(folder, 'emoji'), join(folder, 'thumbnails'))
    // One that cannot be read any more.
    const broken = join(folder, 'broken.png')
    await writeFile(broken, 'no picture')
    set = {
      ...set,
      files: [...set.files.slice(0, -1), { thumbnail: broken, original: broken }],
    }
  })
  afterAll(async () => {
    backend.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  it('take what one of them has computed, and compute the rest once', async () => {
    const readable = set.files.length - 1
    await load('few-stripes', 'by2')
    expect(given).toEqual(new Map([['few-stripes', readable]]))
    progress.length = 0
    const { numbers, isReadable, unreadable, input } = await load(
      'both-stripes',
      both.defaultLayers.usual,
    )
    expect(given).toEqual(
      new Map([
        ['few-stripes', readable],
        ['many-stripes', readable],
      ]),
    )
    expect([...progress].sort((a, b) => a - b)).toEqual(progress)
    expect([isReadable.at(-1), unreadable]).toEqual([
      0,
      [expect.objectContaining({ id: readable })],
    ])
    expect(numbers.columns).toBe(6 + 12 + 24)
    const left = (await load('few-stripes', 'by2')).numbers
    const right = (await load('many-stripes', 'by4+by8')).numbers
    for (let i = 0; i < readable; i++) {
      const row = [...numbers.data.subarray(i * 42, (i + 1) * 42)]
      const own = [
        ...left.data.subarray(i * 6, (i + 1) * 6),
        ...right.data.subarray(i * 36, (i + 1) * 36),
      ]
      expect(row).toEqual(own)
    }
    // What lies in the cache is what both lay there.
    expect(given.get('few-stripes')).toBe(readable)
    expect(given.get('many-stripes')).toBe(readable)
    // A model names the parts, and is known again.
    expect(input).toMatchObject({ extractor: 'both-stripes/few.by2+many.by4+many.by8' })
    if (input.kind !== 'features') throw new Error('These are features')
    expect(featuresOfModel(input).extractor).toBe('both-stripes')
    const other = { ...input, contentHash: few.contentHash }
    expect(() => featuresOfModel(other)).toThrow(/has the weights/)
  })

  it('give the same where nothing can be cached', async () => {
    const layers = layersOf(both, 'few.by1+many.by8')
    const opened = await both.open({ backend, projectFolder }, layers)
    const pixels = Uint8Array.from({ length: 2 * sidePx ** 2 * 3 }, (_, i) => (i * 7) % 256)
    const rows = await opened.extract(pixels, 2)
    const alone = async (extractor: Extractor, name: string) =>
      (await extractor.open({ backend, projectFolder }, layersOf(extractor, name))).extract(
        pixels,
        2,
      )
    const [left, right] = [await alone(few, 'by1'), await alone(many, 'by8')]
    expect([...rows]).toEqual([
      ...[...left.subarray(0, 3), ...right.subarray(0, 24)],
      ...[...left.subarray(3), ...right.subarray(24)],
    ])
  })
})

it('EfficientNet-Lite with MobileNetV2 costs what both cost, and has their licences', () => {
  const combined = findExtractor(extractors, 'efficientnet-lite0-and-mobilenet-v2')
  expect(combined.defaultLayers.usual).toBe(
    'lite0.expand10+lite0.expand11+lite0.expand15+mobilenet.conv12',
  )
  expect(dimensionOf(layersOf(combined, combined.defaultLayers.usual))).toBe(2496 + 816)
  expect(combined.layers.find(({ name }) => name === 'mobilenet.conv12')!.multiplyAdds).toBe(
    345 + 382,
  )
  expect(combined.licence).toBe('Apache-2.0, MIT')
})
