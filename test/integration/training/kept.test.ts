import { readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import { dimensionOf, findExtractor, layersOf } from '../../../src/core/plan/features'
import { extractors } from '../../../src/main/features/extractors'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { addedSentence } from '../../../src/renderer/src/features/training/resultSentence'
import { runFolder } from '../../../src/main/workspace'
import { type TemporaryTraining, temporaryTraining } from './temporaryTraining'

let training: TemporaryTraining | undefined

afterEach(async () => {
  await training?.dispose()
})

it('keeps the plain features where labels say nothing that could be learned', async () => {
  training = await temporaryTraining(12, dealAtRandom)
  const { id, state } = await training.run({ steps: 20, features: 'conv15' })
  expect(state.error).toBeNull()
  const { kept, before, after } = state.run
  expect(kept).toMatchObject({ what: 'features', reason: 'noBetter' })
  // The trained head stands beside it, and what is saved measures as the features did.
  expect(kept?.trained?.queries).toBe(before!.queries)
  expect(after!.mapAtR).toBeCloseTo(before!.mapAtR!, 6)
  expect(after!.precisionAt1).toBe(before!.precisionAt1)
  const stored = await loadEmbeddings(runFolder(training.workspace, id))
  expect(stored.ids).toHaveLength(96)
  expect(stored.embeddingSize).toBe(dimensionOf(layersOf(findExtractor(extractors), 'conv15')))
}, 300_000)

it('keeps the plain features where too few images are there to hold some out', async () => {
  training = await temporaryTraining(2, leaveTwoOfEach)
  const { state } = await training.run({ steps: 20, features: 'conv15' })
  expect(state.error).toBeNull()
  const { kept, before, after } = state.run
  expect(kept).toMatchObject({ what: 'features', reason: 'nothingHeldOut', heldOut: null })
  expect(after!.mapAtR).toBeCloseTo(before!.mapAtR!, 6)
  const sentence = addedSentence(state.run)
  expect(sentence?.key).toBe('training.ended.kept_nothingHeldOut_features')
}, 300_000)

async function leaveTwoOfEach(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue
    const files = await readdir(join(folder, entry.name))
    for (const file of files.sort().slice(2)) await rm(join(folder, entry.name, file))
  }
}

/** Deals the pictures of all labels to these labels again, as many to each. */
async function dealAtRandom(folder: string): Promise<void> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = found
    .filter((entry) => entry.isFile() && entry.parentPath !== folder)
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()
  const labels = found.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const places = createRandom(6).shuffle([...files.keys()])
  for (const [i, file] of files.entries()) {
    const label = labels[places[i]! % labels.length]!
    await rename(file, join(folder, label, `${i}.png`))
  }
}
