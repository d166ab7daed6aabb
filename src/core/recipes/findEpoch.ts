import type { Matrix } from '../math/matrix'
import { simdProduct } from '../math/simdProduct'
import { paceOf, partOf, partsOf, type Steps, walkUnlessCancelled } from '../steps'
import { noTriplets } from '../loop/ledger'
import { train } from '../loop/loop'
import type { Evaluation } from '../loop/loopInput'
import { featureSource, type InputSource, rowsWithCopies } from '../inputSource'
import type { SavedModel } from '../network'
import type { Preparation } from '../starts/preparation'
import { epochSearch, isOpenEnd } from '../loop/schedule'
import { matrixWork, stepWork } from '../work/workAmounts'
import type { RetrievalMetrics } from '../../shared/model/training'
import { createHead } from './createHead'
import { embedMatrix } from './embedMatrix'
import { fitStart } from './headStart'
import { holdOut } from './holdOut'
import { type LabelledRows, renumber } from './labelledRows'
import { measureQuietly } from './measureTest'
import type { LoopDecisions } from './decisions'
import { prepareRows } from './preparedSource'
import type { TrainingContext, TrainingData } from './surroundings'

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
  const name = `epochs at ${learningRate}`
  const known = [...(context.records.findings.read(name)?.[0]?.values() ?? [])]
  if (known.length > 0) return { wantedEpoch: firstBest(known), validation: known }
  const validation: (number | null)[] = []
  const embeddingSize = sizeForFewer(options.embeddingSize, training, held.kept)
  await trainWithout(
    { ...context, options: { ...options, embeddingSize } },
    { source, kept: held.kept, asked: held.heldOut.rows, learningRate },
    async (epoch, embeddings, onProgress) => {
      const metrics = await measureQuietly(context, embeddings, held.heldOut.labels, onProgress)
      validation[epoch] = metrics.mapAtR
      return metrics
    },
  )
  // Where none of the held-out images has another to find, nothing says how long to train.
  const scores = validation.filter((score) => score !== null)
  if (scores.length < validation.length || scores.length === 0) {
    return { wantedEpoch: null, validation: null }
  }
  if (!context.interruption.isCancelled) {
    await context.records.findings.keep(name, [new Map(scores.entries())])
  }
  return { wantedEpoch: firstBest(scores), validation: scores }
}

/** The first of equals: the closed form itself, where training betters nothing. */
export const firstBest = (validation: readonly number[]): number =>
  validation.reduce((best, score, at) => (score > validation[best]! ? at : best), 0)

/** Of a training on some of the rows: what comes before its first step, and the rest. */
const partsOfSelection = partsOf({ fitting: 1, training: 1 })

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
    /** Gets the head as it was at the best epoch. */
    readonly onEnd?: (preparation: Preparation, head: SavedModel) => void
  },
  measure: (
    epoch: number,
    embeddings: Matrix,
    onProgress: (share: number) => void,
  ) => Promise<RetrievalMetrics>,
): Promise<void> {
  const { options, report, random } = context
  const { product } = context.backend
  const { source, kept, asked, learningRate } = work
  const { fitting: fittingPart, training: trainingPart } = partsOfSelection
  const tellFitting = report.part('baseline', ...fittingPart)
  const tellTraining = report.part('baseline', ...trainingPart)
  const fitting = function* (): Steps<[Preparation, Matrix, Matrix]> {
    const preparation = yield* partOf(fitStart(context, source, kept), 0, 0.6)
    const prepare = (rows: Uint32Array) =>
      report.timedSteps(
        matrixWork(rows.length, source.rowSize, options.embeddingSize),
        prepareRows(preparation, source, rows, product),
      )
    return [
      preparation,
      yield* partOf(prepare(rowsWithCopies(source, kept.rows)), 0.6, 0.9),
      yield* partOf(prepare(asked), 0.9, 1),
    ]
  }
  const pace = paceOf(context, (share) => tellFitting.share('baseline', share))
  const fitted = await walkUnlessCancelled(fitting(), pace)
  if (fitted === null) return
  const [preparation, keptInputs, askedInputs] = fitted
  const keptPlaces = Uint32Array.from(kept.rows.keys())
  const copies =
    source.copies === undefined ? undefined : { of: keptPlaces, each: source.copies.each }
  const model = createHead(context, preparation, 'selection')
  const probe = featureSource(askedInputs.data, askedInputs.columns)
  const places = Uint32Array.from(asked.keys())
  // Steps and evaluations take turns, and take about as long.
  const rounds = options.epochs + 1
  const tell = (round: number, share: number) =>
    tellTraining.share('baseline', Math.min(1, (round + share) / rounds))
  const evaluate = async (epoch: number): Promise<Evaluation> => {
    const embeddings = await embedMatrix(context, model, probe, places)
    const metrics = await measure(epoch, embeddings, (share) => tell(epoch, 0.5 * share))
    return { metrics, histogram: null, selection: metrics.mapAtR }
  }
  const events = train({
    model,
    source: featureSource(keptInputs.data, keptInputs.columns, copies),
    isAugmented: copies !== undefined,
    rows: keptPlaces,
    labels: renumber(kept).labels,
    options,
    learningRate,
    random: random.fork('selection'),
    ledger: noTriplets,
    resume: null,
    product: simdProduct,
    interruption: context.interruption,
    evaluate,
    now: context.now,
    breathe: context.breathe,
  })
  const watch = report.stopwatch()
  for await (const event of events) {
    if (event.kind !== 'step') {
      watch.skip()
      continue
    }
    watch.lap(stepWork(1, options))
    const { epoch, step } = event.progress
    const within = step / options.stepsPerEpoch - (epoch - 1)
    tell(epoch - 1, 0.5 + 0.5 * within)
  }
  work.onEnd?.(preparation, model.snapshot())
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
