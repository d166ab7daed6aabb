import { createRandom } from '../../core/math/random'
import type { Interruption } from '../../core/training/interruption'
import { TripletLedger } from '../../core/training/ledger'
import type { Backend } from '../backend/backend'
import { type JobInputs, loadFeatures, loadPixels } from './inputs'
import type { TrainingResult, TrainJob, WorkerMessage } from './messages'
import { saveResults, saveRunModel } from './saveResults'
import { StageReport } from './stageReport'
import type { TrainingContext } from './trainingContext'
import { divideRows, trainModel } from './trainModel'
import { tripletColumns } from './tripletColumns'

export interface RunContext {
  readonly job: TrainJob
  readonly backend: Backend
  readonly interruption: Interruption
  readonly post: (message: WorkerMessage) => void
}

const checkpointEveryMs = 3000
/** Triplets that are shown while it trains. */
const shownTriplets = 200

/** The whole of a run in the worker: inputs, baseline, training, embedding, saving. */
export async function runTraining(run: RunContext): Promise<TrainingResult> {
  const { job, backend, interruption, post } = run
  const report = new StageReport(post)
  report.stage('preparing', 0, 0)
  const inputs = await loadInputs(run, report)
  if (inputs === null) return nothing([])
  const data = divideRows(inputs, job.labels, job.split, job.options)
  const ledger = new TripletLedger()
  let lastCheckpoint = performance.now()
  const context: TrainingContext = {
    options: job.options,
    backend,
    interruption,
    random: createRandom(job.options.seed),
    report,
    ledger,
    async onEpoch(event, toSaved) {
      post({ kind: 'triplets', triplets: tripletColumns(ledger, job.images.ids, shownTriplets) })
      if (!event.isBest || performance.now() - lastCheckpoint <= checkpointEveryMs) return
      await saveRunModel(job, 'checkpoint', toSaved(event.state), inputs)
      lastCheckpoint = performance.now()
    },
  }
  const trained = await trainModel(context, data)
  if (trained === null) return nothing(inputs.unreadable)
  const { saved, before, closedForm, ended } = trained
  const { test } = data
  const after = await saveResults({ job, backend, report, inputs, saved, test, ledger })
  const { unreadable } = inputs
  return { ...ended, before, closedForm, after, hasEmbeddings: true, unreadable }
}

async function loadInputs(
  { job, backend, interruption, post }: RunContext,
  stages: StageReport,
): Promise<JobInputs | null> {
  const report = {
    onProgress: (done: number, total: number) => stages.progress('features', done, total),
    isCancelled: () => interruption.isCancelled,
    whilePaused: async () => {
      if (!interruption.isPaused) return
      post({ kind: 'paused' })
      await interruption.whilePaused()
      if (!interruption.isCancelled) post({ kind: 'resumed' })
    },
  }
  return job.options.network === 'frozen'
    ? loadFeatures(job.images, { ...job, backend }, report)
    : loadPixels(job.images, job.options.imageSizePx, report)
}

/** Of a run that was cancelled before there was anything to keep. */
function nothing(unreadable: TrainingResult['unreadable']): TrainingResult {
  return {
    reason: 'cancelled',
    before: null,
    closedForm: null,
    after: null,
    bestEpoch: 0,
    steps: 0,
    imagesPerSecond: 0,
    hasEmbeddings: false,
    unreadable,
  }
}
