import type { KeptCopies, KeptModel } from '../../shared/model/kept'
import type { RetrievalMetrics, TrainingOptions } from '../../shared/model/training'
import { gatherSteps, type InputSource, withoutCopies } from '../inputSource'
import { type EmbeddingModel, savedFeatures, type SavedModel } from '../network'
import { matrixWork } from '../work/workAmounts'
import { foldPreparation, type Preparation } from '../starts/preparation'
import { paceOf, partOf, partsOf, type Steps, walk, walkUnlessCancelled } from '../steps'
import { createHead } from './createHead'
import { chooseForm, type ChosenForm, decideKept } from './decideKept'
import type { LoopDecisions } from './decisions'
import { embedMatrix } from './embedMatrix'
import { findEpoch } from './findEpoch'
import { type FoundRate, rateOfBefore, searchRateOf } from './findRate'
import { runLoop } from './followLoop'
import { fitStart } from './headStart'
import { workOfHead } from './headWork'
import { measureTest } from './measureTest'
import { preparedSource } from './preparedSource'
import { recipeOf } from './recipe'
import type { LoopEnd, TrainedModel, TrainingContext, TrainingData } from './surroundings'

/**
 * A linear layer on frozen features, from a closed form or from chance. A training that is taken up
 * again finds form, rate and epoch in its checkpoint and enters the loop where it stood; features,
 * start and closed form are measured and fitted again, to the same numbers.
 */
export const headRecipe = recipeOf(workOfHead)
  .then({ name: 'features', run: measureFeatures, resume: null })
  .then({ name: 'form', run: settleForm, resume: formOfBefore })
  .then({ name: 'rate', run: findRate, resume: foundRateOfBefore })
  .then({ name: 'epoch', run: decideEpoch, resume: (_, __, decisions) => ({ decisions }) })
  .then({ name: 'start', run: beginUnlessBegun, resume: null })
  .then({ name: 'closedForm', run: measureClosedForm, resume: null })
  // Itself goes on from `records.checkpoints.resume`.
  .then({ name: 'training', run: trainHead, resume: null })
  .then({ name: 'trained', run: measureTrained, resume: null })
  .then({ name: 'kept', run: takeKept, resume: null })

export interface Before {
  /** Features as they are, on the test part. */
  readonly before: RetrievalMetrics
}

const readingShare = 0.1

export async function measureFeatures(
  context: TrainingContext,
  { source, test }: TrainingData,
): Promise<Before> {
  const { report } = context
  const tell = (share: number) => report.share('baseline', share)
  const reading = paceOf(context, (share) => tell(readingShare * share))
  const features = await walk(gatherSteps(source, test.rows), reading)
  const before = await measureTest(context, features, test.labels, (share) =>
    tell(readingShare + (1 - readingShare) * share),
  )
  report.post({ kind: 'baseline', before, closedForm: null })
  await context.breathe()
  return { before }
}

export interface SettledForm {
  /** They name the start: not 'auto'. */
  readonly options: TrainingOptions
  /** How it was found; null where the options name it, or it was found earlier. */
  readonly choice: ChosenForm | null
  /** With its copies where these are to be used. */
  readonly source: InputSource
}

/** Puts the closed form that held-out labels choose in the place of 'auto'. Null where cancelled. */
export async function settleForm(
  context: TrainingContext,
  data: Pick<TrainingData, 'source' | 'training'>,
): Promise<SettledForm | null> {
  const { options } = context
  if (options.start !== 'auto') return { options, choice: null, source: withoutCopies(data.source) }
  const choice = await chooseForm(context, data)
  if (choice === null) return null
  const source = sourceFor(choice, data)
  return { options: { ...options, start: choice.form }, choice, source }
}

function formOfBefore(
  { options }: TrainingContext,
  data: TrainingData,
  { form, kept }: LoopDecisions,
): SettledForm | null {
  if (options.start !== 'auto') return { options, choice: null, source: withoutCopies(data.source) }
  if (form === undefined) return null
  const source = sourceFor(kept, data)
  return { options: { ...options, start: form }, choice: null, source }
}

const sourceFor = (
  decided: { readonly copies?: KeptCopies } | undefined,
  { source }: Pick<TrainingData, 'source'>,
): InputSource => (decided?.copies?.isUsed === true ? source : withoutCopies(source))

export interface BegunHead {
  readonly preparation: Preparation
  /** All rows as the head sees them. */
  readonly prepared: InputSource
  readonly model: EmbeddingModel
}

interface Rate {
  readonly rate: FoundRate
  /**
   * The head that the rate was searched with. The start and the choice of the epoch both need much
   * memory: they are held together only where they must be.
   */
  readonly begun: BegunHead | null
}

const partsOfRate = partsOf({ beginning: 1, searching: 1 })

