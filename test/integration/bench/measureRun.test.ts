import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Interruption } from '../../../src/core/interruption'
import type { Backend } from '../../../src/main/backend/backend'
import { startBackend } from '../../../src/main/backend/startBackend'
import type { LoadedImages } from '../../../src/main/features/loadedImages'
import { loadFeatures } from '../../../src/main/features/loadFeatures'
import { measureRun, planOf } from '../../bench/kept/measureRun'
import { type ImageSet, readImageSet } from '../../bench/sets/imageSet'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

describe('what one click keeps, measured on a set', () => {
  let folder: string
  let program: BuiltProgram
  let backend: Backend
  let set: ImageSet
  let inputs: LoadedImages

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'semblance-bench-'))
    program = await buildProgram(false)
    const { workersFolder } = program
    backend = await startBackend({ preferred: 'auto', workersFolder, projectFolder })
    await drawEmoji(join(folder, 'emoji'), 14, 48)
    set = await readImageSet(join(folder, 'emoji'), join(folder, 'thumbnails'))
    const { features, extractor } = planOf(set, {}, 1).plan.options
    const { sha256, files } = set
    inputs = (await loadFeatures(
      { ids: Uint32Array.from(files.keys()), sha256, files },
      { backend, features, extractor, projectFolder, cacheFolder: join(folder, 'cache') },
      { onProgress: () => {}, interruption: new Interruption() },
    ))!
  })

  afterAll(async () => {
    backend.dispose()
    await program.dispose()
    await rm(folder, { recursive: true, force: true })
  })

  it('divides by the seed as the program does, and measures what was saved', async () => {
    const run = await measureRun({ set, built: {}, inputs, seed: 2, backend })
    const { plan } = planOf(set, {}, 2)
    expect(run).toMatchObject({ imageCount: 14 * 8, split: 'byClass' })
    expect(run.trainLabels).toBe(plan.trainClassCount)
    expect(run.testLabels).toBe(plan.testClassCount)
    expect(run.trainLabels + run.testLabels).toBe(14)
    expect(plan.options).toMatchObject({ seed: 2, splitSeed: 2, splitBy: 'hash', start: 'auto' })
    expect(run.scores.features.mapAtR).toBeGreaterThan(0.1)
    expect(run.keptScore.mapAtR).toBeCloseTo(run.scores[run.kept].mapAtR, 3)
    expect(run.other).not.toBe(run.kept)
    const { low, mean, high } = run.differences[run.other]
    expect(mean).toBeCloseTo(run.keptScore.mapAtR - run.scores[run.other].mapAtR, 6)
    expect(low).toBeLessThanOrEqual(mean)
    expect(high).toBeGreaterThanOrEqual(mean)
  })

  it('keeps a fixed split whatever the seed', () => {
    const unseenLabels = set.labelKeys.slice(0, 3)
    for (const seed of [1, 2]) {
      const { plan, split } = planOf(set, { unseenLabels }, seed)
      const tested = new Set([...set.labels].filter((_, i) => split[i] === 2))
      expect([...tested]).toEqual([0, 1, 2])
      expect(plan.options).toMatchObject({ split: 'byClass', seed })
    }
  })
})
