import type { ClosedForm, KeptModel } from '../../shared/model/kept'
import type { RetrievalMetrics, TrainingOptions } from '../../shared/model/training'
import { simplestOf } from '../evaluation/simplestOf'
import { type InputSource, someRows } from '../inputSource'
import {
  type EmbeddingModel,
  headOf,
  replaceHead,
  restoreModel,
  savedFeatures,
  type SavedModel,
  withoutHead,
} from '../network'
import { defaultLearningRate, tuningConstants } from '../starts/startConstants'
import { placesOfFold } from '../starts/heldOutFolds'
import { foldPreparation, type Preparation } from '../starts/preparation'
import { paceOf, walkUnlessCancelled } from '../steps'
import { createHead } from './createHead'
import {
  askedOfFold,
  candidate,
  chooseForm,
  type ChosenForm,
  type FoldOfSample,
  trainInFold,
  values,
} from './decideKept'
import { embedMatrix } from './embedMatrix'
import { firstBest, trainWithout } from './findEpoch'
import { type Decided, rateFoundBefore, searchRateOf } from './findRate'
import { runLoop } from './followLoop'
import { beginHead, type Before, measureFeatures } from './headRecipe'
import { fitStart } from './headStart'
import { workOfHead } from './headWork'
import { type LabelledRows, renumber, rowsAt } from './labelledRows'
import { measureTest } from './measureTest'
import { recipeOf } from './recipe'
import { heldOutScoreOf, heldOutScores, sampleOf } from './scoreForms'
import type { HeldOutScores } from './startFindings'
import {
  type LoopEnd,
  noRecords,
  type TrainedModel,
  type TrainingContext,
  type TrainingData,
  type TuningData,
} from './surroundings'

/** The stages before the loop, in multiplications; as with a head, whose epoch is that of one fold. */
const workOfTuned = (options: TrainingOptions, data: TrainingData) => {
  const { features, form, start, rate, closedForm, epoch } = workOfHead(options, data)
  const fitting = Math.max(start, rate)
  return { features, form, closedForm: fitting + closedForm, head: epoch, network: fitting, rate }
}

/**
 * The last blocks of a pretrained network, or all of it, trained with a head that starts at the
 * closed form; after which the closed form is fitted again on what the features have become. A part
 * of the training labels, or images, takes no part in any of that: on them plain features, the
 * closed form, a head on frozen features, the tuned network and the closed form on it are held
 * against each other, and the simplest that is as good as the best is kept. A training that is taken
 * up again measures and fits again what comes before its loop, to the same numbers.
 */
export const tunedRecipe = recipeOf(workOfTuned)
  .then({ name: 'features', run: measureFeatures, resume: null })
  .then({ name: 'form', run: settleForm, resume: null })
  .then({ name: 'closedForm', run: measureForm, resume: null })
  .then({ name: 'head', run: tryHead, resume: null })
  .then({ name: 'network', run: beginNetwork, resume: null })
  .then({ name: 'rate', run: findRate, resume: rateFoundBefore })
  // Itself goes on from `records.checkpoints.resume`.
  .then({ name: 'training', run: tune, resume: null })
  .then({ name: 'refitted', run: refit, resume: null })
  .then({ name: 'kept', run: takeKept, resume: null })

/** Held out of everything until what is kept is decided. */
const fold = 0

interface SettledForm {
  /** They name the start: not 'auto'. */
  readonly options: TrainingOptions
  readonly form: ClosedForm
  /** The scores that chose it; null where the options name it, or it was chosen earlier. */
  readonly scores: ChosenForm['scores']
  readonly held: FoldOfSample
}

async function settleForm(
  context: TrainingContext,
  data: Pick<TrainingData, 'source' | 'training'>,
): Promise<SettledForm | null> {
  const choice = await chooseForm(context, data)
  if (choice === null) return null
  const { folds, scores } = choice
  if (folds === null) throw new Error('A plan tunes only where something can be held out')
  const form = namedForm(context.options) ?? choice.form
  const held = { folds, fold, sample: sampleOf(context, data.training, folds) }
  return { options: { ...context.options, start: form }, form, scores, held }
}

