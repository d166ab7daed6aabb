import type { Matrix } from '../../core/math/matrix'
import { simdProduct } from '../../core/math/simdProduct'
import { train } from '../../core/training/loop'
import type { Evaluation } from '../../core/training/loopInput'
import { featureSource, type InputSource } from '../../core/training/model'
import { applyPreparation } from '../../core/training/preparation'
import { epochSearch, expectedSteps, isOpenEnd } from '../../core/training/schedule'
import { matrixWork, stepWork } from '../../core/training/workAmounts'
import type { RetrievalMetrics } from '../../shared/model/training'
import { createHead } from './createHead'
import { embedMatrix } from './embedMatrix'
import { fitStart } from './headStart'
import { holdOut } from './holdOut'
import { gather, type LabelledRows, renumber } from './measured'
import { measureQuietly } from './measureTest'
import type { LoopDecisions } from './checkpoint'
import { breathe, type TrainingContext, type TrainingData } from './trainingContext'

/**
 * For how many epochs to train a head: the best on classes that are held out of the training ones,
 * so that the test never takes part in the choice. Nulls where there are too few classes.
 */
export async function findEpoch(
  context: TrainingContext,
  { source, training }: TrainingData,
  learningRate: number,
): Promise<Pick<LoopDecisions, 'wantedEpoch' | 'validation'>> {
  const { options } = context
  const held = isOpenEnd(options) ? null : holdOut(training, { ...epochSearch, seed: options.seed })
  if (held === null) return { wantedEpoch: null, validation: null }
  const validation: number[] = []
  const embeddingSize = sizeForFewer(options.embeddingSize, training, held.kept)
  await trainWithout(
    { ...context, options: { ...options, embeddingSize } },
    { source, kept: held.kept, asked: held.heldOut.rows, learningRate },
    async (epoch, embeddings) => {
      const metrics = await measureQuietly(context, embeddings, held.heldOut.labels)
      validation[epoch] = metrics.mapAtR
      return metrics
    },
  )
  return { wantedEpoch: firstBest(validation), validation }
}

/** The first of equals: the closed form itself, where training betters nothing. */
export const firstBest = (validation: readonly number[]): number =>
  validation.reduce((best, score, at) => (score > validation[best]! ? at : best), 0)

/**
 * Trains a head as the run will, on some of the training rows, and has it measured on others after
 * each epoch, from 0: the start.
 */
export async function trainWithout(
  context: TrainingContext,
  work: {
    readonly source: InputSource
    readonly kept: LabelledRows
    /** Rows to embed. */
    readonly asked: Uint32Array
    readonly learningRate: number
    /** Steps of earlier such trainings, and of all. */
    readonly progress?: { readonly before: number; readonly total: number }
  },
  measure: (epoch: number, embeddings: Matrix) => Promise<RetrievalMetrics>,
): Promise<void> {
  const { options, report, random } = context
  const { product } = context.backend
  const { source, kept, asked, learningRate } = work
  const preparation = fitStart(context, source, kept)
  const prepare = (rows: Uint32Array) =>
    report.timedNow(matrixWork(rows.length, source.rowSize, options.embeddingSize), () =>
      applyPreparation(preparation, gather(source, rows), product),
    )
  const keptInputs = prepare(kept.rows)
  const askedInputs = prepare(asked)
  const model = createHead(context, preparation, 'selection')
  const probe = featureSource(askedInputs.data, askedInputs.columns)
  const places = Uint32Array.from(asked.keys())
  const evaluate = async (epoch: number): Promise<Evaluation> => {
    const metrics = await measure(epoch, await embedMatrix(context, model, probe, places))
    return { metrics, histogram: null, selection: metrics.mapAtR }
  }
  const { before, total } = work.progress ?? { before: 0, total: expectedSteps(options) }
  const events = train({
    model,
    source: featureSource(keptInputs.data, keptInputs.columns),
    rows: Uint32Array.from(kept.rows.keys()),
    labels: renumber(kept).labels,
    options,
    learningRate,
    random: random.fork('selection'),
    product: simdProduct,
    interruption: context.interruption,
    evaluate,
    now: () => performance.now(),
    breathe,
  })
  const watch = report.stopwatch()
  for await (const event of events) {
    if (event.kind === 'paused' || event.kind === 'resumed') report.post({ kind: event.kind })
    if (event.kind === 'step') {
      watch.lap(stepWork(1, options))
      report.progress('baseline', before + event.progress.step, total)
    } else watch.skip()
  }
  model.dispose()
}

/**
 * The size for fewer classes than there are: with the same kind of start, which a discriminant
 * analysis has only up to classes - 1.
 */
function sizeForFewer(size: number, all: LabelledRows, fewer: LabelledRows): number {
  const classes = (rows: LabelledRows) => new Set(rows.labels).size
  return classes(all) > size ? Math.min(size, classes(fewer) - 1) : size
}
