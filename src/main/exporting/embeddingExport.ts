import { AppError } from '../../shared/errors'
import type { RunId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import { runFolder, type Workspace } from '../workspace'
import { type EmbeddingRows, openEmbeddingRows } from './embeddingRows'
import { embeddingFormats } from './formats'
import { writeChunks } from './writeChunks'

interface WriteOptions {
  readonly file: string
  /** Name of a format of the registry; absent: CSV. */
  readonly format?: string
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface EmbeddingExport extends WriteOptions {
  readonly store: Store
  readonly workspace: Workspace
  readonly runId: RunId
  /** These images alone; all of the run where absent. */
  readonly imageIds?: Uint32Array
}

const rowsAProgress = 256

/**
 * Writes a run's embeddings to a file, one row an image in the order of its path.
 * @returns the number of rows, or null where it was cancelled
 * @throws AppError noEmbeddings, embeddingsDamaged, and what `writeEmbeddings` throws
 */
export async function exportEmbeddings(request: EmbeddingExport): Promise<number | null> {
  const { store, workspace, runId, imageIds } = request
  const run = await store.runs.find(runId)
  if (run === undefined || !run.summary.hasEmbeddings) throw noEmbeddings(runId)
  const { datasetId } = run
  const folder = runFolder(workspace, runId)
  const rows = await openEmbeddingRows({ store, datasetId, folder, imageIds })
  return writeEmbeddings(rows, request)
}

/**
 * Writes rows in a format, and closes them.
 * @returns their number, or null where it was cancelled
 * @throws AppError invalidInput for a format that there is not, notFinite, diskFull, readOnly,
 *   permissionDenied, writeFailed
 */
export async function writeEmbeddings(
  rows: EmbeddingRows,
  { file, format = 'csv', signal, onProgress = () => {} }: WriteOptions,
): Promise<number | null> {
  try {
    const counted = { ...rows, read: () => counting(rows, onProgress) }
    const chunks = embeddingFormats.get(format).write(counted, file)
    return (await writeChunks(file, chunks, { signal })) ? rows.count : null
  } finally {
    await rows.close()
  }
}

async function* counting(rows: EmbeddingRows, tell: (done: number, total: number) => void) {
  let done = 0
  for await (const row of rows.read()) {
    yield row
    if (++done % rowsAProgress === 0) tell(done, rows.count)
  }
  tell(done, rows.count)
}

const noEmbeddings = (runId: RunId): AppError =>
  new AppError(
    'noEmbeddings',
    'This run has no embeddings to export. Train until it has finished, then export again.',
    { runId },
  )