const namedForm = ({ start }: TrainingOptions): ClosedForm | null =>
  start === 'whitening' || start === 'analysis' ? start : null

interface Closed {
  readonly closedForm: RetrievalMetrics
  readonly closed: SavedModel
}

/** The head's view of a context: no part of the network takes part. */
function ofHead(context: TrainingContext): TrainingContext {
  const { tuned: _, ...options } = context.options
  return { ...context, options }
}

async function measureForm(
  tuning: TrainingContext,
  data: TrainingData & Before,
): Promise<Closed | null> {
  const context = ofHead(tuning)
  const begun = await beginHead(context, data)
  if (begun === null) return null
  const { model, prepared, preparation } = begun
  const embeddings = await embedMatrix(context, model, prepared, data.test.rows)
  const closed = foldPreparation(preparation, model.snapshot(), context.backend.product)
  model.dispose()
  const closedForm = await measureTest(context, embeddings, data.test.labels)
  context.report.post({ kind: 'baseline', before: data.before, closedForm })
  return { closedForm, closed }
}

interface TriedHead {
  readonly head: {
    readonly features: HeldOutScores
    readonly closedForm: HeldOutScores
    readonly trained: HeldOutScores
    /** At which it was best; 0: the closed form itself. */
    readonly epoch: number
  }
}

/** What a head on frozen features would do, on what is held out. */
async function tryHead(
  tuning: TrainingContext,
  { held, ...data }: TrainingData & SettledForm,
): Promise<TriedHead | null> {
  const context = ofHead(tuning)
  const rate = defaultLearningRate(context.options.network)
  const [features, ...epochs] = await trainInFold(context, data, held, rate)
  if (context.interruption.isCancelled || features === undefined || epochs[0] === undefined) {
    return null
  }
  const epoch = firstBest(epochs.map((scores) => meanOf(scores)))
  return { head: { features, closedForm: epochs[0], trained: epochs[epoch]!, epoch } }
}

const meanOf = (scores: HeldOutScores): number => heldOutScoreOf(values(scores)).mapAtR

interface BegunNetwork {
  readonly model: EmbeddingModel
  /** What it trains on: all but what is held out. */
  readonly rest: LabelledRows
}

/** The network with its head at the closed form of what is not held out. */
async function beginNetwork(
  context: TrainingContext,
  { held, tuning, ...data }: TrainingData & SettledForm,
): Promise<BegunNetwork | null> {
  const { backend, random } = context
  const rest = rowsAt(data.training, placesOfFold(held.folds, fold).kept)
  const head = await fitForm(context, data.source, rest)
  if (head === null) return null
  const { structure, weights, inputShape } = required(tuning)
  const model = backend.models.tunedNetwork({
    ...{ structure, weights, inputShape, embeddingSize: head.embeddingSize },
    networkRate: tuningConstants.networkRate,
    random: random.fork('network'),
  })
  model.restore(replaceHead(model.snapshot(), head))
  return { model, rest: renumber(rest) }
}

function required(tuning: TuningData | undefined): TuningData {
  if (tuning === undefined) throw new Error('A part of a network is tuned on its maps')
  return tuning
}

/** The closed form of rows of features, as a head on them. Null where it was cancelled. */
async function fitForm(
  tuning: TrainingContext,
  source: InputSource,
  rows: LabelledRows,
): Promise<SavedModel | null> {
  // Others' starts are of frozen features.
  const context = { ...ofHead(tuning), records: noRecords }
  const pace = paceOf(context, (share) => context.report.share('baseline', share))
  const preparation = await walkUnlessCancelled(fitStart(context, source, rows), pace)
  if (preparation === null) return null
  const head = createHead(context, preparation, 'form')
  const form = foldPreparation(preparation, head.snapshot(), context.backend.product)
  head.dispose()
  return form
}

async function findRate(
  context: TrainingContext,
  { model, rest, form, tuning }: TrainingData & SettledForm & BegunNetwork,
): Promise<Decided | null> {
  const { learningRate } = context.options
  const { maps } = required(tuning)
  const rate =
    learningRate === 'find'
      ? await searchRateOf(context, { model, source: maps, training: rest })
      : { learningRate }
  if (context.interruption.isCancelled) {
    model.dispose()
    return null
  }
  return { decisions: { ...rate, form, wantedEpoch: null, validation: null } }
}

