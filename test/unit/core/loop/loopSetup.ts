import '@tensorflow/tfjs-backend-cpu'
import { createMatrix } from '../../../../src/core/math/matrix'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import { createLinearHead, plainOperations, type SavedModel } from '../../../../src/core/network'
import { Interruption } from '../../../../src/core/interruption'
import { TripletLedger } from '../../../../src/core/loop/ledger'
import { type LoopEvent, train } from '../../../../src/core/loop/loop'
import type { Evaluation, LoopInput } from '../../../../src/core/loop/loopInput'
import type { LoopState } from '../../../../src/core/loop/loopState'
import { measureHistogram } from '../../../../src/core/evaluation/histogram'
import { measureRetrieval } from '../../../../src/core/evaluation/measureRetrieval'
import { featureSource } from '../../../../src/core/inputSource'
import { embedRows } from '../../../../src/core/loop/model'
import { type TrainingOptions, unchosenOptions } from '../../../../src/shared/model/training'

export const inputSize = 12
export const classes = 6
export const perClass = 5
export const labels = Int32Array.from({ length: classes * perClass }, (_, i) =>
  Math.floor(i / perClass),
)

/** Three of twelve numbers tell the class, nine louder ones tell nothing. */
export function noisyFeatures(): Float32Array {
  const random = createRandom('features')
  const centers = Float32Array.from({ length: classes * 3 }, () => random.normal(0, 1))
  return Float32Array.from({ length: labels.length * inputSize }, (_, at) => {
    const column = at % inputSize
    const label = labels[Math.floor(at / inputSize)]!
    return column < 3 ? centers[label * 3 + column]! + random.normal(0, 0.15) : random.normal(0, 2)
  })
}

export const options: TrainingOptions = {
  ...unchosenOptions,
  network: 'frozen',
  loss: { name: 'triplet', options: {} },
  miner: { name: 'batchHard', options: {} },
  distance: 'euclidean',
  embeddingSize: 6,
  classesPerBatch: 6,
  imagesPerClass: 4,
  epochs: 6,
  stepsPerEpoch: 20,
  maxSteps: null,
  maxMinutes: null,
  learningRate: 0.01,
  imageSizePx: 64,
  split: 'none',
  testShare: 0.2,
  seed: 1,
  backend: 'js',
  start: 'random',
}

export function startLoop(
  changes: Partial<TrainingOptions> = {},
  more: {
    interruption?: Interruption
    select?: (epoch: number) => number | null
    features?: Float32Array
    resume?: LoopState<SavedModel>
    now?: () => number
  } = {},
) {
  const source = featureSource(more.features ?? noisyFeatures(), inputSize)
  const random = createRandom(3)
  const merged = { ...options, ...changes }
  const model = createLinearHead({
    inputSize,
    embeddingSize: merged.embeddingSize,
    random: random.fork('head'),
    operations: plainOperations,
  })
  const rows = Uint32Array.from(labels.keys())
  const breathe = async () => {}
  const embeddings = async () =>
    createMatrix(labels.length, model.embeddingSize, await embedRows(model, source, rows, breathe))
  const ledger = new TripletLedger()
  const input: LoopInput<SavedModel> = {
    model,
    source,
    rows,
    labels,
    options: merged,
    learningRate: Number(merged.learningRate),
    random,
    product: javascriptProduct,
    interruption: more.interruption ?? new Interruption(),
    ledger,
    now: more.now ?? (() => performance.now()),
    breathe,
    async evaluate(epoch): Promise<Evaluation> {
      const matrix = await embeddings()
      return {
        metrics: measureRetrieval(matrix, labels, javascriptProduct),
        histogram: measureHistogram(matrix, labels, merged.distance, createRandom(1)),
        selection: more.select?.(epoch) ?? null,
        validation: more.select?.(epoch) ?? 0,
      }
    },
    resume: more.resume ?? null,
  }
  return { loop: train(input), input, model, ledger, embeddings }
}

export async function collect(loop: AsyncGenerator<LoopEvent<SavedModel>>) {
  const events: LoopEvent<SavedModel>[] = []
  for await (const event of loop) events.push(event)
  return events
}

export const stepsOf = (events: readonly LoopEvent<SavedModel>[]) =>
  events.flatMap((event) => (event.kind === 'step' ? [event.progress] : []))
export const epochsOf = (events: readonly LoopEvent<SavedModel>[]) =>
  events.flatMap((event) => (event.kind === 'epoch' ? [event.record] : []))
