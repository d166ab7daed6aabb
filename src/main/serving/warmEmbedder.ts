import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import type { BackendReport } from '../../shared/model/training'
import { startWorker, type WorkerHandle } from '../jobs/workerHost'
import type { EmbedRequest, ReadPicture, ServingMessage, ServingStart } from './servingMessages'

/** [pictures, embeddingSize]; zeros where a picture could not be read. */
interface Embedded {
  readonly data: Float32Array
  readonly isReadable: Uint8Array
}

/** A saved model that stays open. */
export interface WarmEmbedder {
  /** Requests are answered one after another. @throws AppError as embedding does */
  embed(pictures: readonly ReadPicture[]): Promise<Embedded>
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (embedded: Embedded) => void
  readonly reject: (error: unknown) => void
}

/**
 * Opens a model in a worker. One that ends, or whose library is lost, fails the requests that wait,
 * and is started anew by the next.
 * @throws AppError where it does not start at all
 */
export async function startWarmEmbedder(
  start: ServingStart,
): Promise<{ readonly embedder: WarmEmbedder; readonly backend: BackendReport }> {
  let ids = 0
  let isClosed = false
  let current: Promise<Running> | null = null

  const running = (): Promise<Running> => {
    current ??= launch(start, () => (current = null))
    return current
  }
  const { backend } = await running()
  return {
    backend,
    embedder: {
      async embed(pictures) {
        if (isClosed) throw new AppError('busy', 'The server is ending.')
        const { worker, waiting } = await running()
        const id = ++ids
        return new Promise((resolve, reject) => {
          waiting.set(id, { resolve, reject })
          worker.post({ kind: 'embed', id, pictures })
        })
      },
      async close() {
        isClosed = true
        await (await current?.catch(() => null))?.worker.terminate()
      },
    },
  }
}

interface Running {
  readonly worker: WorkerHandle<EmbedRequest>
  readonly waiting: Map<number, Waiting>
  readonly backend: BackendReport
}

/** @param onGone the next request needs another */
function launch(start: ServingStart, onGone: () => void): Promise<Running> {
  const waiting = new Map<number, Waiting>()
  const failAll = (error: unknown) => {
    onGone()
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  return new Promise((resolve, reject) => {
    const worker = startWorker<EmbedRequest, ServingMessage>({
      file: join(start.workersFolder, 'serving.js'),
      name: 'serving',
      data: start,
      onMessage(message) {
        if (message.kind === 'ready') {
          resolve({ worker, waiting, backend: message.backend })
          return
        }
        if (message.kind === 'failed') {
          const error = AppError.from(message.error)
          if (message.id === null) reject(error)
          else waiting.get(message.id)?.reject(error)
          if (message.id !== null && error.code !== 'backendLost') {
            waiting.delete(message.id)
            return
          }
          failAll(error)
          return void worker.terminate()
        }
        waiting.get(message.id)?.resolve(message)
        waiting.delete(message.id)
      },
    })
    const ended = new AppError('workerCrashed', 'The network ended. Ask again: it is started anew.')
    void worker.ended
      .then(
        () => ended,
        (error: unknown) => (error instanceof Error ? error : ended),
      )
      .then((error) => {
        reject(error)
        failAll(error)
      })
  })
}
