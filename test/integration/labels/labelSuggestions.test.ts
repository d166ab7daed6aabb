import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  createLabelSuggestions,
  type LabelSuggestionService,
} from '../../../src/main/labels/labelSuggestions'
import {
  createProjectionService,
  type ProjectionService,
} from '../../../src/main/projection/projectionService'
import { saveEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { runFolder } from '../../../src/main/workspace'
import type { DatasetId, ImageId, RunId } from '../../../src/shared/model/ids'
import type { TrainingOptions } from '../../../src/shared/model/training'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

const options = { network: 'frozen', distance: 'cosine', seed: 1 } as unknown as TrainingOptions

let temporary: TemporaryStore
let projection: ProjectionService
let service: LabelSuggestionService
let datasetId: DatasetId
let idOf: Map<string, number>

beforeEach(async () => {
  temporary = await temporaryStore()
  projection = createProjectionService({
    store: temporary.store,
    workspace: temporary.workspace,
    workersFolder: resolve(import.meta.dirname, '../../../out/main/workers'),
  })
  service = createLabelSuggestions({ store: temporary.store, projection })
})
afterEach(async () => {
  await projection.close()
  await temporary.dispose()
})

/** Images on a circle at the angles given, in a run of their own. */
async function addRun(
  images: readonly { readonly path: string; readonly label: string | null; at: number }[],
): Promise<RunId> {
  ;({ datasetId, idOf } = await addImages(
    temporary.store,
    join(temporary.folder, 'images'),
    images,
  ))
  const runId = await temporary.store.runs.create(datasetId, options, Date.now())
  await saveEmbeddings(runFolder(temporary.workspace, runId), {
    ids: Uint32Array.from(images, ({ path }) => idOf.get(path)!),
    embeddings: Float32Array.from(images.flatMap(({ at }) => [Math.cos(at), Math.sin(at)])),
    embeddingSize: 2,
    splits: new Uint8Array(images.length),
  })
  await temporary.store.runs.update(runId, { status: 'finished', hasEmbeddings: true })
  return runId
}

const image = (path: string) => idOf.get(path) as ImageId

/** `count` images of a label from an angle on, in steps too small to change any order. */
const cluster = (label: string | null, count: number, at: number) =>
  Array.from({ length: count }, (_, k) => ({
    path: `${label ?? 'none'}/${at}-${k}`,
    label,
    at: at + k * 1e-3,
  }))

describe('what the neighbours call an image', () => {
  it('counts the ten nearest that have a label, most votes first', async () => {
    const runId = await addRun([
      { path: 'odd', label: 'dog', at: 0 },
      ...cluster('cat', 7, 0.1),
      ...cluster(null, 60, 0.2),
      ...cluster('dog', 9, 0.5),
    ])
    const found = await service.suggest({ imageId: image('odd'), runId })
    expect(found).toMatchObject({ runId, voters: 10 })
    expect(found.suggestions.map(({ name, votes, share }) => [name, votes, share])).toEqual([
      ['cat', 7, 0.7],
      ['dog', 3, 0.3],
    ])
  })

  it('leaves out excluded images, and asks the newest run with embeddings by itself', async () => {
    const images = [
      { path: 'odd', label: null, at: 0 },
      ...cluster('cat', 3, 0.1),
      ...cluster('dog', 2, 0.2),
    ]
    await addRun(images)
    const newest = await addRun(images)
    await temporary.store.runs.create(datasetId, options, Date.now() + 1)
    await temporary.store.database.transaction((transaction) =>
      temporary.store.images.setExcluded(
        transaction,
        Uint32Array.of(...cluster('cat', 2, 0.1).map(({ path }) => image(path))),
        true,
      ),
    )
    const found = await service.suggest({ imageId: image('odd') })
    expect(found).toMatchObject({ runId: newest, voters: 3 })
    expect(found.suggestions.map(({ name, votes }) => [name, votes])).toEqual([
      ['dog', 2],
      ['cat', 1],
    ])
  })

  it('suggests nothing where no run knows the image', async () => {
    const runId = await addRun([...cluster('cat', 3, 0.1)])
    await addImages(temporary.store, join(temporary.folder, 'images'), [
      { path: 'later', label: null },
    ])
    const rows = await temporary.store.images.trainingRows(datasetId)
    const later = rows.ids[rows.relativePaths.indexOf('later')] as ImageId
    expect(await service.suggest({ imageId: later, runId })).toEqual({
      runId,
      voters: 0,
      suggestions: [],
    })
    await temporary.store.runs.remove(runId)
    expect(await service.suggest({ imageId: later })).toMatchObject({ runId: null, voters: 0 })
    await expect(service.suggest({ imageId: 999_999 as ImageId })).rejects.toMatchObject({
      code: 'notFound',
    })
  })
})
