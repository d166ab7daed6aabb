import { join } from 'node:path'
import { distances } from '../../core/distances'
import { createMatrix, type Matrix } from '../../core/math/matrix'
import { createRandom, type Random } from '../../core/math/random'
import {
  createLinearHead,
  createSmallNetwork,
  type EmbeddingModel,
  restoreModel,
  type SavedModel,
} from '../../core/network'
import type { Interruption } from '../../core/training/interruption'
import { TripletLedger } from '../../core/training/ledger'
import { type Evaluation, type LoopEvent, train } from '../../core/training/loop'
import { measureRetrieval, normalizeInPlace } from '../../core/training/measure'
import { embedRows, featureSource, type InputSource } from '../../core/training/model'
import { defaultLearningRate } from '../../core/training/plan'
import {
  applyPreparation,
  foldPreparation,
  outputSizeOf,
  type Preparation,
} from '../../core/training/preparation'
import { splitPart, splitRows } from '../../core/training/split'
import { AppError } from '../../shared/errors'
import type { RetrievalMetrics, TrainingStage } from '../../shared/model/training'
import type { Backend } from '../backend/backend'
import { saveEmbeddings } from './embeddingFiles'
import { headDropout, prepareHead } from './headStart'
import { type JobInputs, loadFeatures, loadPixels } from './inputs'
import { evaluationOf, type LabelledRows, pickRows, probeOf, renumber } from './measured'
import type { TrainingResult, TrainJob, TripletColumns, WorkerMessage } from './messages'
import { saveModel } from './modelFiles'

export interface RunContext {
  readonly job: TrainJob
  readonly backend: Backend
  readonly interruption: Interruption
  readonly post: (message: WorkerMessage) => void
}

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

/** The whole of a run in the worker: inputs, baseline, training, embedding, saving. */
export async function runTraining(context: RunContext): Promise<TrainingResult> {
  return new Run(context).go()
}

class Run {
  private readonly job: TrainJob
  private readonly random: Random
  private readonly ledger = new TripletLedger()
  private before: RetrievalMetrics | null = null
  private closedForm: RetrievalMetrics | null = null
  private lastStagePost = 0

  constructor(private readonly context: RunContext) {
    this.job = context.job
    this.random = createRandom(context.job.options.seed)
  }

  async go(): Promise<TrainingResult> {
    this.stage('preparing', 0, 0)
    const inputs = await this.loadInputs()
    if (inputs === null) return this.nothing([])
    const training = renumber(
      pickRows(
        this.job.labels,
        (row) => this.job.split[row] === splitPart.train && inputs.isReadable[row] === 1,
      ),
    )
    this.checkTrainable(training)
    const isTest = this.job.options.split === 'none' ? splitPart.train : splitPart.test
    const test = pickRows(
      this.job.labels,
      (row) => this.job.split[row] === isTest && inputs.isReadable[row] === 1,
    )
    return this.job.options.network === 'frozen'
      ? await this.trainHead(inputs, training, test)
      : await this.trainSmall(inputs, training, test)
  }

  private async trainHead(
    inputs: JobInputs,
    training: LabelledRows,
    test: LabelledRows,
  ): Promise<TrainingResult> {
    const { options } = this.job
    const { product } = this.context.backend
    const features = matrixOf(inputs.source, inputs.features!)
    this.stage('baseline', 0, 1)
    this.before = measureRetrieval(gather(inputs.source, test.rows), test.labels, product)
    this.post({ kind: 'baseline', before: this.before, closedForm: null })
    await breathe()

    const wanted = await this.findEpoch(inputs.source, training)
    if (this.isCancelled) return this.nothing(inputs.unreadable)
    const preparation = prepareHead(
      inputs.source,
      training,
      options,
      this.random.fork('start'),
      product,
    )
    const source = featureSource(
      applyPreparation(preparation, features, product).data,
      outputSizeOf(preparation),
    )
    const model = this.createHead(preparation, 'head')
    if (options.start !== 'random') {
      const start = createMatrix(test.rows.length, model.embeddingSize)
      start.data.set(await embedRows(model, source, test.rows, breathe))
      this.closedForm = measureRetrieval(start, test.labels, product)
      this.post({ kind: 'baseline', before: this.before, closedForm: this.closedForm })
    }
    const toSaved = (state: SavedModel) => foldPreparation(preparation, state, product)
    // Earlier than the epoch found is nearer to it the later it is; after it, the other way round.
    const select = wanted === null ? null : (epoch: number) => -Math.abs(epoch - wanted)
    const ended = await this.runLoop(model, source, training, test, select, toSaved, inputs)
    return this.finish(inputs, toSaved(model.snapshot()), test, ended)
  }

