import { fitLda } from '../../../src/core/starts/lda'
import { applyProjection, type LinearProjection } from '../../../src/core/starts/linearProjection'
import { fitPca } from '../../../src/core/starts/pca'
import { ScatterAccumulator } from '../../../src/core/starts/scatter'
import { createMatrix, gatherRows, type Matrix } from '../../../src/core/math/matrix'
import { createRandom, type Random } from '../../../src/core/math/random'
import { finish } from '../../../src/core/steps'
import { simdProduct } from '../../../src/core/math/simdProduct'
import { type EmbeddingModel } from '../../../src/core/network'
import { Interruption } from '../../../src/core/interruption'
import type { Evaluation } from '../../../src/core/loop/loopInput'
import { noTriplets } from '../../../src/core/loop/ledger'
import { train } from '../../../src/core/loop/loop'
import { measureRetrieval } from '../../../src/core/evaluation/measureRetrieval'
import { featureSource, type InputSource } from '../../../src/core/inputSource'
import { embedRows } from '../../../src/core/loop/model'
import { pixelSource } from '../../../src/core/loop/pixels'
import { planTraining } from '../../../src/core/plan/plan'
import { describeExtractors } from '../../../src/main/features/extractors'
import { shippedSpeeds } from '../../../src/main/training/shippedSpeeds'
import {
  applyPreparation,
  outputSizeOf,
  type Preparation,
} from '../../../src/core/starts/preparation'
import type { Backend } from '../../../src/main/backend/backend'
import { createHead } from '../../../src/core/recipes/createHead'
import { prepareHead } from '../../../src/core/recipes/headStart'
import type { LabelledRows } from '../../../src/core/recipes/labelledRows'
import type { TrainingRequest } from '../../../src/shared/model/training'
import {
  type BaselineName,
  type Contender,
  contenders,
  type NetworkName,
  networks,
  type Scores,
  type Task,
} from './contenders'
import type { QualityInputs } from './inputs'

const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Runs pieces of the benchmark in one process, on one backend. */
export class TaskRunner {
  private readonly training: LabelledRows
  private readonly test: LabelledRows
  private readonly prepared = new Map<string, { source: InputSource; preparation: Preparation }>()

  constructor(
    private readonly inputs: QualityInputs,
    private readonly backend: Backend,
  ) {
    const { labels, trainingClasses } = inputs
    const end = labels.findIndex((label) => label >= trainingClasses)
    const part = (from: number, to: number): LabelledRows => ({
      rows: Uint32Array.from({ length: to - from }, (_, i) => from + i),
      labels: labels.slice(from, to),
    })
    this.training = part(0, end)
    this.test = part(end, labels.length)
  }

  run(task: Task): Promise<Scores> {
    return task.network === 'baseline'
      ? this.measureBaseline(task.name as BaselineName, task.seed)
      : this.trainOne(task.network, task.name, task.seed)
  }

  private trainOne(network: NetworkName, name: string, seed: number): Promise<Scores> {
    const contender = contenders.find((entry) => entry.name === name)
    if (contender === undefined) throw new Error(`No loss ${name}`)
    return this.trainRecipe(network, contender, seed, {})
  }

  /** @param more of the request, beside what the network and the loss say */
  async trainRecipe(
    network: NetworkName,
    { loss, miner }: Pick<Contender, 'loss' | 'miner'>,
    seed: number,
    more: TrainingRequest,
  ): Promise<Scores> {
    const { title: _, ...setting } = networks[network]
    const { options } = planTraining({
      labels: this.training.labels,
      request: {
        network: network === 'small' ? 'small' : 'frozen',
        loss: { name: loss, options: {} },
        miner: miner === null ? null : { name: miner, options: {} },
        split: 'none',
        seed,
        ...setting,
        ...plainTraining,
        ...more,
      },
      extractors: describeExtractors(),
      featuresCached: () => this.inputs.labels.length,
      speed: shippedSpeeds.tensorflow,
    }).plan
    const random = createRandom(seed)
    const { model, source } = this.createModel(network, random.fork(network))
    const events = train({
      model,
      source,
      ...this.training,
      options,
      learningRate: Number(options.learningRate),
      random: random.fork('training'),
      product: simdProduct,
      interruption: new Interruption(),
      evaluate: async () => nothingMeasured,
      now: () => performance.now(),
      breathe,
      ledger: noTriplets,
      resume: null,
      isAugmented: network === 'small',
    })
    let end = 'it did not end'
    for await (const event of events) {
      if (event.kind === 'ended') end = event.reason
    }
    const scores = end === 'finished' ? await this.measure(model, source) : null
    model.dispose()
    if (scores === null) throw new Error(`training ended: ${end}`)
    return scores
  }

  private createModel(
    network: NetworkName,
    random: Random,
  ): { readonly model: EmbeddingModel; readonly source: InputSource } {
    const { embeddingSize } = networks[network]
    if (network === 'small') {
      const { pixels, sidePx: imageSizePx } = this.inputs
      return {
        model: this.backend.models.smallNetwork({ imageSizePx, embeddingSize, random }),
        source: pixelSource(pixels, imageSizePx),
      }
    }
    const { source, preparation } = this.prepare(network)
    const context = { options: networks[network], random, backend: this.backend }
    return { model: createHead(context, preparation, network), source }
  }

