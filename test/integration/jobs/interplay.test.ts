import { copyFile, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createJobBoard, type JobBoard } from '../../../src/main/jobs/jobBoard'
import { createServices, type Services } from '../../../src/main/services'
import { FeatureCache } from '../../../src/main/features/featureCache'
import { runFolder, thumbnailFile, workspaceIn } from '../../../src/main/workspace'
import { contract } from '../../../src/shared/contract'
import type { DatasetId } from '../../../src/shared/model/ids'
import type { JobState } from '../../../src/shared/model/jobs'
import type { TrainingRequest, TrainingState } from '../../../src/shared/model/training'
import { emitterOf } from '../../../src/shared/rpc'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

let program: BuiltProgram
let drawn: string
let folder: string
let services: Services
let jobs: JobBoard
let events: { channel: string; payload: unknown }[]

beforeAll(async () => {
  program = await buildProgram(false)
  drawn = await mkdtemp(join(tmpdir(), 'semblance-drawn-'))
  await drawEmoji(drawn, 8, 32)
}, 300_000)
afterAll(async () => {
  await program?.dispose()
  if (drawn !== undefined) await rm(drawn, { recursive: true, force: true })
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-interplay-'))
  events = []
  jobs = createJobBoard()
  services = await createServices({
    workspace: workspaceIn(join(folder, 'user data')),
    workersFolder: program.workersFolder,
    projectFolder,
    jobs,
    emit: emitterOf(contract, (channel, payload) => events.push({ channel, payload })),
  })
})
afterEach(async () => {
  await services.close()
  await rm(folder, { recursive: true, force: true })
})

const small: TrainingRequest = {
  ...{ network: 'small', imageSizePx: 16, embeddingSize: 8, backend: 'js' },
  ...{ classesPerBatch: 4, imagesPerClass: 2, steps: 5 },
}
/** Goes on until somebody ends it. */
const long: TrainingRequest = { ...small, steps: 100_000 }

