import { aborted, unlessAborted } from '../jobs/unlessAborted'
import { decodeBatch, type PictureBatch, type VariedReading } from './decodeBatch'
import { startDecodingThread } from './decodingThread'
import type { PictureFile } from './pictures'

/** Batches that are decoded while the caller works on one. */
const ahead = 3
/** Pictures of a batch at a time, so that few are on their way where it is given up. */
const usualLanes = 4

/**
 * Decodes pictures in batches; the next ones are decoded while the caller works on one. A picture
 * that cannot be read is named and left out. As soon as the signal is aborted there are no more.
 * Varied ones are the same whatever the batches and however many are read at a time.
 */
export async function* decodeInBatches(
  files: readonly PictureFile[],
  sidePx: number,
  batchSize: number,
  {
    signal,
    varied = null,
    lanes = usualLanes,
    workersFolder,
  }: {
    readonly signal?: AbortSignal
    readonly varied?: VariedReading | null
    readonly lanes?: number
    /**
     * Of the built workers: a thread of its own decodes, which goes on while this one computes.
     * Absent, or where it does not start or ends: this thread.
     */
    readonly workersFolder?: string | undefined
  } = {},
): AsyncGenerator<PictureBatch, void, undefined> {
  const pending: Promise<PictureBatch>[] = []
  const thread =
    workersFolder === undefined || files.length === 0 ? null : startDecodingThread(workersFolder)
  let next = 0
  let isGivenUp = false
  const start = () => {
    if (next >= files.length) return
    const from = next
    next = Math.min(files.length, next + batchSize)
    const request = {
      ...{ files: files.slice(from, next), from, sidePx, lanes },
      varied: varied === null ? null : { ...varied, sha256: varied.sha256.slice(from, next) },
    }
    const here = () => decodeBatch(request, signal)
    const batch =
      thread?.decode(request).catch((error: unknown) => {
        if (isGivenUp) throw error
        return here()
      }) ?? here()
    // Awaited later, in order; a failure must not count as unhandled until then.
    batch.catch(() => {})
    pending.push(batch)
  }
  try {
    for (let i = 0; i < ahead; i++) start()
    while (pending.length > 0) {
      const batch = await unlessAborted(pending.shift()!, signal)
      if (batch === aborted) return
      start()
      yield batch
    }
  } finally {
    isGivenUp = true
    thread?.close()
  }
}
