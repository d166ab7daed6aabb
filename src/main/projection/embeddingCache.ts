import type { Matrix } from '../../core/math/matrix'
import { createMatrix } from '../../core/math/matrix'
import { normalizedRows } from '../../core/projection'
import { AppError } from '../../shared/errors'
import type { RunId } from '../../shared/model/ids'
import { loadEmbeddings } from '../training/embeddingFiles'
import { runFolder, type Workspace } from '../workspace'
import { embeddingFingerprint } from './projectionFiles'

/** A run's embeddings as the map and the search for neighbours need them. */
export interface RunEmbeddings {
  readonly fingerprint: string
  readonly ids: Uint32Array
  readonly splits: Uint8Array
  /** Rows of length 1, so that a dot product is the cosine. */
  readonly normalized: Matrix
  /** Row of an image, or -1. */
  rowOf(imageId: number): number
}

/** Keeps the embeddings of the run that was asked for last; they are read again when they change. */
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
      last = { runId, fingerprint, loaded: load(runId, folder, fingerprint) }
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

async function load(runId: RunId, folder: string, fingerprint: string): Promise<RunEmbeddings> {
  const { ids, embeddings, embeddingSize, splits } = await loadEmbeddings(folder)
  if (embeddings.length !== ids.length * embeddingSize || !Number.isInteger(embeddingSize)) {
    throw noEmbeddings(runId)
  }
  let rows: Map<number, number> | null = null
  return {
    fingerprint,
    ids,
    splits,
    normalized: normalizedRows(createMatrix(ids.length, embeddingSize, embeddings)),
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
