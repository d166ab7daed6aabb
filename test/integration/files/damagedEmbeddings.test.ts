import { readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMatrix } from '../../../src/core/math/matrix'
import { compareRuns } from '../../../src/main/comparison/compareRuns'
import { compareSweeps } from '../../../src/main/comparison/compareSweeps'
import type { ComparisonMessage } from '../../../src/main/comparison/messages'
import { exportEmbeddings } from '../../../src/main/exporting/embeddingExport'
import { createProjectionService } from '../../../src/main/projection/projectionService'
import { loadEmbeddings, saveEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { reportRun } from '../../../src/main/training/runReport'
import {
  loadTestEmbeddings,
  saveSweepImages,
  saveTested,
  saveTestEmbeddings,
} from '../../../src/main/runs/sweepEmbeddings'
import { runFolder } from '../../../src/main/workspace'
import type { ImageId, RunId } from '../../../src/shared/model/ids'
import type { TrainingOptions } from '../../../src/shared/model/training'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

const rows = 12
const columns = 4

let temporary: TemporaryStore
let runId: RunId
let folder: string
let ids: Uint32Array
let labelIds: Uint32Array

beforeEach(async () => {
  temporary = await temporaryStore()
  const { store } = temporary
  const images = Array.from({ length: rows }, (_, i) => ({
    path: `${i}.png`,
    label: i % 2 === 0 ? 'even' : 'odd',
  }))
  const { datasetId } = await addImages(store, '/pictures', images)
  const stored = await store.images.trainingRows(datasetId)
  ids = Uint32Array.from(stored.ids)
  labelIds = Uint32Array.from(stored.labelIds)
  runId = await store.runs.create(datasetId, {} as TrainingOptions, 1)
  folder = runFolder(temporary.workspace, runId)
  await saveEmbeddings(folder, {
    ids,
    embeddings: Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
    embeddingSize: columns,
    splits: new Uint8Array(rows).fill(2),
  })
  await store.runs.update(runId, { hasEmbeddings: true, status: 'finished' })
})
afterEach(() => temporary.dispose())

const flip = async (name: string) => {
  const bytes = await readFile(join(folder, name))
  bytes[bytes.length >> 1]! ^= 1
  await writeFile(join(folder, name), bytes)
}

const damages: readonly (readonly [string, () => Promise<void>])[] = [
  // As many whole rows as before, less one: nothing but the number of images tells.
  ['embeddings short by a row', () => truncate(join(folder, 'embeddings.f32'), (rows - 1) * 16)],
  ['embeddings short by columns', () => truncate(join(folder, 'embeddings.f32'), rows * 12)],
  ['embeddings without contents', () => truncate(join(folder, 'embeddings.f32'), 0)],
  ['embeddings with a bit turned', () => flip('embeddings.f32')],
  ['half of the ids', () => truncate(join(folder, 'ids.u32'), rows * 2)],
  ['an id with a bit turned', () => flip('ids.u32')],
  ['splits without contents', () => truncate(join(folder, 'splits.u8'), 0)],
  ['checksums that are none', () => writeFile(join(folder, 'checksums.json'), '{')],
]

/** Every reader of the embeddings of a run. */
const readers: Readonly<Record<string, () => Promise<unknown>>> = {
  load: () => loadEmbeddings(folder),
  export: async () => {
    const file = join(temporary.folder, 'out.csv')
    const { store, workspace } = temporary
    return exportEmbeddings({ store, workspace, runId, file })
  },
  map: () => withProjection((service) => service.start({ runId })),
  neighbours: () =>
    withProjection((service) =>
      service.neighbours({ runId, imageId: ids[0] as ImageId, count: 3 }),
    ),
  report: () =>
    reportRun(
      {
        kind: 'report',
        runId,
        runFolder: folder,
        imageIds: ids,
        labelIds,
        seed: 1,
        split: 'byImage',
      },
      () => {},
    ),
  comparison: async () => {
    const messages: ComparisonMessage[] = []
    const run = {
      runId,
      folder,
      split: 'byImage',
      seed: 1,
      resultKey: null,
      gainKey: null,
    } as const
    await compareRuns(
      { imageIds: ids, labelIds, runs: [run], sweeps: [] },
      (message) => messages.push(message),
      () => Promise.resolve(false),
    )
    const unreadable = messages.find(({ kind }) => kind === 'unreadable')
    if (unreadable?.kind === 'unreadable') throw new Error(unreadable.reason)
    expect(messages.map(({ kind }) => kind)).toContain('result')
  },
}

async function withProjection<T>(
  ask: (service: ReturnType<typeof createProjectionService>) => T | Promise<T>,
): Promise<T> {
  const workersFolder = resolve(import.meta.dirname, '../../../out/main/workers')
  const { store, workspace } = temporary
  const service = createProjectionService({
    store,
    workspace,
    workersFolder,
    events: { progress: () => {} },
  })
  try {
    return await ask(service)
  } finally {
    await service.close()
  }
}

describe('embeddings of a run', () => {
  it('are read by all readers, with checksums and as earlier versions wrote them', async () => {
    for (const read of Object.values(readers)) await read()
    await rm(join(folder, 'checksums.json'))
    for (const read of Object.values(readers)) await read()
  })

  it.each(damages)('are refused by all readers: %s', async (_, damage) => {
    await damage()
    for (const [name, read] of Object.entries(readers)) {
      await expect(read(), name).rejects.toThrow(/is damaged/)
    }
  })

  it('of an earlier version are refused where their lengths do not fit', async () => {
    await rm(join(folder, 'checksums.json'))
    await truncate(join(folder, 'embeddings.f32'), rows * columns * 4 - 16)
    for (const [name, read] of Object.entries(readers)) {
      await expect(read(), name).rejects.toThrow(/is damaged/)
    }
  })
})

describe('embeddings of a sweep', () => {
  const tested = Uint32Array.from({ length: rows }, (_, i) => i)
  let place: string
  beforeEach(async () => {
    place = join(temporary.folder, 'sweep', 'embeddings', 'abc')
    await saveSweepImages(place, { ids, labelIds, splits: new Uint8Array(rows).fill(2) })
    await saveTested(place, tested)
    const data = Float32Array.from({ length: rows * columns }, (_, i) => Math.cos(i))
    for (const name of ['first', 'second', 'base-frozen']) {
      await saveTestEmbeddings(place, name, createMatrix(rows, columns, data))
    }
  })

  const compared = async (): Promise<readonly ComparisonMessage[]> => {
    const messages: ComparisonMessage[] = []
    const row = { loss: 'triplet', miner: null, distance: 'cosine', seed: 1 }
    const sweep = {
      sweepId: null,
      folder: place,
      split: 'byImage',
      seed: 1,
      rows: ['first', 'second'].map((key) => ({ key, ...row }) as never),
      baselinesKey: 'base',
      todayKey: null,
    } as const
    await compareSweeps(
      { imageIds: ids, labelIds, runs: [], sweeps: [sweep] },
      (message) => messages.push(message),
      () => Promise.resolve(false),
    )
    return messages
  }
  const todayOf = (messages: readonly ComparisonMessage[]) => {
    const found = messages.find((message) => message.kind === 'sweep')
    return found?.kind === 'sweep' ? Object.keys(found.today.rows) : null
  }

  it('that are damaged are named and left out of the figures of today', async () => {
    const whole = await compared()
    expect(todayOf(whole)).toEqual(['first', 'second'])
    expect(whole.filter(({ kind }) => kind === 'sweepUnreadable')).toEqual([])
    await truncate(join(place, 'first.f32'), rows * 4)
    await expect(loadTestEmbeddings(place, 'first', rows)).rejects.toThrow(/is damaged/)
    expect(await loadTestEmbeddings(place, 'unknown', rows)).toBeNull()
    const torn = await compared()
    expect(todayOf(torn)).toEqual(['second'])
    expect(torn.filter(({ kind }) => kind === 'sweepUnreadable')).toMatchObject([
      { reason: expect.stringContaining('first.f32') as string },
    ])
  })

  it('of images that are damaged give no figures at all', async () => {
    await truncate(join(place, 'labels.u32'), rows * 2)
    const messages = await compared()
    expect(todayOf(messages)).toBeNull()
    expect(messages.filter(({ kind }) => kind === 'sweepUnreadable')).toHaveLength(1)
  })
})
