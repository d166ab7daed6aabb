import type { RetrievalMetrics, TrainingOptions } from '../../shared/model/training'
import type { EmbeddingModel } from '../network'
import { createPixelNetwork } from './createPixelNetwork'
import { embedMatrix } from './embedMatrix'
import { type Decided, rateFoundBefore, searchRateOf } from './findRate'
import { runLoop } from './followLoop'
import { type HeldOut, holdOut } from './holdOut'
import { type LabelledRows, renumber } from './labelledRows'
import { measureQuietly, measureTest } from './measureTest'
import { recipeOf } from './recipe'
import type { LoopEnd, TrainedModel, TrainingContext, TrainingData } from './surroundings'

const workOfPixels = ({ learningRate }: TrainingOptions) => ({
  untrained: 1,
  rate: learningRate === 'find' ? 1 : 0,
})

/** A network from the pixels; some classes are held out to choose the best epoch by. */
export const pixelRecipe = recipeOf(workOfPixels)
  .then({ name: 'untrained', run: measureUntrained, resume: null })
  .then({ name: 'held out', run: holdSomeOut, resume: null })
  .then({ name: 'rate', run: findRate, resume: rateFoundBefore })
  // Itself goes on from `records.checkpoints.resume`.
  .then({ name: 'training', run: trainNetwork, resume: null })
  .then({ name: 'kept', run: takeTrained, resume: null })

interface Untrained {
  readonly model: EmbeddingModel
  /** The network before its first step, on the test part. */
  readonly before: RetrievalMetrics
}

async function measureUntrained(
  context: TrainingContext,
  { source, test }: TrainingData,
): Promise<Untrained> {
  const { report } = context
  const model = createPixelNetwork(context)
  const embeddings = await embedMatrix(context, model, source, test.rows)
  const before = await measureTest(context, embeddings, test.labels, (share) =>
    report.share('baseline', share),
  )
  report.post({ kind: 'baseline', before, closedForm: null })
  return { model, before }
}

interface HeldOutSome {
  readonly held: HeldOut | null
  /** What is left to train on. */
  readonly rest: LabelledRows
}

async function holdSomeOut(
  { options }: TrainingContext,
  { training }: TrainingData,
): Promise<HeldOutSome> {
  const held = holdOut(training, { leastClasses: 40, share: 0.1, seed: options.seed })
  return { held, rest: held === null ? training : renumber(held.kept) }
}

const unsearched = { wantedEpoch: null, validation: null }

async function findRate(
  context: TrainingContext,
  { source, model, rest }: TrainingData & Untrained & HeldOutSome,
): Promise<Decided> {
  const { learningRate } = context.options
  const rate =
    learningRate === 'find'
      ? await searchRateOf(context, { model, source, training: rest })
      : { learningRate }
  return { decisions: { ...rate, ...unsearched } }
}

async function trainNetwork(
  context: TrainingContext,
  { source, test, model, held, rest, decisions }: TrainingData & Untrained & HeldOutSome & Decided,
): Promise<{ readonly ended: LoopEnd }> {
  const score = async ({ rows, labels }: LabelledRows) => {
    const embeddings = await embedMatrix(context, model, source, rows)
    return (await measureQuietly(context, embeddings, labels)).mapAtR
  }
  const select = held === null ? null : () => score(held.heldOut)
  const work = { model, source, training: rest, test, decisions, select }
  return { ended: await runLoop(context, work) }
}

async function takeTrained(
  _: TrainingContext,
  { model }: Untrained,
): Promise<Pick<TrainedModel, 'saved' | 'closedForm' | 'validation' | 'kept'>> {
  const saved = model.snapshot()
  model.dispose()
  return { saved, closedForm: null, validation: null, kept: null }
}
