import type { EpochRecord, StepProgress } from '../../shared/model/training'
import { distances } from '../distances'
import { LossMemory } from '../objective/memory'
import { computeLoss } from '../objective/computeLoss'
import type { LossOutcome } from '../objective/evaluateBatch'
import { createMatrix, type Matrix } from '../math/matrix'
import { type Random, restoreRandom } from '../math/random'
import { losses } from '../losses'
import { miners } from '../miners'
import { Adam } from './adam'
import { type Batches, createBatches } from './batches'
import type { TripletSink } from './ledger'
import type { Evaluation, LoopInput } from './loopInput'
import type { EpochPart, LoopRunState, TrainingPoint } from './loopState'
import { distanceMarginOf, innermostLoss, lossOfRun } from '../objective/lossChoice'
import { hardestTriplets, meanDistances, normStatistics, toMinedBatch } from './minedBatch'
import { gentleMiner, type Recipe, recipeOf } from './remedies'
import { rateFactor, type RunPosition } from './schedule'
import { classCountOf, type LoopStart } from './loopStart'
import { type StepSigns, WarningWatch } from './warnings'
import { WeightAverage } from './weightAverage'

/** Proxies and class weights learn faster than the network (Kim et al. 2020). */
const parameterRateFactor = 100

type Measured = Omit<StepProgress, 'imagesPerSecond' | 'learningRate'>

/** The state of a loop between its steps. */
export class LoopRun<Snapshot> {
  steps = 0
  recipe: Recipe
  /** Of the last step. */
  signs: StepSigns | null = null
  readonly watch: WarningWatch
  readonly hasSmallClasses: boolean
  readonly classCount: number
  private readonly batches: Batches
  private readonly ledger: TripletSink
  private readonly margin: number
  private readonly classWeights: Float32Array | null
  private parameters: Record<string, Float32Array>
  private readonly parameterOptimizer = new Adam()
  private memory = new LossMemory()
  private readonly looksIntoMemory: boolean
  private chance: Random
  private augmentation: Random | null
  private readonly average: WeightAverage | null
  private readonly batch: Float32Array
  private epochSums = emptySums()
  private epochStartedAt = 0

  /** @param start what was prepared for it, with null parameters where `resumed` has them */
  constructor(
    private readonly input: Omit<LoopInput<Snapshot>, 'evaluate'>,
    start: LoopStart,
    resumed: LoopRunState<Snapshot> | null = null,
  ) {
    const { options, labels, random, source, model } = input
    this.batches = createBatches(
      { labels, random: random.fork('batches'), ...start.similarity },
      options,
    )
    this.hasSmallClasses = this.batches.hasSmallClasses
    this.ledger = input.ledger
    const margin = distanceMarginOf(options.loss)
    this.margin = margin ?? 0
    const hasHinge = losses.get(innermostLoss(options.loss).name).mayRestAtMargin
    this.watch = new WarningWatch(
      { margin: hasHinge ? margin : null, isDistance: options.distance !== 'dot' },
      resumed?.watch,
    )
    // Their indices are places in a queue, not in the batch.
    this.looksIntoMemory =
      losses.get(options.loss.name).wraps !== null ||
      (options.miner !== null && miners.get(options.miner.name).usesMemory)
    this.chance = random.fork('loss')
    this.augmentation = input.isAugmented === true ? random.fork('augmentation') : null
    this.classCount = classCountOf(labels)
    this.classWeights =
      options.reducer === 'classWeighted' ? balancedWeights(labels, this.classCount) : null
    this.parameters = start.parameters
    this.average =
      options.emaDecay > 0 ? new WeightAverage(options.emaDecay, model.weights()) : null
    this.recipe = resumed?.recipe ?? recipeOf(options)
    this.batch = new Float32Array(this.batches.size * source.rowSize)
    if (resumed === null) return
    this.steps = resumed.steps
    this.goBack(resumed.point)
  }

  /** @param part of an epoch that is gone on with */
  startEpoch(part?: EpochPart): void {
    this.epochSums = { ...emptySums(), ...part?.sums }
    this.epochStartedAt = this.input.now()
  }

  epochPart(steps: number): EpochPart {
    return { steps, sums: { ...this.epochSums } }
  }

  /** Learning rate of the coming step, of the network. */
  learningRate(timeShare: number): number {
    return (
      this.input.learningRate *
      this.recipe.rateFactor *
      rateFactor(this.position(timeShare), this.input.options)
    )
  }

