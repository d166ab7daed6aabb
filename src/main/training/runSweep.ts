import { createRandom } from '../../core/math/random'
import type { Interruption } from '../../core/interruption'
import { expectedSteps } from '../../core/loop/schedule'
import { checkFeatures } from '../../core/recipes/checkFeatures'
import { settleForm } from '../../core/recipes/headRecipe'
import { measureBaselines, withInterval } from '../../core/recipes/measureBaselines'
import { measureTest } from '../../core/recipes/measureTest'
import { rememberStarts } from '../../core/recipes/rememberedStarts'
import { StageReport } from '../../core/recipes/stageReport'
import {
  noRecords,
  type StartRecords,
  type TrainingContext,
  type TrainingData,
} from '../../core/recipes/surroundings'
import { divideRows, embedTest, trainModel } from '../../core/recipes/trainModel'
import { policyOf } from '../../shared/model/augmentation'
import { AppError, serializeError } from '../../shared/errors'
import { reportIntervalMs } from '../../shared/model/jobs'
import type { TrainingOptions } from '../../shared/model/training'
import type { Backend } from '../backend/backend'
import type { OpenOwnSession } from '../features/ownNetworks/ownSession'
import type { LoadedImages } from '../features/loadedImages'
import { loadFeatures } from '../features/loadFeatures'
import { loadPixels } from '../features/loadPixels'
import { baselineKey, saveTested, saveTestEmbeddings } from '../runs/sweepEmbeddings'
import type { WorkerMessage } from './messages'
import type { SweepJob, SweepMessage, SweepOutcome } from './sweepMessages'
import { thread } from './thread'
import { asAppError } from './workerFailure'

export interface SweepContext {
  readonly job: SweepJob
  readonly backend: Backend
  readonly openOnnx?: OpenOwnSession
  readonly interruption: Interruption
  readonly post: (message: SweepMessage) => void
}

/**
 * Trains one combination after another on images that are loaded once. One that fails says so and
 * stops nothing; a cancellation ends within a step, without a word about the run it was at.
 */
export async function runSweep(sweep: SweepContext): Promise<void> {
  const { job, interruption, post } = sweep
  const loaded = await loadImages(sweep)
  if (loaded === null) return
  const shared = job.rows[0]!.options
  const data = divideRows(loaded, job.labels, job.split, shared, job.labelKeys)
  for (const warning of await checkFeatures({ sha256: job.images.sha256, options: shared }, data, {
    ...thread,
    interruption,
  })) {
    post({ kind: 'warning', warning })
  }
  await saveTested(job.embeddingsFolder, data.test.rows)
  const starts = rememberStarts()
  const withStart = await startOf(sweep, data)
  if (withStart === null) return
  if (job.wantsBaselines) {
    post({ kind: 'stage', stage: 'baselines', done: 0, total: 1 })
    await thread.breathe()
    const context = contextOf(
      sweep,
      withStart({ ...shared, seed: job.sharedSeed }),
      starts,
      hearBaselines(post),
    )
    const baselines = await measureBaselines(context, data, (name, embeddings) =>
      saveTestEmbeddings(job.embeddingsFolder, baselineKey(job.baselinesKey, name), embeddings),
    )
    context.report.flush()
    // What was cut short is no baseline.
    if (baselines === null || interruption.isCancelled) return
    post({ kind: 'baselines', baselines })
  }
  for (const { key, options } of job.rows) {
    await thread.breathe()
    if (interruption.isCancelled) return
    post({ kind: 'rowStarted', key })
    try {
      const outcome = await trainRow(sweep, { key, options: withStart(options) }, data, starts)
      if (outcome === null) return
      post({ kind: 'rowFinished', key, outcome })
    } catch (error) {
      // The rest needs another worker with a backend that is alive.
      if (error instanceof AppError && error.code === 'backendLost') throw error
      post({ kind: 'rowFailed', key, error: serializeError(asAppError(error)) })
    }
  }
}

/**
 * Puts the start that held-out labels choose in the place of 'auto', once for all runs, so that
 * these differ in nothing else. Null where it was cancelled.
 */
