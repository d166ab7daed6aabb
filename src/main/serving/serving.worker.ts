import { Interruption } from '../../core/interruption'
import { embedRows } from '../../core/loop/model'
import { createMatrix } from '../../core/math/matrix'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import { restoreModel } from '../../core/network'
import { unreadable } from '../../core/network/savedModel'
import { AppError, serializeError } from '../../shared/errors'
import { backendLost } from '../backend/native/caller'
import { startBackend } from '../backend/startBackend'
import type { OpenExtractor } from '../features/extractors/extractor'
import type { FeatureContext } from '../features/loadFeatures'
import { loadForModel } from '../features/loadForModel'
import { startOwnRuntime } from '../features/ownNetworks/ownRuntime'
import { registerNetworks } from '../features/ownNetworks/registeredNetworks'
import { startHostedProcess } from '../processes/hostedProcess'
import { openWorkerPort, type WorkerPort } from '../processes/workerPort'
import { loadModel } from '../runs/modelFiles'
import type { EmbedRequest, ReadPicture, ServingMessage, ServingStart } from './servingMessages'

void openWorkerPort<ServingStart>().then(({ start, port }) => run(start, port))

/** Embeds what it is asked for, one request after the other; model and network stay open. */
async function run(start: ServingStart, port: WorkerPort): Promise<void> {
  const post = (message: ServingMessage) => port.postMessage(message)
  try {
    const embedder = await openEmbedder(start, port)
    let last: Promise<void> = Promise.resolve()
    port.on('message', (message: EmbedRequest | { readonly kind: 'processEnded' }) => {
      if (message.kind !== 'embed') return
      const { id, pictures } = message
      last = last.then(async () => {
        try {
          post({ kind: 'embedded', id, ...(await embedder.embed(pictures)) })
        } catch (error) {
          post({ kind: 'failed', id, error: serializeError(await embedder.reasonOf(error)) })
        }
      })
    })
    post({ kind: 'ready', backend: embedder.backend })
  } catch (error) {
    post({ kind: 'failed', id: null, error: serializeError(error) })
    port.close()
  }
}

async function openEmbedder(
  { modelFolder, backend: preferred, workersFolder, projectFolder, networks }: ServingStart,
  port: WorkerPort,
) {
  registerNetworks(networks)
  const startProcess = startHostedProcess(port)
  const folders = { workersFolder, projectFolder, startProcess }
  const backend = await startBackend({ preferred, ...folders })
  const onnx = startOwnRuntime(folders)
  const stored = await loadModel(modelFolder)
  const model = restoreModel(stored.model, backend.models)
  const inputSize = model.inputShape.reduce((product, length) => product * length, 1)
  const opened = new Map<string, Promise<OpenExtractor>>()
  const context: FeatureContext = {
    ...{ backend, openOnnx: onnx.open, projectFolder, cacheFolder: null },
    openNetwork(extractor, layers) {
      const key = JSON.stringify([extractor.id, ...layers.map(({ name }) => name)])
      const known = opened.get(key)
      if (known !== undefined) return known
      const opening = extractor.open(context, layers)
      // One that did not open is tried again.
      opening.catch(() => opened.delete(key))
      opened.set(key, opening)
      return opening
    },
  }
  return {
    backend: backend.report,
    /** How the process of the backend ended, where that is why it failed. */
    async reasonOf(error: unknown): Promise<unknown> {
      const isLost = error instanceof AppError && error.code === 'backendLost'
      return isLost && backend.ended !== undefined ? backendLost(await backend.ended) : error
    },
    async embed(pictures: readonly ReadPicture[]) {
      const images = {
        ids: Uint32Array.from(pictures.keys()),
        sha256: pictures.map(({ sha256 }) => sha256),
        files: pictures,
      }
      const report = { onProgress: () => {}, interruption: new Interruption() }
      const loaded = await loadForModel(images, stored.input, context, report)
      if (loaded === null) throw new Error('Nobody cancels here')
      const { source, isReadable } = loaded
      if (source.rowSize !== inputSize) {
        throw unreadable(`it takes ${inputSize} numbers of an image and gets ${source.rowSize}`)
      }
      const rows = Uint32Array.from(isReadable.keys()).filter((row) => isReadable[row])
      const embedded = await embedRows(model, source, rows, () => Promise.resolve())
      if (!embedded.every(Number.isFinite)) {
        throw unreadable('it gives numbers that are not finite')
      }
      const size = model.embeddingSize
      if (stored.isNormalized) normalizeInPlace(createMatrix(rows.length, size, embedded))
      const data = new Float32Array(pictures.length * size)
      rows.forEach((row, i) => data.set(embedded.subarray(i * size, (i + 1) * size), row * size))
      return { data, isReadable }
    },
  }
}