  /**
   * One step; null when the loss or the embeddings were not numbers.
   * @param timeShare share of the time limit that has passed
   */
  step(epoch: number, timeShare: number, learningRate: number): StepProgress | null {
    const { input, batches } = this
    const { gradientClip, weightDecay } = input.options
    const startedAt = input.now()
    const places = batches.next()
    const rows = Uint32Array.from(places, (place) => input.rows[place]!)
    const labels = Int32Array.from(places, (place) => input.labels[place]!)
    const size = rows.length * input.source.rowSize
    const batch = size === this.batch.length ? this.batch : new Float32Array(size)
    input.source.read(rows, batch, this.augmentation)
    const miner = this.minerAt(this.position(timeShare))
    this.steps++
    let outcome: { readonly measured: Measured; readonly result: LossOutcome } | null = null
    const value = input.model.trainStep(
      batch,
      rows.length,
      (data) => {
        const embeddings = createMatrix(rows.length, data.length / rows.length, data)
        const result = this.loss(embeddings, labels, miner)
        outcome = { result, measured: this.measure(epoch, rows, labels, embeddings, result) }
        return { value: result.value, gradient: result.gradient.data }
      },
      { learningRate, weightDecay, ...(gradientClip === null ? {} : { gradientClip }) },
    )
    // Set in the callback, which the compiler does not see.
    const done = outcome as { readonly measured: Measured; readonly result: LossOutcome } | null
    // Curves are kept as float32: what is beyond it is no number either.
    const { loss, embeddingNorm } = done?.measured ?? { loss: NaN, embeddingNorm: NaN }
    if (done === null || !isFloat32(value) || !isFloat32(loss) || !isFloat32(embeddingNorm)) {
      return null
    }
    // The model has left such a gradient out.
    if (!done.result.gradient.data.every(Number.isFinite)) return null
    const ofParameters = Object.values(done.result.parameterGradients)
    if (!ofParameters.every((values) => values.every(Number.isFinite))) return null
    const { measured, result } = done
    this.parameterOptimizer.update(
      this.parameters,
      result.parameterGradients,
      learningRate * parameterRateFactor,
    )
    this.average?.update(input.model.weights())
    const progress: StepProgress = {
      ...measured,
      learningRate,
      imagesPerSecond: (1000 * rows.length) / Math.max(0.1, input.now() - startedAt),
    }
    this.sum(progress, rows.length)
    return progress
  }

  /** Share of this epoch's mined tuples for which the miner found nothing and took its fallback. */
  fallbackShare(): number {
    const { mined, fallbacks } = this.epochSums
    return mined > 0 ? fallbacks / mined : 0
  }

  record(epoch: number, evaluation: Evaluation): EpochRecord {
    const { epochSums: sums } = this
    const steps = Math.max(1, sums.steps)
    const seconds = Math.max(1e-4, (this.input.now() - this.epochStartedAt) / 1000)
    const { metrics, histogram, validation } = evaluation
    return {
      epoch,
      loss: sums.loss / steps,
      activeFraction: sums.activeFraction / steps,
      meanPositiveDistance: sums.positive / steps,
      meanNegativeDistance: sums.negative / steps,
      precisionAt1: metrics.precisionAt1,
      rPrecision: metrics.rPrecision,
      mapAtR: metrics.mapAtR,
      imagesPerSecond: sums.images / seconds,
      histogram,
      embeddingNorm: sums.norm / steps,
      embeddingNormSpread: sums.normSpread / steps,
      learningRate: sums.learningRate,
      ...(validation === undefined ? {} : { validation }),
    }
  }

  /** Lets the averaged weights stand in for those of the last step, where there is an average. */
  async withKeptWeights<T>(work: () => Promise<T>): Promise<T> {
    const { average } = this
    const { model } = this.input
    if (average === null) return work()
    const own = model.weights()
    model.assignWeights(average.values())
    try {
      return await work()
    } finally {
      model.assignWeights(own)
    }
  }

  lossParameters(): Readonly<Record<string, Float32Array>> {
    return copied(this.parameters)
  }