  /**
   * For how many epochs to train the head: the best on classes that are held out of the training
   * ones, so that the test never takes part in the choice. Null where there are too few classes.
   */
  private async findEpoch(source: InputSource, training: LabelledRows): Promise<number | null> {
    const { options } = this.job
    const isOpenEnd = options.maxMinutes !== null && options.maxSteps === null
    const held = isOpenEnd ? null : this.holdOut(training, 10, 0.2)
    if (held === null) return null
    const { product } = this.context.backend
    const random = this.random.fork('selection')
    const preparation = prepareHead(
      source,
      held.kept,
      { ...options, embeddingSize: sizeForFewer(options.embeddingSize, training, held.kept) },
      this.random.fork('start'),
      product,
    )
    const prepare = (rows: Uint32Array) =>
      applyPreparation(preparation, gather(source, rows), product)
    const keptInputs = prepare(held.kept.rows)
    const heldInputs = prepare(held.heldOut.rows)
    const model = this.createHead(preparation, 'selection')
    const probe = featureSource(heldInputs.data, heldInputs.columns)
    const places = Uint32Array.from(held.heldOut.rows.keys())
    let epoch = 0
    let best = { epoch: 0, score: -1 }
    const evaluate = async (): Promise<Evaluation> => {
      const embeddings = await embedRows(model, probe, places, breathe)
      const metrics = measureRetrieval(
        createMatrix(places.length, model.embeddingSize, embeddings),
        held.heldOut.labels,
        product,
      )
      if (metrics.mapAtR > best.score) best = { epoch, score: metrics.mapAtR }
      epoch++
      return { metrics, histogram: null, selection: metrics.mapAtR }
    }
    const events = train({
      model,
      source: featureSource(keptInputs.data, keptInputs.columns),
      rows: Uint32Array.from(held.kept.rows.keys()),
      labels: renumber(held.kept).labels,
      options,
      learningRate: this.learningRate,
      random,
      product,
      interruption: this.context.interruption,
      evaluate,
      now: () => performance.now(),
      breathe,
    })
    for await (const event of events) {
      if (event.kind === 'paused' || event.kind === 'resumed') this.post({ kind: event.kind })
      if (event.kind === 'step') {
        this.progress('baseline', event.progress.step, this.expectedSteps())
      }
    }
    model.dispose()
    return best.epoch
  }

  private async trainSmall(
    inputs: JobInputs,
    training: LabelledRows,
    test: LabelledRows,
  ): Promise<TrainingResult> {
    const { options } = this.job
    const { operations, product } = this.context.backend
    const model = createSmallNetwork({
      imageSizePx: options.imageSizePx,
      embeddingSize: options.embeddingSize,
      random: this.random.fork('network'),
      operations,
    })
    this.stage('baseline', 0, 1)
    const untrained = await embedRows(model, inputs.source, test.rows, breathe)
    this.before = measureRetrieval(
      createMatrix(test.rows.length, model.embeddingSize, untrained),
      test.labels,
      product,
    )
    this.post({ kind: 'baseline', before: this.before, closedForm: null })
    const held = this.holdOut(training, 40, 0.1)
    const select =
      held === null
        ? null
        : async () => {
            const embeddings = await embedRows(model, inputs.source, held.heldOut.rows, breathe)
            const matrix = createMatrix(held.heldOut.rows.length, model.embeddingSize, embeddings)
            return measureRetrieval(matrix, held.heldOut.labels, product).mapAtR
          }
    const kept = held === null ? training : renumber(held.kept)
    const toSaved = (state: SavedModel) => state
    const ended = await this.runLoop(model, inputs.source, kept, test, select, toSaved, inputs)
    return this.finish(inputs, model.snapshot(), test, ended)
  }

