import { join } from 'node:path'
import { createMatrix, gatherRows } from '../../core/math/matrix'
import { createRandom } from '../../core/math/random'
import { breatheUnlessPaused, paceOf, partsOf, walk } from '../../core/steps'
import { thread } from './thread'
import { restoreModel, type SavedModel } from '../../core/network'
import type { TripletLedger } from '../../core/loop/ledger'
import { normalizeInPlace } from '../../core/math/normalizeRows'
import type { Interruption } from '../../core/interruption'
import { mostAnchors } from '../../core/review/mineFinal'
import { embedRows } from '../../core/loop/model'
import { embedWork, mineWork, predictionWork } from '../../core/work/workAmounts'
import type { RetrievalMetrics } from '../../shared/model/training'
import type { Backend } from '../backend/backend'
import { saveEmbeddings } from '../runs/embeddingFiles'
import { finalTriplets } from './finalTriplets'
import type { LoadedImages } from '../features/loadedImages'
import { measureTest } from '../../core/recipes/measureTest'
import type { LabelledRows } from '../../core/recipes/labelledRows'
import type { TrainJob, WorkerMessage } from './messages'
import { saveModel } from '../runs/modelFiles'
import { savedPrediction } from './savedPrediction'
import type { StageReport } from '../../core/recipes/stageReport'

export interface ResultWork {
  readonly job: TrainJob
  readonly backend: Backend
  readonly report: StageReport
  readonly post: (message: WorkerMessage) => void
  readonly interruption: Interruption
  readonly loaded: LoadedImages
  readonly saved: SavedModel
  readonly test: LabelledRows
  readonly ledger: TripletLedger
  readonly lossParameters: Readonly<Record<string, Float32Array>>
  /** Epoch and step at which the saved model stood. */
  readonly kept: { readonly epoch: number; readonly step: number }
  /** Images of the test part that were embedded as this stage began, to choose what to keep. */
  readonly embeddedBefore: number
}

/**
 * Embeds all images with the trained model and writes embeddings, model and triplets of a run.
 * @returns retrieval of the written embeddings on the test rows
 */
export async function saveResults(work: ResultWork): Promise<RetrievalMetrics> {
  const { job, backend, report, loaded, saved, test, ledger } = work
  const pace = { ...thread, interruption: work.interruption }
  const model = restoreModel(saved, backend.models)
  const rows = Uint32Array.from(loaded.isReadable.keys()).filter(
    (row) => loaded.isReadable[row] === 1,
  )
  const { embeddedBefore } = work
  const total = embeddedBefore + rows.length
  report.stage('embedding', embeddedBefore, total)
  // A cancelled run embeds all the same: what was learned is kept, and this takes seconds.
  const watch = report.stopwatch()
  const sizes = { from: loaded.source.rowSize, to: model.embeddingSize }
  let embedded = 0
  const data = await embedRows(model, loaded.source, rows, breatheUnlessPaused(pace), {
    onBatch: (done) => {
      watch.lap(embedWork(done - embedded, job.options, sizes))
      embedded = done
      report.progress('embedding', embeddedBefore + done, total)
    },
  })
  const embeddings = createMatrix(rows.length, model.embeddingSize, data)
  if (isNormalized(job)) normalizeInPlace(embeddings)
  model.dispose()
  report.stage('saving', 0, 1)
  const labelled = rows.filter((row) => job.labels[row]! >= 0).length
  const counts = { queries: test.rows.length, rows: labelled, size: embeddings.columns }
  const parts = partsOf(workOf(rows.length, counts))
  const tell = (name: keyof typeof parts) => {
    const partial = report.part('saving', ...parts[name])
    return (share: number) => partial.share('saving', share)
  }
  const rowOf = new Map(Array.from(rows, (row, place) => [row, place]))
  const places = Uint32Array.from(test.rows, (row) => rowOf.get(row)!)
  const random = createRandom(job.options.seed)
  const measuring = { backend, ...pace, random, report }
  const tested = gatherRows(embeddings, places)
  const after = await measureTest(measuring, tested, test.labels, tell('measuring'))
  const { ids } = job.images
  watch.skip()
  await saveEmbeddings(job.runFolder, {
    ids: Uint32Array.from(rows, (row) => ids[row]!),
    embeddings: data,
    embeddingSize: embeddings.columns,
    splits:
      job.options.split === 'none'
        ? new Uint8Array(rows.length)
        : Uint8Array.from(rows, (row) => job.split[row]!),
  })
  watch.lap({ writing: data.length / 1e6 })
  const prediction = await report.timed(predictionWork(counts), () => {
    const { interruption } = work
    const { product } = backend
    const fork = random.fork('prediction')
    const predicting = { job, embeddings, rows, interruption, product, random: fork }
    return walk(savedPrediction(predicting), paceOf(pace, tell('predicting')))
  })
  watch.skip()
  await saveModel(
    join(job.runFolder, 'model'),
    {
      model: saved,
      input: loaded.input,
      isNormalized: isNormalized(job),
      lossParameters: work.lossParameters,
    },
    prediction,
  )
  watch.skip()
  tell('files')(1)
  const finding = finalTriplets({
    job,
    embeddings,
    rows,
    ledger,
    kept: work.kept,
    interruption: work.interruption,
    product: backend.product,
    random: random.fork('triplets'),
  })
  const triplets = await walk(finding, paceOf(pace, tell('triplets')))
  watch.lap(mineWork(Math.min(mostAnchors, labelled), labelled, embeddings.columns))
  report.flush()
  work.post({ kind: 'triplets', triplets })
  return after
}

/** Comparisons that each part takes, and for the files about as long. */
const workOf = (
  images: number,
  { queries, rows, size }: { queries: number; rows: number; size: number },
) => ({
  measuring: 2 * Math.min(queries * queries, 2.5e8),
  predicting: Math.min(queries * rows, 2.5e8) + 2 * Math.min(queries * queries, 2.5e8),
  files: images * size,
  triplets: images * Math.min(images, 8192),
})

const isNormalized = ({ options }: TrainJob): boolean => options.distance !== 'dot'
