import { createRandom } from '../../core/math/random'
import { TripletLedger } from '../../core/loop/ledger'
import type { LoopState } from '../../core/loop/loopState'
import type { SavedModel } from '../../core/network'
import { copiesOf } from '../../core/augmentation/copies'
import { splitPart } from '../../core/evaluation/splitParts'
import { policyOf } from '../../shared/model/augmentation'
import type { LoopDecisions } from '../../core/recipes/decisions'
import { jobFingerprint, readCheckpoint, writeCheckpoint } from '../runs/checkpoint'
import type { LoadedImages } from '../features/loadedImages'
import { featureBudgetBytes } from '../features/featureStore'
import { loadCopies } from '../features/loadCopies'
import { loadFeatures } from '../features/loadFeatures'
import { loadPixels } from '../features/loadPixels'
import type { TrainingResult } from './messages'
import type { RunContext } from './runContext'
import { loadTuning } from './loadTuning'
import { saveResults } from './saveResults'
import { settleNetwork } from './settleNetwork'
import { StageReport } from '../../core/recipes/stageReport'
import { openFindings } from '../runs/startFindings'
import { noRecords, type Records, type TrainingContext } from '../../core/recipes/surroundings'
import { keepForms } from '../../core/recipes/decideKept'
import { checkFeatures } from '../../core/recipes/checkFeatures'
import { divideRows, trainModel } from '../../core/recipes/trainModel'
import { thread } from './thread'
import { tripletColumns } from './tripletColumns'

/** A checkpoint is written when this many times its own cost has passed since the last one. */
const checkpointPatience = 20
/** Triplets that are shown while it trains. */
const shownTriplets = 200

/**
 * The whole of a run in the worker: images, baseline, training, embedding, saving. Null where it
 * was suspended: its checkpoint is what there is.
 */
export async function runTraining(asked: RunContext): Promise<TrainingResult | null> {
  const { backend, interruption, post } = asked
  const report = new StageReport(post, interruption, thread.now)
  report.stage('preparing', 0, 0)
  const settled = await settleNetwork(asked, report)
  if (settled === null) return interruption.isSuspended ? null : nothing([])
  const { job, forms } = settled
  const run = { ...asked, job }
  const loaded = await loadImages(run, report)
  const tuned = loaded === null ? null : await loadTuning(run, report)
  if (loaded === null || tuned === null) return interruption.isSuspended ? null : nothing([])
  const isReadable = loaded.isReadable.map((is, row) => is & (tuned?.maps.isReadable[row] ?? 1))
  const data = {
    ...divideRows({ ...loaded, isReadable }, job.labels, job.split, job.options, job.labelKeys),
    ...(tuned === undefined ? {} : { tuning: tuned.tuning }),
  }
  for (const warning of await checkFeatures({ ...job, sha256: job.images.sha256 }, data, {
    ...thread,
    interruption,
  })) {
    post({ kind: 'warning', warning })
  }
  if (interruption.isSuspended) return null
  const ledger = new TripletLedger()
  const fingerprint = jobFingerprint(job)
  const resume =
    job.checkpoint === null
      ? null
      : await readCheckpoint(job.runFolder, job.checkpoint, fingerprint)
  ledger.restore(resume?.triplets ?? [])
  const findings = await openFindings(job.runFolder, fingerprint)
  // Measured once: choosing the start is a part of choosing the network.
  if (forms !== null) await keepForms(findings, forms)
  let nextCheckpoint = 0
  const keep = (loop: LoopState<SavedModel>, decisions: LoopDecisions) =>
    writeCheckpoint(job.runFolder, fingerprint, { decisions, loop, triplets: ledger.state() })
  const records: Records = {
    ...noRecords,
    triplets: ledger,
    findings: resume === null ? findings : noRecords.findings,
    checkpoints: {
      resume,
      async afterEpoch(event, decisions) {
        post({ kind: 'triplets', triplets: tripletColumns(ledger, job.images.ids, shownTriplets) })
        const startedAt = performance.now()
        if (startedAt < nextCheckpoint) return
        await keep(event.checkpoint(), decisions)
        const endedAt = performance.now()
        nextCheckpoint = endedAt + checkpointPatience * (endedAt - startedAt)
        post({ kind: 'checkpoint', epoch: event.record.epoch })
      },
      suspended: keep,
    },
  }
  const context: TrainingContext = {
    ...thread,
    options: job.options,
    backend,
    interruption,
    random: createRandom(job.options.seed),
    report,
    records,
  }
  const trained = await trainModel(context, data)
  if (interruption.isSuspended) return null
  if (trained === null) return nothing(loaded.unreadable)
  const { saved, before, closedForm, validation, ended, kept: choice } = trained
  const { test } = data
  const { lossParameters, ...end } = ended
  const kept = { epoch: ended.bestEpoch, step: ended.bestEpoch === 0 ? 0 : ended.steps }
  const isTrained = choice === null || choice.what === 'trained' || choice.what === 'tuned'
  const taken = saved.kind === 'tuned' ? (tuned?.maps ?? loaded) : loaded
  const results = {
    ...{ saved, test, ledger, kept },
    embeddedBefore: choice === null ? 0 : test.rows.length,
    // Trained numbers go with the trained embedding alone.
    lossParameters: isTrained ? lossParameters : {},
  }
  const work = {
    ...{ job, backend, report, post, interruption, ...results },
    loaded: { ...taken, isReadable },
  }
  const after = await saveResults(work)
  if (interruption.isSuspended) return null
  const { unreadable } = loaded
  const measured = { before, closedForm, validation, after, kept: choice }
  return { ...end, ...measured, hasEmbeddings: true, unreadable }
}

async function loadImages(
  { job, backend, openOnnx, interruption }: RunContext,
  stages: StageReport,
): Promise<LoadedImages | null> {
  const report = {
    onProgress: (done: number, total: number) => stages.progress('features', done, total),
    work: stages,
    interruption,
  }
  const { network, extractor, features, imageSizePx } = job.options
  if (network !== 'frozen') {
    return loadPixels(job.images, imageSizePx, report, { policy: policyOf(job.options) })
  }
  const variations = copiesOf(job.options)
  const context = {
    ...{ ...job, backend, openOnnx, extractor, features },
    // What may be in memory is shared.
    memoryBytes: featureBudgetBytes / (1 + variations.length),
  }
  const loaded = await loadFeatures(job.images, context, report)
  if (loaded === null || variations.length === 0) return loaded
  const of = Uint32Array.from(job.split.keys()).filter(
    (row) =>
      job.split[row] === splitPart.train && job.labels[row]! >= 0 && loaded.isReadable[row] === 1,
  )
  return loadCopies(job.images, loaded, { of, variations }, context, report)
}

/** Of a run that was cancelled before there was anything to keep. */
function nothing(unreadable: TrainingResult['unreadable']): TrainingResult {
  return {
    reason: 'cancelled',
    before: null,
    closedForm: null,
    after: null,
    validation: null,
    kept: null,
    bestEpoch: 0,
    steps: 0,
    imagesPerSecond: 0,
    hasEmbeddings: false,
    unreadable,
  }
}
