import { rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import {
  createProjectionService,
  type ProjectionService,
} from '../../../src/main/projection/projectionService'
import { saveEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { runFolder } from '../../../src/main/workspace'
import type { DatasetId, ImageId, RunId } from '../../../src/shared/model/ids'
import type { ProjectionState } from '../../../src/shared/model/projection'
import type { TrainingOptions } from '../../../src/shared/model/training'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

const workersFolder = resolve(import.meta.dirname, '../../../out/main/workers')
const options = { network: 'frozen', distance: 'cosine', seed: 1 } as unknown as TrainingOptions
const columns = 16
const labels = ['ant', 'bee', 'cat']

let temporary: TemporaryStore
let service: ProjectionService
let states: ProjectionState[]
let ids: ImageId[]
let datasetId: DatasetId
let runId: RunId

beforeEach(async () => {
  temporary = await temporaryStore()
  states = []
  service = makeService()
})
afterEach(async () => {
  await service.close()
  await temporary.dispose()
})

const makeService = () =>
  createProjectionService({
    store: temporary.store,
    workspace: temporary.workspace,
    workersFolder,
    events: { progress: (state) => states.push(state) },
  })

/** A run over images whose embeddings lie around one direction for each label. */
async function addRun(count: number): Promise<void> {
  const images = Array.from({ length: count }, (_, i) => ({
    path: `${String(i).padStart(6, '0')}.png`,
    label: labels[i % labels.length]!,
  }))
  const added = await addImages(temporary.store, join(temporary.folder, 'images'), images)
  datasetId = added.datasetId
  ids = images.map(({ path }) => added.idOf.get(path) as ImageId)
  runId = await temporary.store.runs.create(datasetId, options, 1)
  const random = createRandom(2)
  const embeddings = Float32Array.from({ length: count * columns }, (_, at) =>
    random.normal(at % columns === Math.floor(at / columns) % labels.length ? 3 : 0, 0.3),
  )
  await saveEmbeddings(runFolder(temporary.workspace, runId), {
    ids: Uint32Array.from(ids),
    embeddings,
    embeddingSize: columns,
    splits: Uint8Array.from(ids, (_, i) => 1 + (i % 2)),
  })
}

/** Resolves when the service tells of a state that satisfies the condition. */
const told = (condition: (state: ProjectionState) => boolean) =>
  expect.poll(() => states.some(condition), { timeout: 300_000, interval: 10 }).toBe(true)

describe('the map of a run', () => {
  it('shows the principal plane first, then the layout, and keeps both', async () => {
    await addRun(90)
    const started = await service.start({ runId })
    expect(started).toMatchObject({ phase: 'running', method: 'pca' })
    await told((state) => state.method === 'umap')
    const early = await service.points({ runId })
    expect(early?.ids).toEqual(Uint32Array.from(ids))
    const ended = await service.whenEnded({ runId })
    expect(ended).toMatchObject({ phase: 'finished', method: 'umap', done: ended.total })
    expect(ended.revision).toBeGreaterThan(started.revision)

    const points = await service.points({ runId })
    expect(points).toMatchObject({ method: 'umap', runId })
    expect(points!.xy).toHaveLength(180)
    expect(points!.xy.every(Number.isFinite)).toBe(true)
    expect([...points!.splits.subarray(0, 4)]).toEqual([1, 2, 1, 2])
    expect((await service.points({ runId, method: 'pca' }))?.method).toBe('pca')

    const folder = runFolder(temporary.workspace, runId)
    expect((await stat(join(folder, 'projection-umap.f32'))).size).toBe(90 * 8)
    const again = makeService()
    expect(await again.start({ runId })).toMatchObject({ phase: 'finished' })
    expect((await again.points({ runId }))?.xy).toEqual(points!.xy)
    await again.close()
  })

  it('reports progress that never falls', async () => {
    await addRun(600)
    await service.start({ runId })
    await service.whenEnded({ runId })
    const done = states.map((state) => state.done)
    expect([...done].sort((a, b) => a - b)).toEqual(done)
    expect(done.length).toBeGreaterThan(2)
  })

  it('can be cancelled in the middle, keeps the principal plane, and starts again', async () => {
    await addRun(1500)
    await service.start({ runId })
    await told((state) => state.method === 'umap' && state.done > 0)
    await service.cancel({ runId })
    expect(states.at(-1)?.phase).toBe('cancelled')
    expect((await service.points({ runId }))?.method).toBe('pca')
    expect(await service.points({ runId, method: 'umap' })).toBeNull()
    expect(await service.start({ runId })).toMatchObject({ phase: 'running' })
    await service.cancel({ runId })
  })

  it('waits while it is paused and then goes on', async () => {
    await addRun(1500)
    await service.start({ runId })
    await told((state) => state.method === 'umap')
    await service.pause({ runId })
    expect(states.at(-1)?.phase).toBe('paused')
    await service.resume({ runId })
    expect((await service.whenEnded({ runId })).phase).toBe('finished')
  })

  it('is made anew with other options and keeps them, and not with the same', async () => {
    await addRun(60)
    await service.start({ runId })
    const usual = await service.whenEnded({ runId })
    expect(usual.options).toMatchObject({ method: 'fast', neighbours: 15, seed: 1 })
    const first = await service.points({ runId })
    expect(await service.start({ runId, options: {} })).toMatchObject({ phase: 'finished' })
    const asked = { neighbours: 5, labelWeight: 0.5, metric: 'manhattan' } as const
    expect(await service.start({ runId, options: asked })).toMatchObject({ phase: 'running' })
    expect((await service.whenEnded({ runId })).options).toMatchObject(asked)
    expect((await service.points({ runId }))?.xy).not.toEqual(first!.xy)
    const again = makeService()
    expect((await again.start({ runId })).options).toMatchObject(asked)
    await again.close()
  })

  it('gives the same map for the same embeddings and seed', async () => {
    await addRun(60)
    await service.start({ runId })
    await service.whenEnded({ runId })
    const first = await service.points({ runId })
    await rm(join(runFolder(temporary.workspace, runId), 'projection.json'))
    const again = makeService()
    expect(await again.start({ runId })).toMatchObject({ phase: 'running' })
    await again.whenEnded({ runId })
    expect((await again.points({ runId }))?.xy).toEqual(first!.xy)
    await again.close()
  })

  it.each([1, 2, 5])('works for %i images', async (count) => {
    await addRun(count)
    await service.start({ runId })
    expect((await service.whenEnded({ runId })).phase).toBe('finished')
    expect((await service.points({ runId }))?.ids).toHaveLength(count)
  })

  it('computes again where a stored file is cut short', async () => {
    await addRun(30)
    await service.start({ runId })
    await service.whenEnded({ runId })
    await writeFile(join(runFolder(temporary.workspace, runId), 'projection-umap.f32'), 'short')
    const again = makeService()
    expect(await again.start({ runId })).toMatchObject({ phase: 'running' })
    await again.close()
  })

  it('marks an image whose nearest neighbour has another label, by the labels of now', async () => {
    await addRun(60)
    await service.start({ runId })
    await service.whenEnded({ runId })
    const before = await service.points({ runId })
    expect([...before!.wrongNeighbour]).toEqual(new Array(60).fill(0))
    await temporary.store.database.transaction(async (transaction) => {
      const bee = await temporary.store.labels.ensureImported(transaction, datasetId, 'bee')
      await temporary.store.images.setLabel(transaction, Uint32Array.of(ids[0]!), bee)
    })
    expect((await service.points({ runId }))!.wrongNeighbour[0]).toBe(1)
  })

  it('leaves out excluded images, also as neighbours', async () => {
    await addRun(30)
    await service.start({ runId })
    await service.whenEnded({ runId })
    const nearest = (await service.neighbours({ runId, imageId: ids[0]!, count: 3 }))[0]!.id
    await temporary.store.database.transaction((transaction) =>
      temporary.store.images.setExcluded(transaction, Uint32Array.of(nearest), true),
    )
    expect([...(await service.points({ runId }))!.ids]).not.toContain(nearest)
    const after = await service.neighbours({ runId, imageId: ids[0]!, count: 3 })
    expect(after.map(({ id }) => id)).not.toContain(nearest)
    expect(after).toHaveLength(3)
  })
})

describe('neighbours', () => {
  it('come nearest first, by cosine distance, without the image itself', async () => {
    await addRun(45)
    const found = await service.neighbours({ runId, imageId: ids[4]!, count: 14 })
    expect(found).toHaveLength(14)
    const distances = found.map(({ distance }) => distance)
    expect([...distances].sort((a, b) => a - b)).toEqual(distances)
    expect(found.every(({ id }) => id !== ids[4] && ids.indexOf(id) % 3 === 1)).toBe(true)
  })

  it('are as many as there are', async () => {
    await addRun(3)
    expect(await service.neighbours({ runId, imageId: ids[0]!, count: 50 })).toHaveLength(2)
  })

  it('say what to do for an image that came later and a run without embeddings', async () => {
    await addRun(6)
    const absent = 999_999 as ImageId
    await expect(service.neighbours({ runId, imageId: absent, count: 3 })).rejects.toMatchObject({
      code: 'notFound',
    })
    const empty = await temporary.store.runs.create(datasetId, options, 2)
    await expect(service.start({ runId: empty })).rejects.toMatchObject({ code: 'noEmbeddings' })
    await expect(service.start({ runId: 4242 as RunId })).rejects.toMatchObject({
      code: 'notFound',
    })
  })
})
