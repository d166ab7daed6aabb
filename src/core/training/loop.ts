import type {
  DistanceHistogram,
  EpochRecord,
  RetrievalMetrics,
  StepProgress,
  TrainingOptions,
  TrainingWarning,
} from '../../shared/model/training'
import { distances } from '../distances'
import { LossMemory } from '../losses'
import { computeLoss, type LossOutcome, lossParameters } from '../losses/computeLoss'
import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { miners } from '../miners'
import { Adam } from './adam'
import { createBatches } from './batches'
import type { Interruption } from './interruption'
import { TripletLedger } from './ledger'
import { innermostLoss, lossOfRun, marginOf, type RunLoss } from './lossChoice'
import { hardestTriplets, meanDistances, meanNorm, toMinedBatch } from './minedBatch'
import type { InputSource, TrainableModel } from './model'
import { WarningWatch } from './warnings'

/** What is known of the model after an epoch. */
export interface Evaluation {
  /** On the evaluation split; never looked at to choose between epochs. */
  readonly metrics: RetrievalMetrics
  readonly histogram: DistanceHistogram | null
  /** What the best epoch is chosen by, larger is better; null: the last epoch is kept. */
  readonly selection: number | null
}

export interface LoopInput<Snapshot> {
  readonly model: TrainableModel<Snapshot>
  readonly source: InputSource
  /** Rows of the source to train on, and the class of each. */
  readonly rows: Uint32Array
  readonly labels: Int32Array
  readonly options: TrainingOptions
  /** What the options name, or what was found. */
  readonly learningRate: number
  readonly random: Random
  readonly product: MatrixProduct
  readonly interruption: Interruption
  /** Measures the model as it is now; called before the first step and after each epoch. */
  readonly evaluate: () => Promise<Evaluation>
  /** Milliseconds since any moment. */
  readonly now: () => number
  /** Lets other work of the thread run; awaited after each step. */
  readonly breathe: () => Promise<void>
  readonly ledger?: TripletLedger
  /** Whether inputs are varied at random for training. */
  readonly isAugmented?: boolean
}

export type LoopEvent<Snapshot> =
  | { readonly kind: 'started'; readonly evaluation: Evaluation }
  | { readonly kind: 'step'; readonly progress: StepProgress }
  | {
      readonly kind: 'epoch'
      readonly record: EpochRecord
      readonly state: Snapshot
      readonly isBest: boolean
    }
  | { readonly kind: 'warning'; readonly warning: TrainingWarning }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | {
      readonly kind: 'ended'
      readonly reason: 'finished' | 'cancelled' | 'notANumber'
      /** 0 where the start was never beaten. The model holds this state. */
      readonly bestEpoch: number
      readonly steps: number
    }

/** Proxies and class weights learn faster than the network (Kim et al. 2020). */
const parameterRateFactor = 100

/**
 * Trains a model by a metric loss. Yields an event for each step and epoch and lets the thread
 * breathe after each step, so that a pause or a cancellation is seen within one. At the end the
 * model holds its best state: of the epoch with the greatest selection score, else the last one.
 * A loss that is not a number goes back to the last good state and ends the loop.
 */