  /** @param kept snapshot of the kept weights: those of the last step, where no average stands in */
  point(epoch: number, kept?: Snapshot): TrainingPoint<Snapshot> {
    const isOfLastStep = kept !== undefined && this.average === null
    return {
      epoch,
      model: isOfLastStep ? kept : this.input.model.snapshot(),
      parameters: copied(this.parameters),
      parameterOptimizer: this.parameterOptimizer.state(),
      average: this.average?.state() ?? null,
      memory: this.memory.snapshot(),
      batches: this.batches.state(),
      chance: this.chance.state(),
      augmentation: this.augmentation?.state() ?? null,
    }
  }

  goBack(point: TrainingPoint<Snapshot>): void {
    this.input.model.restore(point.model)
    this.parameters = copied(point.parameters)
    this.parameterOptimizer.restore(point.parameterOptimizer)
    if (point.average !== null) this.average?.restore(point.average)
    this.memory = LossMemory.restore(point.memory)
    this.batches.restore(point.batches)
    this.chance = restoreRandom(point.chance)
    if (point.augmentation !== null) this.augmentation = restoreRandom(point.augmentation)
  }

  state(epoch: number): LoopRunState<Snapshot> {
    return {
      steps: this.steps,
      point: this.point(epoch),
      recipe: this.recipe,
      watch: this.watch.state(),
    }
  }

  private position(timeShare: number): RunPosition {
    const { epochs, stepsPerEpoch, maxSteps, maxMinutes } = this.input.options
    const isTimed = maxMinutes !== null && maxSteps === null
    const totalSteps = Math.min(epochs * stepsPerEpoch, maxSteps ?? Infinity)
    return { step: this.steps + 1, totalSteps, timeShare: isTimed ? timeShare : 0 }
  }

  private minerAt({ step, totalSteps, timeShare }: RunPosition): Recipe['miner'] {
    const { recipe } = this
    const { minerWarmUp } = this.input.options
    const share = Math.max((step - 1) / totalSteps, timeShare)
    return share < minerWarmUp ? (gentleMiner(recipe) ?? recipe.miner) : recipe.miner
  }

  private loss(embeddings: Matrix, labels: Int32Array, miner: Recipe['miner']): LossOutcome {
    return computeLoss({
      embeddings,
      labels,
      ...lossOfRun({ ...this.input.options, loss: this.recipe.loss, miner }),
      classWeights: this.classWeights,
      parameters: this.parameters,
      memory: this.memory,
      classCount: this.classCount,
      random: this.chance,
      product: this.input.product,
    })
  }

  /** Looks at the batch as the loss saw it: distances for the curves, triplets for the ledger. */
  private measure(
    epoch: number,
    rows: Uint32Array,
    labels: Int32Array,
    embeddings: Matrix,
    result: LossOutcome,
  ): Measured {
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
    const norms = normStatistics(embeddings)
    const seen = {
      loss: result.value,
      activeFraction: result.statistics.activeFraction,
      meanPositiveDistance: mean.positive,
      meanNegativeDistance: mean.negative,
    }
    this.signs = { ...seen, spread: norms.spread }
    return {
      epoch,
      step: this.steps,
      ...seen,
      embeddingNorm: norms.mean,
      embeddingNormSpread: norms.deviation,
    }
  }

  private sum(progress: StepProgress, images: number): void {
    const { epochSums: sums } = this
    sums.steps++
    sums.images += images
    sums.loss += progress.loss
    sums.activeFraction += progress.activeFraction
    sums.positive += progress.meanPositiveDistance
    sums.negative += progress.meanNegativeDistance
    sums.norm += progress.embeddingNorm
    sums.normSpread += progress.embeddingNormSpread
    sums.learningRate = progress.learningRate
  }
}

const isFloat32 = (value: number): boolean => Number.isFinite(Math.fround(value))

const emptySums = () => ({
  steps: 0,
  images: 0,
  loss: 0,
  activeFraction: 0,
  positive: 0,
  negative: 0,
  mined: 0,
  fallbacks: 0,
  norm: 0,
  normSpread: 0,
  learningRate: 0,
})

const copied = (values: Readonly<Record<string, Float32Array>>): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(values).map(([name, numbers]) => [name, numbers.slice()]))

/** Weights that make every class count alike; their mean over the images is 1. */
function balancedWeights(labels: Int32Array, classCount: number): Float32Array {
  const sizes = new Float32Array(classCount)
  for (const label of labels) sizes[label]!++
  return sizes.map((size) => labels.length / (classCount * Math.max(1, size)))
}
