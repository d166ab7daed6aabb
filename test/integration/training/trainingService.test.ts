import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMatrix } from '../../../src/core/math/matrix'
import { javascriptProduct } from '../../../src/core/math/product'
import { measureRetrieval } from '../../../src/core/evaluation/measureRetrieval'
import { createDatasetService } from '../../../src/main/dataset/datasetService'
import { openStore, type Store } from '../../../src/main/db/store'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import {
  createTrainingService,
  type TrainingService,
} from '../../../src/main/training/trainingService'
import { runFolder, workspaceIn } from '../../../src/main/workspace'
import type { DatasetId, RunId } from '../../../src/shared/model/ids'
import type { TrainingRequest, TrainingState } from '../../../src/shared/model/training'
import { type BuiltProgram, buildProgram, projectFolder } from './builtProgram'
import { drawEmoji } from './emojiFolder'

let program: BuiltProgram
let folder: string
let store: Store
let training: TrainingService
let datasetId: DatasetId
let listener: (state: TrainingState) => void = () => {}

const workspaceOf = () => workspaceIn(join(folder, 'user data'))

beforeAll(async () => {
  program = await buildProgram(false)
  folder = await mkdtemp(join(tmpdir(), 'semblance-training-'))
  await drawEmoji(join(folder, 'emoji'), 12, 48)
  const workspace = workspaceOf()
  store = await openStore(workspace.databaseFile)
  const { workersFolder } = program
  const datasets = createDatasetService({ store, workspace, workersFolder })
  const { dataset, finished } = await datasets.importFolder(join(folder, 'emoji'))
  await finished
  datasetId = dataset.id
  training = createTrainingService({
    store,
    workspace,
    workersFolder,
    projectFolder,
    events: { progress: (state) => listener(state) },
  })
}, 300_000)

