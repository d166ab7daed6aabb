import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createMatrix } from '../../../src/core/math/matrix'
import { writeJson } from '../../../src/main/cli/results'
import { appendCurve } from '../../../src/main/db/curveFile'
import { writeCsv } from '../../../src/main/exporting/csv'
import { saveProjection } from '../../../src/main/projection/projectionFiles'
import { jsonFile } from '../../../src/main/settings/jsonFile'
import { SweepJournal } from '../../../src/main/sweep/journal'
import { saveTestEmbeddings } from '../../../src/main/runs/sweepEmbeddings'
import { saveEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { saveModel, type StoredModel } from '../../../src/main/runs/modelFiles'

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

it.each([NaN, Infinity, -Infinity])('tables, journals and states refuse %d', async (value) => {
  const file = join(folder, 'a')
  const said = { code: 'notFinite', message: expect.stringContaining('"loss"') as string }
  await expect(writeCsv(file, ['image', 'loss'], [['x', value]])).rejects.toMatchObject(said)
  await expect(writeJson(file, { epochs: [{ loss: value }] })).rejects.toMatchObject(said)
  expect(() => jsonFile(file, v.any()).write({ loss: value })).toThrow('"loss"')
  const diverged = { code: 'trainingDiverged' }
  await expect(appendCurve(folder, new Float32Array(8).fill(value))).rejects.toMatchObject(diverged)
  const rows = createMatrix(1, 2, Float32Array.of(1, value))
  await expect(saveTestEmbeddings(join(folder, 'b'), 'c', rows)).rejects.toMatchObject(diverged)
  await expect(
    saveProjection(folder, '', {
      pca: Float32Array.of(0, value),
      umap: Float32Array.of(0, 0),
      neighbours: { count: 0, indices: new Uint32Array(0) },
      ...{ unit: 1, options: null },
    }),
  ).rejects.toMatchObject(diverged)
  const journal = await SweepJournal.open(join(folder, 'journal'))
  const figures = { precisionAt1: 0, rPrecision: 0, mapAtR: 0, mapAtRLow: 0, mapAtRHigh: value }
  await expect(
    journal.append({
      ...{ kind: 'finished', key: 'k', bestEpoch: 0, steps: 1, seconds: 1 },
      metrics: { ...figures, queries: 1 },
    }),
  ).rejects.toMatchObject({ code: 'notFinite' })
  await journal.close()
  expect(await readdir(folder)).toEqual(['journal'])
  expect(await readFile(join(folder, 'journal'), 'utf8')).toBe('')
})

it('what is finite is written', async () => {
  await saveEmbeddings(folder, embeddingsWith(0))
  await saveModel(join(folder, 'a'), modelWith(1, 2))
  expect(await readdir(folder)).toEqual(
    expect.arrayContaining(['a', 'embeddings.f32', 'ids.u32', 'splits.u8']),
  )
})
