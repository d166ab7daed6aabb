import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { saveEmbeddings } from '../../../src/main/training/embeddingFiles'
import { saveModel, type StoredModel } from '../../../src/main/training/modelFiles'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-finite-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const embeddingsWith = (value: number) => ({
  ids: Uint32Array.of(1, 2),
  embeddings: Float32Array.of(1, 0, value, 1),
  embeddingSize: 2,
  splits: Uint8Array.of(1, 2),
})
const modelWith = (weight: number, ofLoss: number): StoredModel => ({
  model: {
    kind: 'head',
    inputShape: [1],
    embeddingSize: 1,
    step: 1,
    dropout: 0,
    tensors: [{ name: 'head/weights', shape: [1, 1], data: Float32Array.of(weight) }],
  },
  input: { kind: 'features', extractor: 'x' },
  isNormalized: true,
  lossParameters: { proxies: Float32Array.of(ofLoss) },
})

it.each([NaN, Infinity, -Infinity])('nothing is written that holds %d', async (value) => {
  const code = { code: 'trainingDiverged' }
  await expect(saveEmbeddings(folder, embeddingsWith(value))).rejects.toMatchObject(code)
  await expect(saveModel(join(folder, 'a'), modelWith(value, 0))).rejects.toMatchObject(code)
  await expect(saveModel(join(folder, 'a'), modelWith(1, value))).rejects.toMatchObject(code)
  expect(await readdir(folder)).toEqual([])
})

it('what is finite is written', async () => {
  await saveEmbeddings(folder, embeddingsWith(0))
  await saveModel(join(folder, 'a'), modelWith(1, 2))
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['a', 'embeddings.f32', 'ids.u32', 'splits.u8']),
  )
})
