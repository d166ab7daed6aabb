import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { decodingVersion } from '../../../src/main/workspace'
import { countCachedFeatures } from '../../../src/main/features/cachedKeys'
import { finish } from '../../../src/core/steps'
import { FeatureCache, TapCaches } from '../../../src/main/features/featureCache'
import { openFeatureStore } from '../../../src/main/features/featureStore'

const one = { id: 'net/one', dimension: 2 }
const two = { id: 'net/two', dimension: 3 }
const key = (digit: number) => String(digit).repeat(64)

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-cache-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

function write(taps: readonly (typeof one)[], keys: readonly string[], features: number[]): void {
  const cache = new TapCaches(folder, taps)
  cache.append(keys, Float32Array.from(features))
  cache.close()
}

describe('TapCaches', () => {
  it('gives back what it took, each tap in its place', () => {
    write([one, two], [key(1), key(2)], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    const target = new Float32Array(15)
    const found = new TapCaches(folder, [two, one]).read([key(2), key(3), key(1)], target)
    expect([...found]).toEqual([1, 0, 1])
    expect([...target]).toEqual([8, 9, 10, 6, 7, 0, 0, 0, 0, 0, 3, 4, 5, 1, 2])
  })

  it('uses a cache that a run of that tap alone wrote, and counts whole images only', async () => {
    const alone = new FeatureCache(folder, one.id, one.dimension)
    alone.append([key(1), key(2)], Float32Array.of(1, 2, 3, 4))
    alone.close()
    const keys = [key(1), key(2), key(2), key(3)]
    expect(await countCachedFeatures(folder, [one], keys)).toBe(3)
    expect(await countCachedFeatures(folder, [one, two], keys)).toBe(0)
    write([two], [key(2)], [7, 8, 9])
    expect(await countCachedFeatures(folder, [one, two], keys)).toBe(2)
    const target = new Float32Array(5)
    expect([...new TapCaches(folder, [one, two]).read([key(2)], target)]).toEqual([1])
    expect([...target]).toEqual([3, 4, 7, 8, 9])
  })

  it('leaves out a record that a crash cut short', async () => {
    write([one], [key(1)], [1, 2])
    const path = join(folder, 'features', `net_one-2.${decodingVersion}`)
    const segment = (await readdir(path)).find((name) => name.endsWith('.bin'))
    await appendFile(join(path, segment!), Buffer.alloc(20, 7))
    const target = new Float32Array(2)
    expect([...new TapCaches(folder, [one]).read([key(1)], target)]).toEqual([1])
    expect([...target]).toEqual([1, 2])
    expect(await countCachedFeatures(folder, [one], [key(1), '07'.repeat(32)])).toBe(1)
  })

  it('counts what is in a cache of a version that kept no keys beside it', async () => {
    write([one], [key(1), key(2)], [1, 2, 3, 4])
    const path = join(folder, 'features', `net_one-2.${decodingVersion}`)
    const keyFile = (await readdir(path)).find((name) => name.endsWith('.keys'))!
    const keys = await readFile(join(path, keyFile))
    await rm(join(path, keyFile))
    expect(await countCachedFeatures(folder, [one], [key(2), key(3)])).toBe(1)
    expect(await readFile(join(path, keyFile))).toEqual(keys)
  })

  it('reads the features of a segment whose keys are not its own out of its records', async () => {
    write([one], [key(1), key(2)], [1, 2, 3, 4])
    const path = join(folder, 'features', `net_one-2.${decodingVersion}`)
    const keyFile = (await readdir(path)).find((name) => name.endsWith('.keys'))!
    await writeFile(join(path, keyFile), Buffer.alloc(32))
    expect(await countCachedFeatures(folder, [one], [key(1), key(2)])).toBe(2)
  })

  it('counts a record whose key was not noted any more, for whoever asks at the same time', async () => {
    write([one], [key(1), key(2), key(3)], [1, 2, 3, 4, 5, 6])
    const path = join(folder, 'features', `net_one-2.${decodingVersion}`)
    const keyFile = (await readdir(path)).find((name) => name.endsWith('.keys'))!
    await writeFile(join(path, keyFile), (await readFile(join(path, keyFile))).subarray(0, 64))
    const asked = [key(1), key(3), key(4)]
    const counts = await Promise.all([0, 1, 2].map(() => countCachedFeatures(folder, [one], asked)))
    expect(counts).toEqual([2, 2, 2])
  })
})

describe('a store of features', () => {
  const taps = [one, two]
  const row = (image: number) => [image, 10 + image, 20 + image, 30 + image, 40 + image]
  const rowsOf = (images: readonly number[]) => Float32Array.from(images.flatMap(row))

  /** What all rows read as once some were found, some computed and one was copied. */
  async function filled(memoryBytes: number, isWritable = true) {
    // Another tap's cache has more, in another order.
    write([two, one], [key(2), key(1)], [22, 32, 42, 2, 12, 21, 31, 41, 1, 11])
    write([one], [key(4)], [0, 0])
    const store = openFeatureStore(6, taps, { cacheFolder: folder, memoryBytes })
    const sha256 = [1, 2, 3, 4, 5, 3].map(key)
    expect([...finish(store.find(sha256))]).toEqual([1, 1, 0, 0, 0, 0])
    if (!isWritable) {
      await rm(join(folder, 'features'), { recursive: true })
      await writeFile(join(folder, 'features'), '')
    }
    store.add([3, 2], [key(4), key(3)], rowsOf([4, 3]))
    store.add([4], [key(5)], rowsOf([5]))
    store.copy(5, 2)
    store.endWriting()
    const source = store.source()
    expect(source).toMatchObject({ rows: 6, rowSize: 5 })
    const target = new Float32Array(9 * 5)
    source.read([5, 0, 1, 2, 3, 4, 4, 3, 0], target, null)
    return target
  }
  const expected = rowsOf([3, 1, 2, 3, 4, 5, 5, 4, 1])

  it('reads the same from memory and from the files of the cache', async () => {
    expect(await filled(Infinity)).toEqual(expected)
    await rm(join(folder, 'features'), { recursive: true })
    expect(await filled(0)).toEqual(expected)
  })

  it('keeps in memory what a full disk did not take', async () => {
    expect(await filled(0, false)).toEqual(expected)
  })

  it('finds again what another wrote, and leaves out a damaged record', async () => {
    write(taps, [key(1), key(2)], [...row(1), ...row(2)])
    const path = join(folder, 'features', `net_two-3.${decodingVersion}`)
    const name = (await readdir(path)).find((each) => each.endsWith('.bin'))!
    const bytes = await readFile(join(path, name))
    bytes[40] = 7
    await writeFile(join(path, name), bytes)
    for (const memoryBytes of [0, Infinity]) {
      const store = openFeatureStore(2, taps, { cacheFolder: folder, memoryBytes })
      expect([...finish(store.find([key(1), key(2)]))]).toEqual([0, 1])
      const target = new Float32Array(5)
      store.source().read([1], target, null)
      expect([...target]).toEqual(row(2))
    }
  })
})