  /** Classes set apart to choose the best epoch by; null where there are too few. */
  private holdOut(
    training: LabelledRows,
    leastClasses: number,
    share: number,
  ): { readonly kept: LabelledRows; readonly heldOut: LabelledRows } | null {
    const sizes = new Map<number, number>()
    for (const label of training.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
    const usable = [...sizes.values()].filter((size) => size >= 2).length
    if (usable < leastClasses) return null
    const parts = splitRows({
      labels: training.labels,
      kind: 'byClass',
      testShare: share,
      random: this.random.fork('validation'),
    })
    const part = (wanted: number): LabelledRows => {
      const places = [...training.rows.keys()].filter((place) => parts[place] === wanted)
      return {
        rows: Uint32Array.from(places, (place) => training.rows[place]!),
        labels: Int32Array.from(places, (place) => training.labels[place]!),
      }
    }
    return { kept: part(splitPart.train), heldOut: part(splitPart.test) }
  }

  private createHead(preparation: Preparation, name: string): EmbeddingModel {
    const { options } = this.job
    const inputSize = outputSizeOf(preparation)
    const isClosedForm = options.start !== 'random'
    const embeddingSize = isClosedForm ? inputSize : options.embeddingSize
    const identity = new Float32Array(isClosedForm ? inputSize * inputSize : 0)
    if (isClosedForm) for (let i = 0; i < inputSize; i++) identity[i * inputSize + i] = 1
    return createLinearHead({
      inputSize,
      embeddingSize,
      ...(isClosedForm
        ? { start: { mean: new Float32Array(inputSize), projection: identity } }
        : {}),
      random: this.random.fork(name),
      operations: this.context.backend.operations,
      dropout: isClosedForm ? headDropout : 0,
    })
  }

  private async runLoop(
    model: EmbeddingModel,
    source: InputSource,
    training: LabelledRows,
    test: LabelledRows,
    select: ((epoch: number) => number | Promise<number>) | null,
    toSaved: (state: SavedModel) => SavedModel,
    inputs: JobInputs,
  ): Promise<LoopEnd> {
    const { job } = this
    const { options } = job
    const { product } = this.context.backend
    const probe = probeOf(test.rows.length > 0 ? test : training, this.random.fork('probe'))
    let epoch = 0
    const evaluate = async (): Promise<Evaluation> => {
      const embeddings = await embedRows(model, source, probe.rows, breathe)
      const matrix = createMatrix(probe.rows.length, model.embeddingSize, embeddings)
      const selection = select === null ? null : await select(epoch)
      epoch++
      return {
        ...evaluationOf(matrix, probe.labels, options.distance, this.random.fork('pairs'), product),
        selection,
      }
    }
    const events = train<SavedModel>({
      model,
      source,
      rows: training.rows,
      labels: training.labels,
      options,
      learningRate: this.learningRate,
      random: this.random.fork('training'),
      product,
      interruption: this.context.interruption,
      evaluate,
      now: () => performance.now(),
      breathe,
      ledger: this.ledger,
      isAugmented: options.network === 'small',
    })
    this.stage('training', 0, this.expectedSteps())
    return this.follow(events, toSaved, inputs)
  }

  private async follow(
    events: AsyncGenerator<LoopEvent<SavedModel>>,
    toSaved: (state: SavedModel) => SavedModel,
    inputs: JobInputs,
  ): Promise<LoopEnd> {
    const batcher = new StepBatcher(this.context.post)
    let ended: LoopEnd = { reason: 'finished', bestEpoch: 0, steps: 0, imagesPerSecond: 0 }
    let lastCheckpoint = performance.now()
    const { options } = this.job
    const batchSize = options.classesPerBatch * options.imagesPerClass
    const startedAt = performance.now()
    let pausedAt = 0
    let pausedMs = 0
    for await (const event of events) {
      switch (event.kind) {
        case 'started':
          break
        case 'step':
          batcher.add(event.progress)
          break
        case 'epoch':
          batcher.flush()
          this.post({ kind: 'epoch', record: event.record, isBest: event.isBest })
          this.post({ kind: 'triplets', triplets: this.tripletColumns(200) })
          if (event.isBest && performance.now() - lastCheckpoint > checkpointEveryMs) {
            await this.save('checkpoint', toSaved(event.state), inputs)
            lastCheckpoint = performance.now()
          }
          break
        case 'warning':
          this.post(event)
          break
        case 'paused':
          pausedAt = performance.now()
          batcher.flush()
          this.post(event)
          break
        case 'resumed':
          pausedMs += performance.now() - pausedAt
          this.post(event)
          break
        case 'ended': {
          batcher.flush()
          const seconds = (performance.now() - startedAt - pausedMs) / 1000
          ended = { ...event, imagesPerSecond: (event.steps * batchSize) / Math.max(1e-3, seconds) }
        }
      }
    }
    return ended
  }

  private async finish(
    inputs: JobInputs,
    saved: SavedModel,
    test: LabelledRows,
    ended: LoopEnd,
  ): Promise<TrainingResult> {
    const { job } = this
    const { product, operations } = this.context.backend
    const isNormalized = job.options.distance !== 'dot'
    const model = restoreModel(saved, operations)
    const rows = Uint32Array.from(inputs.isReadable.keys()).filter(
      (row) => inputs.isReadable[row] === 1,
    )
    this.stage('embedding', 0, rows.length)
    // A cancelled run embeds all the same: what was learned is kept, and this takes seconds.
    const data = await embedRows(model, inputs.source, rows, breathe, {
      onBatch: (done) => this.progress('embedding', done, rows.length),
    })
    const embeddings = createMatrix(rows.length, model.embeddingSize, data)
    if (isNormalized) normalizeInPlace(embeddings)
    model.dispose()
    this.stage('saving', 0, 1)
    const rowOf = new Map(Array.from(rows, (row, place) => [row, place]))
    const places = Uint32Array.from(test.rows, (row) => rowOf.get(row)!)
    const after = measureRetrieval(gatherMatrix(embeddings, places), test.labels, product)
    await saveEmbeddings(job.runFolder, {
      ids: Uint32Array.from(rows, (row) => job.images.ids[row]!),
      embeddings: data,
      embeddingSize: embeddings.columns,
      splits:
        job.options.split === 'none'
          ? new Uint8Array(rows.length)
          : Uint8Array.from(rows, (row) => job.split[row]!),
    })
    await this.save('model', saved, inputs)
    this.post({ kind: 'triplets', triplets: this.savedTriplets(embeddings, rowOf) })
    return {
      reason: ended.reason,
      before: this.before,
      closedForm: this.closedForm,
      after,
      bestEpoch: ended.bestEpoch,
      steps: ended.steps,
      imagesPerSecond: ended.imagesPerSecond,
      hasEmbeddings: true,
      unreadable: inputs.unreadable,
    }
  }

  private nothing(unreadable: TrainingResult['unreadable']): TrainingResult {
    return {
      reason: 'cancelled',
      before: this.before,
      closedForm: this.closedForm,
      after: null,
      bestEpoch: 0,
      steps: 0,
      imagesPerSecond: 0,
      hasEmbeddings: false,
      unreadable,
    }
  }

  private async loadInputs(): Promise<JobInputs | null> {
    const { job, context } = this
    const { interruption } = context
    const report = {
      onProgress: (done: number, total: number) => this.progress('features', done, total),
      isCancelled: () => interruption.isCancelled,
      whilePaused: async () => {
        if (!interruption.isPaused) return
        this.post({ kind: 'paused' })
        await interruption.whilePaused()
        if (!interruption.isCancelled) this.post({ kind: 'resumed' })
      },
    }
    return job.options.network === 'frozen'
      ? loadFeatures(job.images, { ...job, backend: context.backend }, report)
      : loadPixels(job.images, job.options.imageSizePx, report)
  }

  private async save(name: string, model: SavedModel, inputs: JobInputs): Promise<void> {
    const isNormalized = this.job.options.distance !== 'dot'
    await saveModel(join(this.job.runFolder, name), { model, input: inputs.input, isNormalized })
  }

  private tripletColumns(limit?: number): TripletColumns {
    const worst = this.ledger.worst(limit)
    const { ids } = this.job.images
    const id = (row: number) => ids[row]!
    return {
      anchor: Uint32Array.from(worst, (t) => id(t.anchor)),
      positive: Uint32Array.from(worst, (t) => id(t.positive)),
      negative: Uint32Array.from(worst, (t) => id(t.negative)),
      epoch: Uint32Array.from(worst, (t) => t.epoch),
      step: Uint32Array.from(worst, (t) => t.step),
      timesMined: Uint32Array.from(worst, (t) => t.timesMined),
      positiveDistance: Float32Array.from(worst, (t) => t.positiveDistance),
      negativeDistance: Float32Array.from(worst, (t) => t.negativeDistance),
      loss: Float32Array.from(worst, (t) => t.loss),
      savedPositiveDistance: null,
      savedNegativeDistance: null,
    }
  }

  /** All of the ledger, with the distances that the saved embeddings give. */
  private savedTriplets(embeddings: Matrix, rowOf: ReadonlyMap<number, number>): TripletColumns {
    const worst = this.ledger.worst()
    const distance = distances.get(this.job.options.distance)
    const embeddingOf = (row: number) => gatherMatrix(embeddings, Uint32Array.of(rowOf.get(row)!))
    const between = (one: number, other: number) => {
      const value = distance.forward(embeddingOf(one), embeddingOf(other)).values.data[0]!
      return distance.isSimilarity ? 1 - value : value
    }
    return {
      ...this.tripletColumns(),
      savedPositiveDistance: Float32Array.from(worst, (t) => between(t.anchor, t.positive)),
      savedNegativeDistance: Float32Array.from(worst, (t) => between(t.anchor, t.negative)),
    }
  }

  private checkTrainable(training: LabelledRows): void {
    const sizes = new Map<number, number>()
    for (const label of training.labels) sizes.set(label, (sizes.get(label) ?? 0) + 1)
    if (sizes.size >= 2 && [...sizes.values()].some((size) => size >= 2)) return
    throw new AppError(
      'noClassWithTwoImages',
      'Too few of the images could be read: no two labels with two images each are left. Is the folder still there? Rescan it and train again.',
    )
  }

  private get learningRate(): number {
    const { learningRate, network } = this.job.options
    if (learningRate !== 'find') return learningRate
    throw new AppError(
      'invalidInput',
      `The learning rate cannot be searched yet. Give a number, for instance ${defaultLearningRate(network)}.`,
    )
  }

  private expectedSteps(): number {
    const { epochs, stepsPerEpoch, maxSteps } = this.job.options
    return Math.min(epochs * stepsPerEpoch, maxSteps ?? Infinity)
  }

  private get isCancelled(): boolean {
    return this.context.interruption.isCancelled
  }

  private post(message: WorkerMessage): void {
    this.context.post(message)
  }

  private stage(stage: TrainingStage, done: number, total: number): void {
    this.lastStagePost = performance.now()
    this.post({ kind: 'stage', stage, done, total })
  }

  private progress(stage: TrainingStage, done: number, total: number): void {
    if (done < total && performance.now() - this.lastStagePost < postEveryMs) return
    this.stage(stage, done, total)
  }
}

interface LoopEnd {
  readonly reason: TrainingResult['reason']
  readonly bestEpoch: number
  readonly steps: number
  readonly imagesPerSecond: number
}

const postEveryMs = 100
const checkpointEveryMs = 3000

/** Sends the progress of steps together, at most ten times a second. */
class StepBatcher {
  private steps: Parameters<StepBatcher['add']>[0][] = []
  private lastPost = 0

