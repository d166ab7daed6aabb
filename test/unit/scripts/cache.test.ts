import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cachedFolder, cacheFolder, withLock } from '../../../scripts/setup/cache.mjs'

describe('cacheFolder', () => {
  it("is the platform's own place, or the one that is named", () => {
    const home = '/home/ada'
    expect(cacheFolder({ env: {}, platform: 'linux', home })).toBe('/home/ada/.cache/semblance')
    expect(cacheFolder({ env: { XDG_CACHE_HOME: '/c' }, platform: 'linux', home })).toBe(
      '/c/semblance',
    )
    expect(cacheFolder({ env: {}, platform: 'darwin', home })).toBe(
      '/home/ada/Library/Caches/semblance',
    )
    const windows = cacheFolder({ env: { LOCALAPPDATA: '/local' }, platform: 'win32', home })
    expect(windows).toBe('/local/semblance/Cache')
    expect(cacheFolder({ env: { SEMBLANCE_CACHE: '/x' }, platform: 'linux', home })).toBe('/x')
  })
})

describe('shared folder', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'semblance-cache-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('is filled once by two that want it at the same time', async () => {
    let fills = 0
    const target = join(root, 'runtime')
    const get = () =>
      cachedFolder(target, async (temporary) => {
        fills += 1
        expect(existsSync(target)).toBe(false)
        writeFileSync(join(temporary, 'file'), 'x')
      })
    await Promise.all([get(), get()])
    expect(fills).toBe(1)
    expect(readdirSync(root)).toEqual(['runtime'])
    expect(readdirSync(target)).toEqual(['file'])
  })

  it('does not exist after a failure, and is tried again', async () => {
    const target = join(root, 'runtime')
    const failing = cachedFolder(target, async (temporary) => {
      writeFileSync(join(temporary, 'half'), 'x')
      throw new Error('no network')
    })
    await expect(failing).rejects.toThrow('no network')
    expect(readdirSync(root)).toEqual([])
    await cachedFolder(target, async () => undefined)
    expect(existsSync(target)).toBe(true)
  })

  it('takes over the lock of a process that died', async () => {
    const lock = join(root, 'a.lock')
    mkdirSync(lock)
    // Process ids end below this on every system.
    writeFileSync(join(lock, 'pid'), '999999999')
    expect(await withLock(lock, async () => 'done')).toBe('done')
    expect(readdirSync(root)).toEqual([])
  })
})