afterAll(async () => {
  await training?.close()
  await store?.close()
  await program?.dispose()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

const small: TrainingRequest = {
  network: 'small',
  imageSizePx: 24,
  embeddingSize: 16,
  steps: 30,
  classesPerBatch: 6,
  imagesPerClass: 4,
}

async function run(request: TrainingRequest) {
  const { id } = await training.start({ datasetId, request })
  return { id, ...(await training.finished(id)) }
}

/** Resolves at the first state that fits. */
function when(fits: (state: TrainingState) => boolean): Promise<TrainingState> {
  return new Promise((resolve) => {
    listener = (state) => {
      if (!fits(state)) return
      listener = () => {}
      resolve(state)
    }
  })
}

async function recomputed(runId: RunId) {
  const stored = await loadEmbeddings(runFolder(workspaceOf(), runId))
  const rows = await store.images.trainingRows(datasetId)
  const labelOf = new Map(Array.from(rows.ids, (id, i) => [id, rows.labelIds[i]!]))
  const places = [...stored.ids.keys()].filter((i) => stored.splits[i] === 2)
  const matrix = createMatrix(places.length, stored.embeddingSize)
  places.forEach((place, i) => {
    const from = place * stored.embeddingSize
    matrix.data.set(
      stored.embeddings.subarray(from, from + stored.embeddingSize),
      i * stored.embeddingSize,
    )
  })
  const labels = Int32Array.from(places, (place) => labelOf.get(stored.ids[place]!)!)
  return { metrics: measureRetrieval(matrix, labels, javascriptProduct), stored }
}

describe('training service', () => {
  it('trains a small network on real images and saves what it measured', async () => {
    const { id, state, result } = await run(small)
    expect(state.error).toBeNull()
    expect(state.run.status).toBe('finished')
    expect(result?.steps).toBe(30)
    const { metrics, stored } = await recomputed(id)
    expect(stored.ids).toHaveLength(96)
    expect(state.run.after!.mapAtR).toBeCloseTo(metrics.mapAtR!, 5)
    expect(state.run.after!.precisionAt1).toBeCloseTo(metrics.precisionAt1!, 5)
    expect(state.run.before!.queries).toBe(metrics.queries)
    const manifest = JSON.parse(
      await readFile(join(runFolder(workspaceOf(), id), 'model/manifest.json'), 'utf8'),
    ) as { input: unknown }
    expect(manifest.input).toEqual({ kind: 'pixels', sizePx: 24 })
    const curve = await training.curve({ runId: id })
    expect([...curve.step]).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    const triplets = await store.triplets.all(id)
    expect(triplets.length).toBeGreaterThan(10)
    for (const triplet of triplets.slice(0, 50)) {
      expect(triplet.anchorLabelId).toBe(triplet.positiveLabelId)
      expect(triplet.anchorLabelId).not.toBe(triplet.negativeLabelId)
      expect(triplet.positiveDistance).not.toBeNull()
    }
    expect((await training.state({ runId: id }))?.epochs.length).toBe(state.epochs.length)
    const { before, after } = state.run
    expect(after!.mapAtRLow).toBeLessThan(after!.mapAtR!)
    expect(after!.mapAtRHigh).toBeGreaterThan(after!.mapAtR!)
    expect(before!.mapAtRLow).toBeLessThan(before!.mapAtR!)
    const report = await training.report({ runId: id })
    expect(report.part).toBe('test')
    expect(report.metrics.mapAtR).toBeCloseTo(after!.mapAtR!, 5)
    expect(report.metrics.mapAtRLow).toBeCloseTo(after!.mapAtRLow!, 2)
    const tested = [...stored.splits].filter((part) => part === 2).length
    expect(report.labels.reduce((sum, { images }) => sum + images, 0)).toBe(tested)
    const scores = report.labels.map(({ mapAtR }) => mapAtR)
    expect(scores).toEqual(scores.toSorted((a, b) => a! - b!))
    const wrong = report.confusions.reduce((sum, { count }) => sum + count, 0)
    expect(wrong).toBe(Math.round((1 - report.accuracy!) * tested))
    for (const { labelId, imageIds } of report.confusions) {
      const labels = await store.images.trainingRows(datasetId)
      for (const image of imageIds) expect(labels.labelIds[labels.ids.indexOf(image)]).toBe(labelId)
    }
  })

  it('gives the same numbers for the same seed and others for another', async () => {
    const losses = async (seed: number) => {
      const { id } = await run({ ...small, steps: 8, seed })
      return [...(await training.curve({ runId: id })).loss]
    }
    const first = await losses(5)
    expect(first).toHaveLength(8)
    const again = await losses(5)
    // Threads of a native library may add in another order: equal to the last digits.
    again.forEach((loss, i) => expect(loss).toBeCloseTo(first[i]!, 4))
    const other = await losses(6)
    expect(other.some((loss, i) => Math.abs(loss - first[i]!) > 0.01)).toBe(true)
  })

  it('pauses, resumes and cancels, keeping what was finished', async () => {
    const { id } = await training.start({ datasetId, request: { ...small, steps: 100_000 } })
    await when((state) => (state.latest?.step ?? 0) >= 3)
    await expect(training.start({ datasetId, request: small })).rejects.toMatchObject({
      code: 'busy',
    })
    await training.pause({ runId: id })
    const paused = await when((state) => state.run.status === 'paused')
    expect((await training.runs({ datasetId }))[0]?.status).toBe('paused')
    await training.resume({ runId: id })
    await when((state) => (state.latest?.step ?? 0) > (paused.latest?.step ?? 0))
    await training.cancel({ runId: id })
    const { state, result } = await training.finished(id)
    expect(state.run.status).toBe('cancelled')
    expect(state.run.hasEmbeddings).toBe(true)
    expect(result!.steps).toBeLessThan(100_000)
    const { metrics } = await recomputed(id)
    expect(state.run.after!.mapAtR).toBeCloseTo(metrics.mapAtR!, 5)
  })

  it('trains a head on frozen features, computed once', async () => {
    const request: TrainingRequest = { start: 'random', embeddingSize: 32, steps: 40 }
    const before = await training.plan({ datasetId, request })
    expect(before.featuresCached).toBe(0)
    const { id, state } = await run(request)
    expect(state.error).toBeNull()
    expect((await training.plan({ datasetId, request })).featuresCached).toBe(96)
    const { metrics } = await recomputed(id)
    expect(state.run.after!.mapAtR).toBeCloseTo(metrics.mapAtR!, 5)
    // The saved model, fed with the images again, gives the saved embeddings.
    const outputFolder = join(folder, 'embedded')
    await training.embed({
      datasetId,
      modelFolder: join(runFolder(workspaceOf(), id), 'model'),
      outputFolder,
    })
    const saved = await loadEmbeddings(runFolder(workspaceOf(), id))
    const again = await loadEmbeddings(outputFolder)
    expect(again.ids).toEqual(saved.ids)
    for (let i = 0; i < saved.embeddings.length; i += 97) {
      expect(again.embeddings[i]).toBeCloseTo(saved.embeddings[i]!, 4)
    }
  })

  it('searches the learning rate where told to', async () => {
    for (const request of [
      { ...small, steps: 10 },
      { steps: 20, embeddingSize: 32 },
    ]) {
      const { id, state } = await run({ ...request, learningRate: 'find' })
      expect(state.error).toBeNull()
      const { rates, suggestion } = state.rateSearch!
      expect(rates.length).toBeGreaterThan(30)
      const used = (await training.curve({ runId: id })).learningRate[0]!
      const usual = state.run.options.network === 'small' ? 1e-3 : 3e-4
      expect(used).toBeCloseTo(suggestion ?? usual, 6)
    }
  })

  it('marks a run that a former process left, and removes runs with their files', async () => {
    const { options } = await training.plan({ datasetId, request: small })
    const left = await store.runs.create(datasetId, options, Date.now())
    expect(await training.recover()).toContain(left)
    expect((await training.state({ runId: left }))?.run.status).toBe('interrupted')
    await expect(training.report({ runId: left })).rejects.toMatchObject({ code: 'notFound' })
    await training.removeRun({ runId: left })
    expect(await training.state({ runId: left })).toBeNull()
  })

  it('says when a backend cannot be had, without ending the process', async () => {
    const other = createTrainingService({
      store,
      workspace: workspaceOf(),
      workersFolder: join(folder, 'nowhere'),
      projectFolder,
    })
    const { id } = await other.start({ datasetId, request: small })
    const { state } = await other.finished(id)
    expect(state.run.status).toBe('failed')
    expect(state.error?.code).toBe('workerCrashed')
  })
})