  constructor(private readonly post: (message: WorkerMessage) => void) {}

  add(progress: Extract<LoopEvent<SavedModel>, { kind: 'step' }>['progress']): void {
    this.steps.push(progress)
    if (performance.now() - this.lastPost >= postEveryMs) this.flush()
  }

  flush(): void {
    if (this.steps.length === 0) return
    this.post({ kind: 'steps', steps: this.steps })
    this.steps = []
    this.lastPost = performance.now()
  }
}

/**
 * The size for fewer classes than there are: with the same kind of start, which a discriminant
 * analysis has only up to classes - 1.
 */
function sizeForFewer(size: number, all: LabelledRows, fewer: LabelledRows): number {
  const classes = (rows: LabelledRows) => new Set(rows.labels).size
  return classes(all) > size ? Math.min(size, classes(fewer) - 1) : size
}

const matrixOf = (source: InputSource, data: Float32Array): Matrix =>
  createMatrix(source.rows, source.rowSize, data)

function gather(source: InputSource, rows: Uint32Array): Matrix {
  const result = createMatrix(rows.length, source.rowSize)
  source.read(rows, result.data, null)
  return result
}

function gatherMatrix(matrix: Matrix, rows: Uint32Array): Matrix {
  return gather(featureSource(matrix.data, matrix.columns), rows)
}