/**
 * Trains to the last epoch. The trained head soon stays behind the closed form, while that, fitted
 * again, gains by what the features have become: an epoch that is best for the head would be the
 * first. Where a person has patience end it, the best epoch of the head on what is held out is taken.
 */
async function tune(
  context: TrainingContext,
  {
    training,
    test,
    held,
    model,
    rest,
    decisions,
    tuning,
  }: TrainingData & SettledForm & BegunNetwork & Decided,
): Promise<{ readonly loop: LoopEnd }> {
  const { maps } = required(tuning)
  const { rows, among } = askedOfFold(training, held)
  const score = async () => {
    const embeddings = await embedMatrix(context, model, maps, rows)
    return meanOf((await heldOutScores(context, embeddings, among)).scores)
  }
  const select = context.options.patience === null ? null : score
  const work = { model, source: maps, training: rest, test, decisions, select }
  return { loop: await runLoop(context, work) }
}

interface Refitted {
  readonly network: {
    readonly tuned: SavedModel
    readonly refitted: SavedModel
    /** On what is held out, the closed form fitted without it. */
    readonly tunedScores: HeldOutScores
    readonly refittedScores: HeldOutScores
    /** On the test part. */
    readonly tunedTest: RetrievalMetrics
    readonly refittedTest: RetrievalMetrics
  } | null
}

/** The closed form on what the features have become: without what is held out, then on all. */
async function refit(
  context: TrainingContext,
  {
    training,
    test,
    held,
    model,
    loop,
    tuning,
  }: TrainingData & SettledForm & BegunNetwork & { readonly loop: LoopEnd },
): Promise<Refitted> {
  const tuned = model.snapshot()
  if (loop.reason === 'cancelled' && loop.bestEpoch === 0) {
    model.dispose()
    return { network: null }
  }
  const { maps } = required(tuning)
  const { rows, among } = askedOfFold(training, held)
  const { backend, report } = context
  report.stage('embedding', 0, 1)
  const scoresOf = async (embeddings: Parameters<typeof heldOutScores>[1]) =>
    (await heldOutScores(context, embeddings, among)).scores
  model.dispose()
  // Once through the network; all else is heads on what comes out of it.
  const needed = Uint32Array.from(new Set([...training.rows, ...test.rows]))
  const featuring = restoreModel(withoutHead(tuned), backend.models)
  const features = await embedMatrix(context, featuring, maps, needed)
  featuring.dispose()
  const source = someRows(features, needed, maps.rows)
  const through = async (head: SavedModel, asked: Uint32Array) => {
    const restored = restoreModel(head, backend.models)
    const embeddings = await embedMatrix(ofHead(context), restored, source, asked)
    restored.dispose()
    return embeddings
  }
  const tunedHead = headOf(tuned)
  const tunedScores = await scoresOf(await through(tunedHead, rows))
  const tunedTest = await measureTest(context, await through(tunedHead, test.rows), test.labels)
  const rest = rowsAt(training, placesOfFold(held.folds, fold).kept)
  const fitting = { ...context, report: report.part('baseline', 0.8, 1, 'embedding') }
  const without = await fitForm(fitting, source, rest)
  const whole = without === null ? null : await fitForm(fitting, source, training)
  if (without === null || whole === null) return { network: null }
  const refittedScores = await scoresOf(await through(without, rows))
  const refittedTest = await measureTest(context, await through(whole, test.rows), test.labels)
  const refitted = replaceHead(tuned, whole)
  const network = { tuned, refitted, tunedScores, refittedScores, tunedTest, refittedTest }
  return { network }
}

