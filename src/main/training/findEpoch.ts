import { simdProduct } from '../../core/math/simdProduct'
import { train } from '../../core/training/loop'
import type { Evaluation } from '../../core/training/loopInput'
import { featureSource } from '../../core/training/model'
import { applyPreparation } from '../../core/training/preparation'
import { createHead } from './createHead'
import { embedMatrix } from './embedMatrix'
import { prepareHead } from './headStart'
import { holdOut } from './holdOut'
import { gather, type LabelledRows, renumber } from './measured'
import { measureQuietly } from './measureTest'
import type { LoopDecisions } from './checkpoint'
import { breathe, expectedSteps, type TrainingContext, type TrainingData } from './trainingContext'

/**
 * For how many epochs to train a head: the best on classes that are held out of the training ones,
 * so that the test never takes part in the choice. Nulls where there are too few classes.
 */
export async function findEpoch(
  context: TrainingContext,
  { source, training }: TrainingData,
  learningRate: number,
): Promise<Pick<LoopDecisions, 'wantedEpoch' | 'validation'>> {
  const { options, report, random, prepare: prepareStart = prepareHead } = context
  const { product } = context.backend
  const isOpenEnd = options.maxMinutes !== null && options.maxSteps === null
  const held = isOpenEnd
    ? null
    : holdOut(training, { leastClasses: 10, share: 0.2, random: random.fork('validation') })
  if (held === null) return { wantedEpoch: null, validation: null }
  const embeddingSize = sizeForFewer(options.embeddingSize, training, held.kept)
  const preparation = prepareStart(
    source,
    held.kept,
    { ...options, embeddingSize },
    random.fork('start'),
    product,
  )
  const prepare = (rows: Uint32Array) =>
    applyPreparation(preparation, gather(source, rows), product)
  const keptInputs = prepare(held.kept.rows)
  const heldInputs = prepare(held.heldOut.rows)
  const model = createHead(context, preparation, 'selection')
  const probe = featureSource(heldInputs.data, heldInputs.columns)
  const places = Uint32Array.from(held.heldOut.rows.keys())
  const validation: number[] = []
  const evaluate = async (epoch: number): Promise<Evaluation> => {
    const embeddings = await embedMatrix(model, probe, places)
    const metrics = await measureQuietly(context, embeddings, held.heldOut.labels)
    validation[epoch] = metrics.mapAtR
    return { metrics, histogram: null, selection: metrics.mapAtR }
  }
  const events = train({
    model,
    source: featureSource(keptInputs.data, keptInputs.columns),
    rows: Uint32Array.from(held.kept.rows.keys()),
    labels: renumber(held.kept).labels,
    options,
    learningRate,
    random: random.fork('selection'),
    product: simdProduct,
    interruption: context.interruption,
    evaluate,
    now: () => performance.now(),
    breathe,
  })
  for await (const event of events) {
    if (event.kind === 'paused' || event.kind === 'resumed') report.post({ kind: event.kind })
    if (event.kind === 'step') {
      report.progress('baseline', event.progress.step, expectedSteps(options))
    }
  }
  model.dispose()
  // The first of equals: the closed form itself, where training betters nothing.
  const wantedEpoch = validation.reduce(
    (best, score, at) => (score > validation[best]! ? at : best),
    0,
  )
  return { wantedEpoch, validation }
}

/**
 * The size for fewer classes than there are: with the same kind of start, which a discriminant
 * analysis has only up to classes - 1.
 */
function sizeForFewer(size: number, all: LabelledRows, fewer: LabelledRows): number {
  const classes = (rows: LabelledRows) => new Set(rows.labels).size
  return classes(all) > size ? Math.min(size, classes(fewer) - 1) : size
}