  /** Features as a head takes them; the same for all losses and seeds. */
  private prepare(network: 'head' | 'start') {
    const known = this.prepared.get(network)
    if (known !== undefined) return known
    const { features } = this.inputs
    const preparation = finish(
      prepareHead(
        featureSource(features.data, features.columns),
        this.training,
        networks[network],
        createRandom(1),
        simdProduct,
      ),
    )
    const { data } = applyPreparation(preparation, features, simdProduct)
    const made = { preparation, source: featureSource(data, outputSizeOf(preparation)) }
    this.prepared.set(network, made)
    return made
  }

  private async measureBaseline(name: BaselineName, seed: number): Promise<Scores> {
    const random = createRandom(seed)
    switch (name) {
      case 'raw pixels, 24 px, centred':
        return this.measureRows(centred(shrinkPictures(this.inputs, 24)))
      case 'small network, untrained':
      case 'small network, untrained, batch norm calibrated': {
        const { model, source } = this.createModel('small', random.fork('small'))
        if (name.endsWith('calibrated')) this.calibrate(model, source, random.fork('batches'))
        const scores = await this.measure(model, source)
        model.dispose()
        return scores
      }
      case 'frozen':
        return this.measureRows(this.inputs.features)
      case 'frozen, PCA-whitened 256':
        return this.measureProjected(fitPca(this.scatter(), { dimensions: 256, whiten: true }))
      case 'frozen, LDA 256':
        return this.measureProjected(fitLda(this.scatter(), { dimensions: 256, shrinkage: 0.1 }))
      case 'frozen, closed form of the default start': {
        const { source } = this.prepare('start')
        const rows = createMatrix(this.test.rows.length, source.rowSize)
        source.read(this.test.rows, rows.data, null)
        return scoresOf(rows, this.test.labels)
      }
    }
  }

  /** Steps at rate 0 change nothing but the running averages. */
  private calibrate(model: EmbeddingModel, source: InputSource, random: Random): void {
    const rows = 64
    const batch = new Float32Array(rows * source.rowSize)
    for (let step = 0; step < 50; step++) {
      const chosen = Array.from({ length: rows }, () => random.integer(this.training.rows.length))
      source.read(chosen, batch, null)
      const still = (embeddings: Float32Array) => ({
        value: 0,
        gradient: new Float32Array(embeddings.length),
      })
      model.trainStep(batch, rows, still, { learningRate: 0 })
    }
  }

  private scatter(): ScatterAccumulator {
    const { features } = this.inputs
    const scatter = new ScatterAccumulator(features.columns)
    scatter.add(gatherRows(features, this.training.rows), this.training.labels)
    return scatter
  }

  private measureProjected(projection: LinearProjection): Scores {
    const rows = gatherRows(this.inputs.features, this.test.rows)
    return scoresOf(applyProjection(rows, projection), this.test.labels)
  }

  private measureRows(all: Matrix): Scores {
    return scoresOf(gatherRows(all, this.test.rows), this.test.labels)
  }

  private async measure(model: EmbeddingModel, source: InputSource): Promise<Scores> {
    const { rows, labels } = this.test
    const data = await embedRows(model, source, rows, breathe)
    return scoresOf(createMatrix(rows.length, model.embeddingSize, data), labels)
  }
}

/** Nothing that the references had not. */
const plainTraining = {
  schedule: 'constant',
  warmUpSteps: 0,
  minerWarmUp: 0,
  patience: null,
  gradientClip: null,
  weightDecay: 0,
  emaDecay: 0,
  remedies: false,
} as const

/** The loop keeps its last epoch: the number of steps is fixed, and nothing chooses between them. */
const nothingMeasured: Evaluation = {
  metrics: { precisionAt1: 0, rPrecision: 0, mapAtR: 0, queries: 0 },
  histogram: null,
  selection: null,
}

/** Leave-one-out on the classes never trained on. */
function scoresOf(embeddings: Matrix, labels: Int32Array): Scores {
  const { mapAtR, precisionAt1 } = measureRetrieval(embeddings, labels, simdProduct)
  if (mapAtR === null || precisionAt1 === null) throw new Error('A benchmark has queries')
  return { mapAtR, precisionAt1 }
}

/** Pictures [images, side * side * 3], each number the mean of the area that it covers. */
function shrinkPictures({ pixels, sidePx }: QualityInputs, side: number): Matrix {
  const pictureSize = sidePx * sidePx * 3
  const images = pixels.length / pictureSize
  const result = createMatrix(images, side * side * 3)
  const shares = Array.from({ length: side }, (_, target) =>
    Array.from({ length: sidePx }, (_, source) => {
      const [from, to] = [(target * sidePx) / side, ((target + 1) * sidePx) / side]
      return Math.max(0, Math.min(to, source + 1) - Math.max(from, source)) / (to - from)
    }),
  )
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const at = image * result.columns + (y * side + x) * 3
        for (let sy = 0; sy < sidePx; sy++) {
          if (shares[y]![sy] === 0) continue
          for (let sx = 0; sx < sidePx; sx++) {
            const share = shares[y]![sy]! * shares[x]![sx]!
            if (share === 0) continue
            const from = image * pictureSize + (sy * sidePx + sx) * 3
            for (let c = 0; c < 3; c++) result.data[at + c]! += (share * pixels[from + c]!) / 255
          }
        }
      }
    }
  }
  return result
}

/** With the mean of all rows taken out. */
function centred(rows: Matrix): Matrix {
  const mean = new Float64Array(rows.columns)
  rows.data.forEach((value, at) => (mean[at % rows.columns]! += value / rows.rows))
  return createMatrix(
    rows.rows,
    rows.columns,
    rows.data.map((value, at) => value - mean[at % rows.columns]!),
  )
}
