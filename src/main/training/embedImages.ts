import { createMatrix } from '../../core/math/matrix'
import type { Interruption } from '../../core/interruption'
import { embedRows } from '../../core/loop/model'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import { restoreModel } from '../../core/network'
import { unreadable } from '../../core/network/savedModel'
import type { Backend } from '../backend/backend'
import { loadFeatures } from '../features/loadFeatures'
import { loadPixels } from '../features/loadPixels'
import { featuresOfModel } from '../features/modelFeatures'
import { saveEmbeddings } from '../runs/embeddingFiles'
import { loadModel } from '../runs/modelFiles'
import type { EmbedJob, WorkerMessage } from './messages'
import { thread } from './thread'

interface Surroundings {
  readonly backend: Backend
  readonly interruption: Interruption
  readonly post: (message: WorkerMessage) => void
}

/** Embeds the images of a job with a saved model and keeps them in its folder. */
export async function embedImages(job: EmbedJob, { backend, interruption, post }: Surroundings) {
  const stored = await loadModel(job.modelFolder)
  const model = restoreModel(stored.model, backend.models)
  const report = {
    onProgress: (done: number, total: number) =>
      post({ kind: 'stage', stage: 'features', done, total }),
    interruption,
  }
  const images =
    stored.input.kind === 'features'
      ? await loadFeatures(
          job.images,
          { ...job, backend, ...featuresOfModel(stored.input) },
          report,
        )
      : await loadPixels(job.images, stored.input.sizePx, report)
  if (images === null) return
  const inputSize = model.inputShape.reduce((product, length) => product * length, 1)
  if (images.source.rowSize !== inputSize) {
    throw unreadable(`it takes ${inputSize} numbers of an image and gets ${images.source.rowSize}`)
  }
  const rows = Uint32Array.from(images.isReadable.keys()).filter((row) => images.isReadable[row])
  const data = await embedRows(model, images.source, rows, thread.breathe, {
    isCancelled: () => interruption.isCancelled,
    onBatch: (done) => post({ kind: 'stage', stage: 'embedding', done, total: rows.length }),
  })
  if (interruption.isCancelled) return
  // Weights may be finite and yet too large to be multiplied.
  if (!data.every(Number.isFinite)) throw unreadable('it gives numbers that are not finite')
  const embeddings = createMatrix(rows.length, model.embeddingSize, data)
  if (stored.isNormalized) normalizeInPlace(embeddings)
  await saveEmbeddings(job.outputFolder, {
    ids: Uint32Array.from(rows, (row) => job.images.ids[row]!),
    embeddings: data,
    embeddingSize: model.embeddingSize,
    splits: new Uint8Array(rows.length),
  })
  post({ kind: 'embedded', rows: rows.length, embeddingSize: model.embeddingSize })
}
