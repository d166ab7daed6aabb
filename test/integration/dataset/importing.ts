import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { createDatasetService, type DatasetService } from '../../../src/main/dataset/datasetService'
import type { ImportReport } from '../../../src/shared/model/dataset'
import type { DatasetId } from '../../../src/shared/model/ids'
import { type TemporaryStore, temporaryStore } from '../db/temporaryStore'
import { type BuiltWorkers, buildWorkers } from './builtWorkers'

export interface Importing {
  readonly temporary: TemporaryStore
  readonly service: DatasetService
  /** The folder that is imported; empty at the start of each test. */
  readonly pictures: string
  importAll(): Promise<{ readonly id: DatasetId; readonly report: ImportReport }>
  /** Path -> label of all images that are there. */
  labelled(id: DatasetId): Promise<Readonly<Record<string, string | null>>>
}

/** An import with real workers and a real database; a fresh one for each test of the file. */
export function useImporting(): Importing {
  const state = {} as { -readonly [Key in keyof Importing]: Importing[Key] }
  let workers: BuiltWorkers
  beforeAll(async () => {
    workers = await buildWorkers()
  })
  afterAll(() => workers.dispose())
  beforeEach(async () => {
    const temporary = await temporaryStore()
    const { store, workspace } = temporary
    state.temporary = temporary
    state.pictures = join(temporary.folder, 'pictures')
    await mkdir(state.pictures)
    const workersFolder = workers.folder
    state.service = createDatasetService({ store, workspace, workersFolder, workers: 2 })
  })
  afterEach(() => state.temporary.dispose())
  state.importAll = async () => {
    const { dataset, finished } = await state.service.importFolder(state.pictures)
    return { id: dataset.id, report: await finished }
  }
  state.labelled = async (id) => {
    const { ids } = await state.service.columns({ datasetId: id, filter: {}, order: 'path' })
    const names = await state.temporary.store.labels.names(id)
    const rows = await state.service.images({ ids })
    return Object.fromEntries(
      rows.map((row) => [
        row.relativePath,
        row.labelId === null ? null : (names.get(row.labelId) ?? null),
      ]),
    )
  }
  return state
}
