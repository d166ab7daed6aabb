import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  countCachedFeatures,
  FeatureCache,
  TapCaches,
} from '../../../src/main/training/featureCache'

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

  it('uses a cache that a run of that tap alone wrote, and counts whole images only', () => {
    const alone = new FeatureCache(folder, one.id, one.dimension)
    alone.append([key(1), key(2)], Float32Array.of(1, 2, 3, 4))
    alone.close()
    const keys = [key(1), key(2), key(2), key(3)]
    expect(countCachedFeatures(folder, [one], keys)).toBe(3)
    expect(countCachedFeatures(folder, [one, two], keys)).toBe(0)
    write([two], [key(2)], [7, 8, 9])
    expect(countCachedFeatures(folder, [one, two], keys)).toBe(2)
    const target = new Float32Array(5)
    expect([...new TapCaches(folder, [one, two]).read([key(2)], target)]).toEqual([1])
    expect([...target]).toEqual([3, 4, 7, 8, 9])
  })

  it('leaves out a record that a crash cut short', async () => {
    write([one], [key(1)], [1, 2])
    const path = join(folder, 'features', 'net_one-2')
    const [segment] = await readdir(path)
    await appendFile(join(path, segment!), Buffer.alloc(20, 7))
    const target = new Float32Array(2)
    expect([...new TapCaches(folder, [one]).read([key(1)], target)]).toEqual([1])
    expect([...target]).toEqual([1, 2])
    expect(countCachedFeatures(folder, [one], [key(1), '07'.repeat(32)])).toBe(1)
  })
})