export async function* train<Snapshot>(
  input: LoopInput<Snapshot>,
): AsyncGenerator<LoopEvent<Snapshot>, void, undefined> {
  const { model, options, interruption } = input
  const run = new LoopRun(input)
  const first = await input.evaluate()
  yield { kind: 'started', evaluation: first }
  let best = { epoch: 0, score: first.selection ?? -Infinity, state: model.snapshot() }
  let lastGood = best
  let reason: 'finished' | 'cancelled' | 'notANumber' = 'finished'
  const startedAt = input.now()
  let pausedMs = 0
  const deadline = options.maxMinutes === null ? Infinity : options.maxMinutes * 60_000
  const maxSteps = options.maxSteps ?? Infinity
  if (run.hasSmallClasses) {
    const warning = run.watch.once('classesTooSmall', 0)
    if (warning !== null) yield { kind: 'warning', warning }
  }

  training: for (let epoch = 1; epoch <= options.epochs; epoch++) {
    run.startEpoch()
    for (let i = 0; i < options.stepsPerEpoch; i++) {
      if (interruption.isPaused) {
        const pausedAt = input.now()
        yield { kind: 'paused' }
        await interruption.whilePaused()
        pausedMs += input.now() - pausedAt
        if (!interruption.isCancelled) yield { kind: 'resumed' }
      }
      if (interruption.isCancelled) {
        reason = 'cancelled'
        break training
      }
      const progress = run.step(epoch)
      if (progress === null) {
        reason = 'notANumber'
        break training
      }
      yield { kind: 'step', progress }
      await input.breathe()
      if (run.steps >= maxSteps || input.now() - startedAt - pausedMs >= deadline) break
    }
    const evaluation = await input.evaluate()
    const state = model.snapshot()
    const score = evaluation.selection ?? epoch
    const isBest = score > best.score
    lastGood = { epoch, score, state }
    if (isBest) best = lastGood
    yield { kind: 'epoch', record: run.record(epoch, evaluation), state, isBest }
    for (const warning of run.watch.afterEpoch(epoch, run.means())) {
      yield { kind: 'warning', warning }
    }
    if (run.steps >= maxSteps || input.now() - startedAt - pausedMs >= deadline) break
  }

  if (reason === 'notANumber') {
    const action = `Went back to the state after epoch ${best.epoch}.`
    const warning = run.watch.once('notANumber', lastGood.epoch + 1, action)
    if (warning !== null) yield { kind: 'warning', warning }
  }
  model.restore(best.state)
  yield { kind: 'ended', reason, bestEpoch: best.epoch, steps: run.steps }
}

/** The state of a loop between its steps. */
class LoopRun<Snapshot> {
  steps = 0
  readonly watch: WarningWatch
  readonly hasSmallClasses: boolean
  private readonly batches: ReturnType<typeof createBatches>
  private readonly ledger: TripletLedger
  private readonly margin: number
  private readonly runLoss: RunLoss
  private readonly classWeights: Float32Array | null
  private readonly parameters: Record<string, Float32Array>
  private readonly parameterOptimizer = new Adam()
  private readonly memory = new LossMemory()
  private readonly classCount: number
  private readonly looksIntoMemory: boolean
  private readonly chance: Random
  private readonly augmentation: Random | null
  private readonly batch: Float32Array
  private epochSums = emptySums()
  private epochStartedAt = 0

  constructor(private readonly input: LoopInput<Snapshot>) {
    const { options, labels, random, source } = input
    this.batches = createBatches(labels, options, random.fork('batches'))
    this.hasSmallClasses = this.batches.hasSmallClasses
    this.ledger = input.ledger ?? new TripletLedger()
    const margin = marginOf(options.loss)
    this.margin = margin ?? 0.2
    this.watch = new WarningWatch(innermostLoss(options.loss).name === 'triplet' ? margin : null)
    this.runLoss = lossOfRun(options)
    // Their indices are places in a queue, not in the batch.
    this.looksIntoMemory =
      options.loss.name === 'crossBatchMemory' ||
      (options.miner !== null && miners.get(options.miner.name).usesMemory)
    this.chance = random.fork('loss')
    this.augmentation = input.isAugmented === true ? random.fork('augmentation') : null
    const classCount = labels.reduce((most, label) => Math.max(most, label + 1), 0)
    const sizes = { classCount, dimension: input.model.embeddingSize }
    this.classCount = classCount
    this.classWeights =
      options.reducer === 'classWeighted' ? balancedWeights(labels, classCount) : null
    this.parameters = Object.fromEntries(
      lossParameters(this.runLoss.loss, sizes).map((parameter) => [
        parameter.name,
        parameter.initial(random.fork(parameter.name)),
      ]),
    )
    this.batch = new Float32Array(this.batches.size * source.rowSize)
  }

  startEpoch(): void {
    this.epochSums = emptySums()
    this.epochStartedAt = this.input.now()
  }

