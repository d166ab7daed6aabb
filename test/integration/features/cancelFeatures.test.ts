import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Interruption } from '../../../src/core/interruption'
import type { Backend } from '../../../src/main/backend/backend'
import { startBackend } from '../../../src/main/backend/startBackend'
import { countCachedFeatures } from '../../../src/main/features/cachedKeys'
import { findExtractor, layersOf } from '../../../src/core/plan/features'
import { extractors } from '../../../src/main/features/extractors'
import { cachedTaps } from '../../../src/main/features/featureKeys'
import { loadFeatures } from '../../../src/main/features/loadFeatures'
import { decodeInBatches } from '../../../src/main/features/decodeInBatches'
import { type ImageSet, readImageSet } from '../../bench/sets/imageSet'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

describe('features that are given up', { timeout: 600_000 }, () => {
  let folder: string
  let program: BuiltProgram
  let backend: Backend
  let set: ImageSet

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semblance-cancel-'))
    program = await buildProgram(false)
    const { workersFolder } = program
    backend = await startBackend({ preferred: 'auto', workersFolder, projectFolder })
    await drawEmoji(join(folder, 'emoji'), 14, 48)
    set = await readImageSet(join(folder, 'emoji'), join(folder, 'thumbnails'))
  }, 600_000)

  afterAll(async () => {
    backend.dispose()
    await program.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  /** Cancels the first time that work lets others in after `armedAt` pictures; answers what is kept. */
  async function keptAfterCancel(name: string, armedAt: number): Promise<number> {
    const { sha256, files } = set
    const cacheFolder = join(folder, name)
    let isArmed = false
    class Impatient extends Interruption {
      override async whilePaused(): Promise<void> {
        if (isArmed) this.cancel()
        return super.whilePaused()
      }
    }
    const inputs = await loadFeatures(
      { ids: Uint32Array.from(files.keys()), sha256, files },
      { backend, features: 'conv13', projectFolder, cacheFolder },
      { interruption: new Impatient(), onProgress: (done) => (isArmed ||= done === armedAt) },
    )
    expect(inputs).toBeNull()
    const extractor = findExtractor(extractors)
    const taps = cachedTaps(extractor, layersOf(extractor, 'conv13'))
    return countCachedFeatures(cacheFolder, taps, sha256)
  }

  it('are left in the middle of a batch, and those that were finished are kept', async () => {
    expect(set.files.length).toBeGreaterThan(96)
    expect(await keptAfterCancel('at-the-start', 0)).toBe(0)
    expect(await keptAfterCancel('after-a-batch', 32)).toBe(32)
  })

  it('wait for no picture that is being decoded', async () => {
    const interruption = new Interruption()
    const { sha256, files } = set
    const inputs = loadFeatures(
      { ids: Uint32Array.from(files.keys()), sha256, files },
      { backend, features: 'conv13', projectFolder, cacheFolder: join(folder, 'none') },
      { interruption, onProgress: () => interruption.cancel() },
    )
    expect(await inputs).toBeNull()
  })

  it('stops decoding at once', async () => {
    const controller = new AbortController()
    const batches = decodeInBatches(set.files, 224, 32, { signal: controller.signal })
    const first = batches.next()
    controller.abort()
    expect(await first).toEqual({ done: true, value: undefined })
  })
})
