import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../../../src/main/db/store'
import { type Workspace, workspaceIn } from '../../../src/main/workspace'

export interface TemporaryStore {
  readonly folder: string
  readonly workspace: Workspace
  readonly store: Store
  /** Closes and opens again, as a restart of the program does. */
  reopen(): Promise<Store>
  dispose(): Promise<void>
}

/** A store in a folder of its own below the system's temporary folder. */
export async function temporaryStore(): Promise<TemporaryStore> {
  const folder = await mkdtemp(join(tmpdir(), 'semblance-test-'))
  const workspace = workspaceIn(join(folder, 'user data'))
  let store = await openStore(workspace.databaseFile)
  return {
    folder,
    workspace,
    get store() {
      return store
    },
    async reopen() {
      await store.close()
      store = await openStore(workspace.databaseFile)
      return store
    },
    async dispose() {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Rows of images without files: what an import would have found out. */
export async function addImages(
  store: Store,
  folder: string,
  images: readonly { readonly path: string; readonly label: string | null }[],
) {
  const datasetId = await store.datasets.ensure(folder, 'test', 1000)
  await store.database.transaction(async (transaction) => {
    const labels = new Map<string, Awaited<ReturnType<Store['labels']['ensureImported']>>>()
    for (const { label } of images) {
      if (label === null || labels.has(label)) continue
      labels.set(label, await store.labels.ensureImported(transaction, datasetId, label))
    }
    await store.images.save(
      transaction,
      datasetId,
      images.map(({ path, label }, index) => ({
        relativePath: path,
        bytes: 100 + index,
        modifiedAt: 1_700_000_000_000.5 + index,
        sha256: index.toString(16).padStart(64, '0'),
        perceptualHash: index.toString(16).padStart(16, '0'),
        widthPx: 64,
        heightPx: 48,
        format: 'png',
        labelId: label === null ? null : labels.get(label)!,
        labelSource: 0,
      })),
      2000,
    )
  })
  const rows = await store.images.trainingRows(datasetId)
  const idOf = new Map(rows.relativePaths.map((path, index) => [path, rows.ids[index]!]))
  return { datasetId, idOf }
}