const labelsOf = async (): Promise<readonly string[]> =>
  (await readdir(drawn, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()

/** A folder of these labels' drawings, imported to its end. */
async function imported(name: string, from: number, to: number): Promise<DatasetId> {
  const path = join(folder, name)
  for (const label of (await labelsOf()).slice(from, to)) {
    await mkdir(join(path, label), { recursive: true })
    for (const file of await readdir(join(drawn, label))) {
      await copyFile(join(drawn, label, file), join(path, label, file))
    }
  }
  const { dataset, finished } = await services.dataset.importFolder(path)
  await finished
  return dataset.id
}

/** Resolves with the first list of jobs that fits. */
const whenJobs = (fits: (jobs: readonly JobState[]) => boolean): Promise<readonly JobState[]> =>
  new Promise((resolve) => {
    if (fits(jobs.list())) return resolve(jobs.list())
    const stop = jobs.onChanged((list) => {
      if (!fits(list)) return
      stop()
      resolve(list)
    })
  })
const waits = (list: readonly JobState[]): boolean => list.some(({ phase }) => phase === 'waiting')

describe('several datasets at once', () => {
  it('says what trains where, queues the next, and starts it when the other ends', async () => {
    const cats = await imported('Cats', 0, 4)
    const dogs = await imported('Dogs', 4, 8)
    const run = await services.training.start({ datasetId: cats, request: long })
    await expect(
      services.training.start({ datasetId: dogs, request: small }),
    ).rejects.toMatchObject({
      code: 'trainingBusy',
      details: { kind: 'training', dataset: 'Cats', datasetId: cats },
    })
    services.queue.add({ kind: 'run', datasetId: dogs, request: small }, false)
    const list = await whenJobs(waits)
    expect(list.map(({ subject, phase }) => [subject, phase])).toContainEqual(['Dogs', 'waiting'])
    expect(await services.training.runs({ datasetId: dogs })).toEqual([])

    await services.training.cancel({ runId: run.id })
    await whenJobs((now) => !waits(now))
    const [queued] = await services.training.runs({ datasetId: dogs })
    const { state } = await services.training.finished(queued!.id)
    expect(state).toMatchObject({ datasetId: dogs, run: { status: 'finished' } })
    const told = events
      .filter(({ channel }) => channel === 'training.progress')
      .map(({ payload }) => payload as TrainingState)
    for (const { datasetId, run: one } of told) {
      expect(datasetId).toBe(one.id === run.id ? cats : dogs)
    }
  })

  it('calls a waiting one off from the board', async () => {
    const cats = await imported('Cats', 0, 4)
    const run = await services.training.start({ datasetId: cats, request: long })
    services.queue.add({ kind: 'run', datasetId: cats, request: small }, false)
    const waiting = (await whenJobs(waits)).find(({ phase }) => phase === 'waiting')!
    jobs.cancel(waiting.id)
    expect(waits(jobs.list())).toBe(false)
    await services.training.cancel({ runId: run.id })
    await services.training.finished(run.id)
    expect(await services.training.runs({ datasetId: cats })).toHaveLength(1)
  })
})

describe('a training that waits for an import', () => {
  it('starts once all images are in', async () => {
    const cats = await imported('Cats', 0, 3)
    const [label] = (await labelsOf()).slice(3)
    await rename(join(drawn, label!), join(folder, 'Cats', label!))
    await services.imports.rescan(cats)
    services.queue.add({ kind: 'run', datasetId: cats, request: small }, true)
    await whenJobs((list) => list.some((job) => job.kind === 'training' && job.phase === 'running'))
    expect(services.imports.isRunning(cats)).toBe(false)
    const summary = await services.dataset.summary(cats)
    expect(summary.labelCount).toBe(4)
    await rename(join(folder, 'Cats', label!), join(drawn, label!))
  })
})

describe('forgetting a dataset', () => {
  it('asks while something of it runs, then ends it and leaves nothing of it behind', async () => {
    const cats = await imported('Cats', 0, 4)
    const others = await imported('Others', 3, 6)
    const { workspace, store } = services
    const gone = await store.images.contentsOnlyOf(cats)
    const kept = (await store.images.trainingRows(others)).sha256
    // One label is in both folders.
    expect(kept.some((hash) => !gone.includes(hash))).toBe(true)
    const all = (await store.images.trainingRows(cats)).sha256
    expect(all.length).toBeGreaterThan(gone.length)
    expect(gone.length).toBeGreaterThan(20)
    const cache = new FeatureCache(workspace.cacheFolder, 'test', 2)
    cache.append([...gone, ...kept], new Float32Array(2 * (gone.length + kept.length)).fill(7))
    cache.close()

    const run = await services.training.start({ datasetId: cats, request: long })
    await expect(services.forget({ datasetId: cats })).rejects.toMatchObject({
      code: 'datasetBusy',
      details: { dataset: 'Cats' },
    })
    expect((await services.training.state({ runId: run.id }))?.run.status).toBe('running')

    services.queue.add({ kind: 'run', datasetId: cats, request: small }, false)
    await services.forget({ datasetId: cats, endsWork: true })
    expect(jobs.list().filter(({ datasetId }) => datasetId === cats)).toEqual([])
    expect(await store.datasets.find(cats)).toBeUndefined()
    await expect(stat(runFolder(workspace, run.id))).rejects.toMatchObject({ code: 'ENOENT' })
    for (const hash of gone) {
      await expect(stat(thumbnailFile(workspace, hash))).rejects.toMatchObject({ code: 'ENOENT' })
    }
    for (const hash of kept) expect((await stat(thumbnailFile(workspace, hash))).size).not.toBe(0)
    const after = new FeatureCache(workspace.cacheFolder, 'test', 2)
    const values = new Float32Array(2 * (gone.length + kept.length))
    const found = after.read([...gone, ...kept], values)
    expect([...found.subarray(0, gone.length)].some((one) => one === 1)).toBe(false)
    expect([...found.subarray(gone.length)].every((one) => one === 1)).toBe(true)
    // The other dataset can be trained at once.
    const other = await services.training.start({ datasetId: others, request: small })
    expect((await services.training.finished(other.id)).state.run.status).toBe('finished')
    expect((await readdir(join(folder, 'Cats'))).length).toBe(4)
  })
})

describe('a folder that moved', () => {
  it('is offered as the dataset that it is, and keeps what a person did to it', async () => {
    const cats = await imported('Cats', 0, 4)
    const { ids } = await services.store.images.trainingRows(cats)
    await services.labels.assign({ datasetId: cats, imageIds: ids.slice(0, 1), label: 'mine' })
    await mkdir(join(folder, 'elsewhere'))
    const place = join(folder, 'elsewhere', 'Felines')
    await rename(join(folder, 'Cats'), place)

    expect(await services.imports.start(place)).toBeNull()
    const asked = services.imports.moved()
    expect(asked).toMatchObject({ datasetId: cats, name: 'Cats', folder: place })
    expect(asked!.same).toBe(asked!.compared)
    expect(asked!.compared).toBe(ids.length)
    expect(events.at(-1)).toEqual({ channel: 'dataset.movedChanged', payload: asked })

    const taken = await services.imports.answerMoved('takeOver')
    await whenJobs((list) => list.every(({ phase }) => phase !== 'running'))
    expect(taken).toMatchObject({ id: cats, name: 'Felines', folder: place })
    expect(services.imports.moved()).toBeNull()
    const names = (await services.labels.list({ datasetId: cats })).map(({ name }) => name)
    expect(names).toContain('mine')
    expect((await services.dataset.summary(cats)).imageCount).toBe(ids.length)
    expect(await services.dataset.recent()).toHaveLength(1)
  })

  it('is looked for with progress, and no more once the person ends that', async () => {
    const cats = await imported('Cats', 0, 4)
    const { ids } = await services.store.images.trainingRows(cats)
    const place = join(folder, 'Felines')
    await rename(join(folder, 'Cats'), place)
    const told = new Set<string>()
    const stop = jobs.onChanged((list) => {
      for (const { kind, done, total } of list) {
        if (kind === 'recognition') told.add(`${done <= total || total === 0} ${total}`)
      }
    })
    expect(await services.imports.start(place)).toBeNull()
    expect(services.imports.moved()).toMatchObject({ datasetId: cats })
    await whenJobs((list) =>
      list.some(({ kind, phase }) => kind === 'recognition' && phase === 'finished'),
    )
    // Reports are throttled: the last state is on the board, whoever was told of it.
    const looked = jobs.list().findLast(({ kind }) => kind === 'recognition')
    expect(looked).toMatchObject({ done: ids.length, total: ids.length })
    expect([...told].every((one) => one.startsWith('true'))).toBe(true)
    stop()
    await services.imports.answerMoved('nothing')

    const again = services.imports.start(place)
    // The search of few files is over before a throttled report would tell of it.
    const running = () =>
      jobs.list().find(({ kind, phase }) => kind === 'recognition' && phase === 'running')
    while (running() === undefined) await new Promise((resolve) => setImmediate(resolve))
    jobs.cancel(running()!.id)
    expect(await again).toBeNull()
    expect(services.imports.moved()).toBeNull()
    expect(await services.dataset.recent()).toHaveLength(1)
    expect(jobs.list().at(-1)).toMatchObject({ kind: 'recognition', phase: 'cancelled' })
  })

  it('is no question where the first is still there, or where few images are the same', async () => {
    await imported('Cats', 0, 4)
    const { finished } = await services.dataset.importFolder(drawn)
    await finished
    await rename(join(folder, 'Cats'), join(folder, 'gone for good'))
    const other = join(folder, 'Other')
    for (const label of (await labelsOf()).slice(3, 8)) {
      await mkdir(join(other, label), { recursive: true })
      for (const file of await readdir(join(drawn, label))) {
        await copyFile(join(drawn, label, file), join(other, label, file))
      }
    }
    const started = await services.imports.start(other)
    expect(started).toMatchObject({ name: 'Other' })
    expect(services.imports.moved()).toBeNull()
  })
})

describe('the progress of an import', () => {
  it('is open until all files are counted, and then has their true number', async () => {
    const totals = new Set<number>()
    const path = join(folder, 'All')
    await mkdir(path)
    for (const label of await labelsOf()) {
      await mkdir(join(path, label))
      for (const file of await readdir(join(drawn, label))) {
        await copyFile(join(drawn, label, file), join(path, label, file))
      }
    }
    const { finished } = await services.dataset.importFolder(path, {
      onProgress: ({ done, total }) => {
        totals.add(total)
        if (total > 0) expect(done).toBeLessThanOrEqual(total)
      },
    })
    const { added, leftOutTotal } = await finished
    const count = (
      await Promise.all((await labelsOf()).map((one) => readdir(join(path, one))))
    ).flat().length
    expect(added + leftOutTotal).toBe(count)
    totals.delete(0)
    expect([...totals]).toEqual([count])
  })
})