async function startOf(
  sweep: SweepContext,
  data: TrainingData,
): Promise<((options: TrainingOptions) => TrainingOptions) | null> {
  const { job, post } = sweep
  const shared = job.rows[0]!.options
  if (shared.network !== 'frozen' || shared.start !== 'auto') return (options) => options
  post({ kind: 'stage', stage: 'baselines', done: 0, total: 1 })
  await thread.breathe()
  const context = contextOf(
    sweep,
    { ...shared, seed: job.sharedSeed },
    noRecords.starts,
    hearBaselines(post),
  )
  const settled = await settleForm(context, data)
  context.report.flush()
  if (settled === null) return null
  const { start } = settled.options
  return (options) => ({ ...options, start })
}

/** Null where it was cancelled. */
async function trainRow(
  sweep: SweepContext,
  { key, options }: SweepJob['rows'][number],
  data: TrainingData,
  starts: StartRecords,
): Promise<SweepOutcome | null> {
  const startedAt = performance.now()
  const context = contextOf(sweep, options, starts, stepCounter(options, sweep.post))
  const trained = await trainModel(context, data)
  if (trained === null || trained.ended.reason === 'cancelled') return null
  const { reason, bestEpoch, steps } = trained.ended
  if (reason === 'notANumber') {
    throw new AppError(
      'trainingDiverged',
      `The loss was no longer a number after ${steps} steps. A lower learning rate may help.`,
      { steps },
    )
  }
  const embeddings = await embedTest(trained.saved, data, context)
  const measured = await measureTest(measuring(sweep, context), embeddings, data.test.labels)
  const metrics = withInterval(measured)
  context.report.flush()
  if (sweep.interruption.isCancelled) return null
  await saveTestEmbeddings(sweep.job.embeddingsFolder, key, embeddings)
  return { metrics, bestEpoch, steps, seconds: (performance.now() - startedAt) / 1000 }
}

/** The same queries are drawn again for every interval, so that they compare. */
const measuring = ({ job }: SweepContext, context: TrainingContext): TrainingContext => ({
  ...context,
  random: createRandom(job.sharedSeed),
})

const contextOf = (
  { backend, interruption }: SweepContext,
  options: TrainingOptions,
  starts: StartRecords,
  hear: (message: WorkerMessage) => void,
): TrainingContext => ({
  ...thread,
  options,
  backend,
  interruption,
  random: createRandom(options.seed),
  report: new StageReport(hear, interruption, thread.now),
  records: { ...noRecords, starts },
})

/** How fast it works is told of all that it does. */
const hearWork =
  (post: SweepContext['post']) =>
  (message: WorkerMessage): void => {
    if (message.kind === 'work') post(message)
  }

/** The same, and how far the baselines are. */
const hearBaselines =
  (post: SweepContext['post']) =>
  (message: WorkerMessage): void => {
    hearWork(post)(message)
    if (message.kind === 'stage') post({ ...message, stage: 'baselines' })
  }

/** Counts the steps of a run: a head goes through them twice, first to find how many are good. */
function stepCounter(options: TrainingOptions, post: SweepContext['post']) {
  const steps = expectedSteps(options)
  const total = options.network === 'frozen' ? 2 * steps : steps
  let lastPost = -Infinity
  const tell = (done: number): void => {
    if (performance.now() - lastPost < reportIntervalMs) return
    lastPost = performance.now()
    post({ kind: 'stage', stage: 'training', done: Math.floor(Math.min(done, total)), total })
  }
  const hear = hearWork(post)
  return (message: WorkerMessage): void => {
    hear(message)
    if (message.kind === 'steps') tell(total - steps + (message.steps.at(-1)?.step ?? 0))
    if (message.kind !== 'stage') return
    const { stage, done, total: whole } = message
    if (stage === 'baseline') tell(((total - steps) * done) / Math.max(1, whole))
    else if (stage === 'training') tell(total - steps)
  }
}

async function loadImages(sweep: SweepContext): Promise<LoadedImages | null> {
  const { job, backend, openOnnx, interruption, post } = sweep
  const hear = hearWork(post)
  const stages = new StageReport(
    (message) => {
      hear(message)
      if (message.kind !== 'stage') return
      post({ kind: 'stage', stage: 'features', done: message.done, total: message.total })
    },
    interruption,
    thread.now,
  )
  const report = {
    onProgress: (done: number, total: number) => stages.progress('features', done, total),
    interruption,
    work: stages,
  }
  // All rows come from one request, and with it from one choice of features.
  const { network, extractor, features, imageSizePx } = job.rows[0]!.options
  return network === 'frozen'
    ? loadFeatures(job.images, { ...job, backend, openOnnx, extractor, features }, report)
    : loadPixels(job.images, imageSizePx, report, { policy: policyOf(job.rows[0]!.options) })
}