  /** One step; null when the loss or the embeddings were not numbers. */
  step(epoch: number): StepProgress | null {
    const { input, batches } = this
    const { gradientClip } = input.options
    const startedAt = input.now()
    const places = batches.next()
    const rows = Uint32Array.from(places, (place) => input.rows[place]!)
    const labels = Int32Array.from(places, (place) => input.labels[place]!)
    const size = rows.length * input.source.rowSize
    const batch = size === this.batch.length ? this.batch : new Float32Array(size)
    input.source.read(rows, batch, this.augmentation)
    this.steps++
    let measured: Omit<StepProgress, 'imagesPerSecond'> | null = null
    const value = input.model.trainStep(
      batch,
      rows.length,
      (data) => {
        const embeddings = createMatrix(rows.length, data.length / rows.length, data)
        const result = this.loss(embeddings, labels)
        measured = this.measure(epoch, rows, labels, embeddings, result)
        return { value: result.value, gradient: result.gradient.data }
      },
      {
        learningRate: input.learningRate,
        weightDecay: input.options.weightDecay,
        ...(gradientClip === null ? {} : { gradientClip }),
      },
    )
    if (measured === null || !Number.isFinite(value)) return null
    const { epochSums } = this
    const progress: StepProgress = {
      ...(measured as Omit<StepProgress, 'imagesPerSecond'>),
      imagesPerSecond: (1000 * rows.length) / Math.max(0.1, input.now() - startedAt),
    }
    if (!Number.isFinite(progress.embeddingNorm)) return null
    epochSums.steps++
    epochSums.images += rows.length
    epochSums.loss += progress.loss
    epochSums.activeFraction += progress.activeFraction
    epochSums.positive += progress.meanPositiveDistance
    epochSums.negative += progress.meanNegativeDistance
    return progress
  }

  means() {
    const { epochSums: sums } = this
    const steps = Math.max(1, sums.steps)
    return {
      loss: sums.loss / steps,
      activeFraction: sums.activeFraction / steps,
      meanPositiveDistance: sums.positive / steps,
      meanNegativeDistance: sums.negative / steps,
      fallbackShare: sums.mined > 0 ? sums.fallbacks / sums.mined : 0,
    }
  }

  record(epoch: number, evaluation: Evaluation): EpochRecord {
    const { loss, activeFraction, meanPositiveDistance, meanNegativeDistance } = this.means()
    const seconds = Math.max(1e-4, (this.input.now() - this.epochStartedAt) / 1000)
    return {
      epoch,
      loss,
      activeFraction,
      meanPositiveDistance,
      meanNegativeDistance,
      precisionAt1: evaluation.metrics.precisionAt1,
      rPrecision: evaluation.metrics.rPrecision,
      mapAtR: evaluation.metrics.mapAtR,
      imagesPerSecond: this.epochSums.images / seconds,
      histogram: evaluation.histogram,
    }
  }

  private loss(embeddings: Matrix, labels: Int32Array) {
    const result = computeLoss({
      embeddings,
      labels,
      ...this.runLoss,
      classWeights: this.classWeights,
      parameters: this.parameters,
      memory: this.memory,
      classCount: this.classCount,
      random: this.chance,
      product: this.input.product,
    })
    this.parameterOptimizer.update(
      this.parameters,
      result.parameterGradients,
      this.input.learningRate * parameterRateFactor,
    )
    return result
  }

  /** Looks at the batch as the loss saw it: distances for the curves, triplets for the ledger. */
  private measure(
    epoch: number,
    rows: Uint32Array,
    labels: Int32Array,
    embeddings: Matrix,
    result: LossOutcome,
  ): Omit<StepProgress, 'imagesPerSecond'> {
    const { values, isSimilarity } = distances
      .get(this.input.options.distance)
      .forward(embeddings, undefined, {}, this.input.product)
    const mean = meanDistances(values, isSimilarity, labels)
    const triplets =
      result.tuples?.kind === 'triplets' && !this.looksIntoMemory
        ? result.tuples
        : hardestTriplets(values, isSimilarity, labels)
    this.ledger.add(
      epoch,
      this.steps,
      toMinedBatch(triplets, rows, values, isSimilarity, this.margin),
    )
    this.epochSums.mined += result.mining?.tupleCount ?? 0
    this.epochSums.fallbacks += result.mining?.fallbackCount ?? 0
    return {
      epoch,
      step: this.steps,
      loss: result.value,
      activeFraction: result.statistics.activeFraction,
      meanPositiveDistance: mean.positive,
      meanNegativeDistance: mean.negative,
      embeddingNorm: meanNorm(embeddings),
    }
  }
}

const emptySums = () => ({
  steps: 0,
  images: 0,
  loss: 0,
  activeFraction: 0,
  positive: 0,
  negative: 0,
  mined: 0,
  fallbacks: 0,
})

/** Weights that make every class count alike; their mean over the images is 1. */
function balancedWeights(labels: Int32Array, classCount: number): Float32Array {
  const sizes = new Float32Array(classCount)
  for (const label of labels) sizes[label]!++
  return sizes.map((size) => labels.length / (classCount * Math.max(1, size)))
}
