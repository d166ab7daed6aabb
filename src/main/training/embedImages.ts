import { createMatrix } from '../../core/math/matrix'
import type { Interruption } from '../../core/interruption'
import { embedRows } from '../../core/loop/model'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import { restoreModel } from '../../core/network'
import { unreadable } from '../../core/network/savedModel'
import type { Backend } from '../backend/backend'
import { loadForModel } from '../features/loadForModel'
import type { OpenOwnSession } from '../features/ownNetworks/ownSession'
import { saveEmbeddings } from '../runs/embeddingFiles'
import { loadModel } from '../runs/modelFiles'
import type { LoadedImages } from '../features/loadedImages'
import type { EmbedJob, WorkerMessage } from './messages'
import { thread } from './thread'

interface Surroundings {
  readonly backend: Backend
  readonly openOnnx: OpenOwnSession
  readonly interruption: Interruption
  readonly post: (message: WorkerMessage) => void
}

/** Embeds the images of a job with a saved model and keeps them in its folder. */
export async function embedImages(
  job: EmbedJob,
  { backend, openOnnx, interruption, post }: Surroundings,
) {
  const stored = await loadModel(job.modelFolder)
  const model = restoreModel(stored.model, backend.models)
  const inputSize = model.inputShape.reduce((product, length) => product * length, 1)
  const load = (view: number): Promise<LoadedImages | null> => {
    const variation = view === 0 ? null : ({ kind: 'view', view } as const)
    const report = {
      onProgress: (done: number, total: number) =>
        post({
          kind: 'stage',
          stage: 'features',
          done: view * total + done,
          total: job.views * total,
        }),
      interruption,
    }
    return loadForModel(job.images, stored.input, { ...job, backend, openOnnx, variation }, report)
  }
  let rows = new Uint32Array(0)
  let data: Float32Array = new Float32Array(0)
  for (let view = 0; view < job.views; view++) {
    const images = await load(view)
    if (images === null) return
    const { source, isReadable } = images
    if (source.rowSize !== inputSize) {
      throw unreadable(`it takes ${inputSize} numbers of an image and gets ${source.rowSize}`)
    }
    // A picture that went away after its first view has that alone.
    if (view === 0) rows = Uint32Array.from(isReadable.keys()).filter((row) => isReadable[row])
    const embedded = await embedRows(model, source, rows, thread.breathe, {
      isCancelled: () => interruption.isCancelled,
      onBatch: (done) =>
        post({
          kind: 'stage',
          stage: 'embedding',
          done: view * rows.length + done,
          total: job.views * rows.length,
        }),
    })
    if (interruption.isCancelled) return
    if (view === 0) data = embedded
    else addView(data, embedded, { view, isReadable, rows, size: model.embeddingSize })
  }
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

/** Takes one more view into the means of those before, where it could be read. */
function addView(
  means: Float32Array,
  embedded: Float32Array,
  {
    view,
    isReadable,
    rows,
    size,
  }: {
    readonly view: number
    readonly isReadable: Uint8Array
    readonly rows: Uint32Array
    readonly size: number
  },
): void {
  rows.forEach((row, i) => {
    if (isReadable[row] === 0) return
    for (let k = i * size; k < (i + 1) * size; k++) {
      means[k] = means[k]! + (embedded[k]! - means[k]!) / (view + 1)
    }
  })
}