async function findRate(context: TrainingContext, data: TrainingData): Promise<Rate | null> {
  const { learningRate } = context.options
  if (learningRate !== 'find') return { rate: { learningRate }, begun: null }
  const within = (name: keyof typeof partsOfRate): TrainingContext => ({
    ...context,
    report: context.report.part('baseline', ...partsOfRate[name]),
  })
  const begun = await beginHead(within('beginning'), data)
  if (begun === null) return null
  const material = { model: begun.model, source: begun.prepared, training: data.training }
  return { rate: await searchRateOf(within('searching'), material), begun }
}

function foundRateOfBefore(
  context: TrainingContext,
  _: TrainingData,
  decisions: LoopDecisions,
): Rate {
  return { rate: rateOfBefore(context, decisions), begun: null }
}

interface Decided {
  readonly decisions: LoopDecisions
}

/** For how long to train and, where the form was chosen as well, what is to be kept. */
async function decideEpoch(
  context: TrainingContext,
  { choice, rate, begun, ...data }: TrainingData & SettledForm & Rate,
): Promise<Decided | null> {
  const { learningRate } = rate
  const found =
    choice === null
      ? await findEpoch(context, data, learningRate)
      : { form: choice.form, ...(await decideKept(context, data, choice, learningRate)) }
  if (!context.interruption.isCancelled) return { decisions: { ...rate, ...found } }
  begun?.model.dispose()
  return null
}

async function beginUnlessBegun(
  context: TrainingContext,
  { begun, ...data }: TrainingData & Rate,
): Promise<BegunHead | null> {
  return begun ?? beginHead(context, data)
}

/** Fits the start on all training rows. Null where it was cancelled. */
export async function beginHead(
  context: TrainingContext,
  { source, training }: TrainingData,
): Promise<BegunHead | null> {
  const { options, report, backend } = context
  const fitting = function* (): Steps<readonly [Preparation, InputSource]> {
    const preparation = yield* partOf(fitStart(context, source, training), 0, 0.6)
    const work = matrixWork(source.rows, source.rowSize, options.embeddingSize)
    const preparing = report.timedSteps(work, preparedSource(preparation, source, backend.product))
    return [preparation, yield* partOf(preparing, 0.6, 1)]
  }
  const pace = paceOf(context, (share) => report.share('baseline', share))
  const fitted = await walkUnlessCancelled(fitting(), pace)
  if (fitted === null) return null
  const [preparation, prepared] = fitted
  return { preparation, prepared, model: createHead(context, preparation, 'head') }
}

/** On the test part; null where the head starts from chance. */
async function measureClosedForm(
  context: TrainingContext,
  { test, before, model, prepared }: TrainingData & Before & BegunHead,
): Promise<Pick<TrainedModel, 'closedForm'>> {
  const { options, report } = context
  if (options.start === 'random') return { closedForm: null }
  const embeddings = await embedMatrix(context, model, prepared, test.rows)
  const closedForm = await measureTest(context, embeddings, test.labels, (share) =>
    report.share('baseline', share),
  )
  report.post({ kind: 'baseline', before, closedForm })
  return { closedForm }
}

interface Trained {
  readonly loop: LoopEnd
  /** The head before its first step, where that is what is kept. */
  readonly beginning: SavedModel | null
}

async function trainHead(
  context: TrainingContext,
  { training, test, decisions, model, prepared }: TrainingData & Decided & BegunHead,
): Promise<Trained> {
  const { wantedEpoch, kept } = decisions
  const beginning = kept?.what === 'closedForm' ? model.snapshot() : null
  // Earlier than the epoch found is nearer to it the later it is; after it, the other way round.
  const select = wantedEpoch === null ? null : (epoch: number) => -Math.abs(epoch - wantedEpoch)
  const work = { model, source: prepared, training, test, decisions, select }
  return { loop: await runLoop(context, work), beginning }
}

/** The trained head on the test part, where it was weighed against simpler ones. */
async function measureTrained(
  context: TrainingContext,
  { test, decisions, model, prepared }: TrainingData & Decided & BegunHead,
): Promise<Pick<TrainedModel, 'kept'>> {
  const { kept } = decisions
  if (kept === undefined) return { kept: null }
  const { report } = context
  // All images are embedded after these.
  const count = test.rows.length
  const total = count + prepared.rows
  report.stage('embedding', 0, total)
  const embeddings = await embedMatrix(context, model, prepared, test.rows)
  const trained = await measureTest(context, embeddings, test.labels, (share) =>
    report.progress('embedding', share * count, total),
  )
  return { kept: { ...kept, trained } }
}

/** What is saved, as it takes plain features. */
async function takeKept(
  { backend }: TrainingContext,
  {
    source,
    decisions,
    kept,
    loop,
    beginning,
    model,
    preparation,
  }: TrainingData & Decided & Trained & BegunHead & { readonly kept: KeptModel | null },
): Promise<Pick<TrainedModel, 'saved' | 'validation' | 'ended'>> {
  const saved =
    kept?.what === 'features'
      ? savedFeatures(source.rowSize)
      : foldPreparation(preparation, beginning ?? model.snapshot(), backend.product)
  model.dispose()
  return {
    saved,
    validation: decisions.validation,
    ended: kept === null || kept.what === 'trained' ? loop : { ...loop, bestEpoch: 0 },
  }
}