/** The simplest that is as good as the best on what is held out. */
async function takeKept(
  tuning: TrainingContext,
  {
    head,
    network,
    form,
    scores,
    held,
    closed,
    loop,
    ...data
  }: TrainingData & SettledForm & Closed & TriedHead & Refitted & { readonly loop: LoopEnd },
): Promise<Pick<TrainedModel, 'saved' | 'validation' | 'ended' | 'kept'>> {
  const context = ofHead(tuning)
  const { features, closedForm, trained } = head
  const units = [...features.keys()]
  const simpler = [
    candidate('features', features, units),
    candidate('closedForm', closedForm, units),
    ...(head.epoch === 0 ? [] : [candidate('trained', trained, units)]),
  ] as const
  const all =
    network === null
      ? simpler
      : [
          ...simpler,
          candidate('tuned', network.tunedScores, units),
          candidate('refitted', network.refittedScores, units),
        ]
  const chosen = simplestOf<KeptModel['what']>(all)
  const plain = simplestOf<KeptModel['what']>(simpler)
  const scoresOf = (name: KeptModel['what']) => all.find((one) => one.name === name)!.scores
  const difference = (one: Float64Array, other: Float64Array) =>
    heldOutScoreOf(one.map((score, at) => score - other[at]!))
  const simplest = simplestOf(simpler.slice(0, 2))
  const trainedHead = chosen === 'trained' ? await trainHead(context, data, head.epoch) : null
  const isCut = chosen === 'trained' && trainedHead === null
  const what = isCut ? simplest : chosen
  const best =
    network !== null && meanOf(network.refittedScores) >= meanOf(network.tunedScores)
      ? 'refitted'
      : 'tuned'
  const kept: KeptModel = {
    what,
    closedForm: form,
    reason:
      network === null || isCut
        ? 'notWeighed'
        : what === 'tuned' || what === 'refitted'
          ? 'better'
          : 'noBetter',
    heldOut:
      scores === null
        ? null
        : {
            over: held.folds.over,
            count: scores.features.size,
            features: heldOutScoreOf(values(scores.features)),
            whitening: heldOutScoreOf(values(scores.whitening)),
            analysis: heldOutScoreOf(values(scores.analysis)),
            trained: {
              count: units.length,
              score: heldOutScoreOf(values(trained)),
              without: heldOutScoreOf(scoresOf(simplest)),
              gain: difference(candidate('trained', trained, units).scores, scoresOf(simplest)),
            },
            ...(network === null
              ? {}
              : {
                  network: {
                    count: units.length,
                    tuned: heldOutScoreOf(values(network.tunedScores)),
                    refitted: heldOutScoreOf(values(network.refittedScores)),
                    without: heldOutScoreOf(scoresOf(plain)),
                    gain: difference(scoresOf(best), scoresOf(plain)),
                  },
                }),
          },
    ...(network === null ? {} : { tuned: network.tunedTest, refitted: network.refittedTest }),
  }
  const saved =
    what === 'features'
      ? savedFeatures(data.source.rowSize)
      : what === 'closedForm'
        ? closed
        : (trainedHead ?? network![what === 'tuned' ? 'tuned' : 'refitted'])
  const ended =
    what === 'tuned'
      ? loop
      : { ...loop, lossParameters: {}, bestEpoch: what === 'refitted' ? loop.bestEpoch : 0 }
  return { saved, validation: null, ended, kept }
}

/** A head on frozen features as the run's would be, of its best epoch. Null where it was cancelled. */
async function trainHead(
  context: TrainingContext,
  { source, training }: Pick<TrainingData, 'source' | 'training'>,
  wantedEpoch: number,
): Promise<SavedModel | null> {
  let saved: SavedModel | null = null
  const work = {
    ...{ source, kept: training, asked: new Uint32Array(0) },
    learningRate: defaultLearningRate(context.options.network),
    onEnd: (preparation: Preparation, head: SavedModel) => {
      saved = foldPreparation(preparation, head, context.backend.product)
    },
  }
  // It goes through the epochs as in the fold, where the schedule was that of all of them.
  await trainWithout(context, work, (epoch) =>
    Promise.resolve({
      ...{ precisionAt1: null, rPrecision: null, queries: 0 },
      mapAtR: -Math.abs(epoch - wantedEpoch),
    }),
  )
  return context.interruption.isCancelled ? null : saved
}
