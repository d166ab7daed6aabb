import { AppError } from '../../shared/errors'
import type { RunId } from '../../shared/model/ids'
import { checkEmbeddings, openEmbeddings } from '../runs/embeddingFiles'
import { runFolder, type Workspace } from '../workspace'
import { embeddingFingerprint } from './projectionFiles'

/** The images of a run's embeddings; the embeddings themselves stay in their file. */
export interface RunEmbeddings {
  readonly fingerprint: string
  readonly runFolder: string
  readonly ids: Uint32Array
  readonly splits: Uint8Array
  /** Row of an image, or -1. */
  rowOf(imageId: number): number
}

/** Keeps what the run that was asked for last has; it is read again when that changes. */
export function createEmbeddingCache(
  workspace: Workspace,
): (runId: RunId) => Promise<RunEmbeddings> {
  let last: {
    readonly runId: RunId
    readonly loaded: Promise<RunEmbeddings>
    fingerprint: string
  } | null = null
  return async (runId) => {
    const folder = runFolder(workspace, runId)
    const fingerprint = await embeddingFingerprint(folder)
    if (fingerprint === null) throw noEmbeddings(runId)
    if (last === null || last.runId !== runId || last.fingerprint !== fingerprint) {
      last = { runId, fingerprint, loaded: load(folder, fingerprint) }
    }
    const used = last
    try {
      return await used.loaded
    } catch (error) {
      if (last === used) last = null
      throw error
    }
  }
}

async function load(folder: string, fingerprint: string): Promise<RunEmbeddings> {
  const { ids, splits } = await openEmbeddings(folder)
  await checkEmbeddings(folder)
  let rows: Map<number, number> | null = null
  return {
    fingerprint,
    runFolder: folder,
    ids,
    splits,
    rowOf(imageId) {
      if (rows === null) {
        rows = new Map()
        for (let row = 0; row < ids.length; row++) rows.set(ids[row]!, row)
      }
      return rows.get(imageId) ?? -1
    },
  }
}

const noEmbeddings = (runId: RunId): AppError =>
  new AppError(
    'noEmbeddings',
    `Run ${runId} has no embeddings to make a map of. Train again, or choose another run.`,
    { run: runId },
  )
