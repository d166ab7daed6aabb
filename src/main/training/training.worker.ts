import { parentPort, workerData } from 'node:worker_threads'
import { restoreModel } from '../../core/network'
import { unreadable } from '../../core/network/savedModel'
import { createMatrix } from '../../core/math/matrix'
import { Interruption } from '../../core/interruption'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import { embedRows } from '../../core/loop/model'
import { AppError, serializeError } from '../../shared/errors'
import type { Backend } from '../backend/backend'
import { backendLost } from '../backend/native/caller'
import { startHostedProcess } from '../processes/hostedProcess'
import { startBackend } from '../backend/startBackend'
import { saveEmbeddings } from '../runs/embeddingFiles'
import { loadFeatures } from '../features/loadFeatures'
import { loadPixels } from '../features/loadPixels'
import { featuresOfModel } from '../features/modelFeatures'
import { thread } from './thread'
import type { EmbedJob, TrainingCommand, WorkerJob, WorkerMessage } from './messages'
import { loadModel } from '../runs/modelFiles'
import { reportRun } from './runReport'
import { runSweep } from './runSweep'
import { runTraining } from './runTraining'
import { StageReport } from '../../core/recipes/stageReport'
import type { SweepJob, SweepMessage } from './sweepMessages'
import { asAppError } from './workerFailure'

const port = parentPort
if (port === null) throw new Error('This file is a worker.')
const job = workerData as WorkerJob | SweepJob
const post = (message: WorkerMessage | SweepMessage) => port.postMessage(message)
const interruption = new Interruption((isHeld) => {
  if (job.kind === 'train') post({ kind: isHeld ? 'paused' : 'resumed' })
})

port.on('message', (command: TrainingCommand) => {
  switch (command.kind) {
    case 'pause':
      return interruption.pause()
    case 'resume':
      return interruption.resume()
    case 'cancel':
      return interruption.cancel()
    case 'suspend':
      return interruption.suspend()
  }
})

void run()

async function run(): Promise<void> {
  let backend: Backend | null = null
  try {
    if (job.kind === 'report') {
      const stages = new StageReport(post, interruption, thread.now)
      const tell = (share: number) => stages.share('saving', share)
      post({ kind: 'report', report: await reportRun(job, tell) })
      return
    }
    const starting = startBackend({
      preferred: job.backend,
      workersFolder: job.workersFolder,
      projectFolder: job.projectFolder,
      startProcess: startHostedProcess(port!),
    })
    backend = await interruption.unlessCancelled(starting)
    // What is being started ends with this thread.
    if (backend === null) return process.exit(0)
    post({ kind: 'backend', report: backend.report })
    if (job.kind === 'train') {
      const result = await runTraining({ job, backend, interruption, post })
      if (result !== null) post({ kind: 'finished', result })
    } else if (job.kind === 'sweep') await runSweep({ job, backend, interruption, post })
    else if (job.kind === 'embed') await embed(job, backend)
  } catch (error) {
    post({ kind: 'failed', error: serializeError(asAppError(await withCause(error, backend))) })
  } finally {
    backend?.dispose()
    port?.close()
  }
}

/** How the process of the backend ended, where that is why it failed. */
async function withCause(error: unknown, backend: Backend | null): Promise<unknown> {
  const isLost = error instanceof AppError && error.code === 'backendLost'
  return isLost && backend?.ended !== undefined ? backendLost(await backend.ended) : error
}

async function embed(embedJob: EmbedJob, backend: Backend): Promise<void> {
  const stored = await loadModel(embedJob.modelFolder)
  const model = restoreModel(stored.model, backend.models)
  const report = {
    onProgress: (done: number, total: number) =>
      post({ kind: 'stage', stage: 'features', done, total }),
    interruption,
  }
  const images =
    stored.input.kind === 'features'
      ? await loadFeatures(
          embedJob.images,
          { ...embedJob, backend, ...featuresOfModel(stored.input) },
          report,
        )
      : await loadPixels(embedJob.images, stored.input.sizePx, report)
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
  await saveEmbeddings(embedJob.outputFolder, {
    ids: Uint32Array.from(rows, (row) => embedJob.images.ids[row]!),
    embeddings: data,
    embeddingSize: model.embeddingSize,
    splits: new Uint8Array(rows.length),
  })
  post({ kind: 'embedded', rows: rows.length, embeddingSize: model.embeddingSize })
}
