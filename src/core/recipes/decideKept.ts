import { type Candidate, meanScore, simplestOf } from '../evaluation/simplestOf'
import { paceOf, walk } from '../steps'
import { foldsToTrain, type HeldOutFolds, placesOfFold, unitsHeldOut } from '../starts/heldOutFolds'
import { isOpenEnd } from '../loop/schedule'
import { classSizes } from '../evaluation/splitParts'
import type { ClosedForm, KeptCopies, KeptModel } from '../../shared/model/kept'
import type { LoopDecisions } from './decisions'
import { firstBest, trainWithout } from './findEpoch'
import { gatherSteps, withoutCopies } from '../inputSource'
import { type LabelledRows, rowsAt } from './labelledRows'
import type { HeldOutScores, StartFindings } from './startFindings'
import {
  foldsOf,
  type FormScores,
  heldOutScoreOf,
  heldOutScores,
  sampleOf,
  scoreForms,
} from './scoreForms'
import type { TrainingContext, TrainingData } from './surroundings'

/** The closed form that a head starts from, and how it was found. */
export interface ChosenForm {
  readonly form: ClosedForm
  readonly folds: HeldOutFolds | null
  readonly scores: FormScores | null
  /** Absent where the source has none. */
  readonly copies?: KeptCopies
}

/**
 * The better of whitening and the analysis on held-out training labels, the simpler one of equals;
 * whitening where nothing can be held out. Where the source has copies, whether they are to be used
 * as well. Null where it was cancelled.
 */
export async function chooseForm(
  context: TrainingContext,
  data: Pick<TrainingData, 'source' | 'training'>,
): Promise<ChosenForm | null> {
  const folds = foldsOf(context, data.training)
  const { copies } = data.source
  if (folds === null) {
    const none = { form: 'whitening', folds, scores: null } as const
    if (copies === undefined) return none
    return { ...none, copies: { each: copies.each, isUsed: false, heldOut: null } }
  }
  const { report } = context
  // A fit on copies takes as long again for each.
  const plainShare = 1 / (2 + (copies?.each ?? -1))
  const scores = await scoresOfForms(
    { ...context, report: report.part('baseline', 0, plainShare) },
    { ...data, source: withoutCopies(data.source) },
    folds,
  )
  if (scores === null) return null
  if (copies === undefined) return { form: betterForm(scores), folds, scores }
  const withCopies = await scoresOfForms(
    { ...context, report: report.part('baseline', plainShare, 1) },
    data,
    folds,
    'forms with copies',
  )
  if (withCopies === null) return null
  const weighed = weighCopies(scores, withCopies, copies.each)
  const chosen = weighed.isUsed ? withCopies : scores
  return { form: betterForm(chosen), folds, scores: chosen, copies: weighed }
}

const betterForm = ({ whitening, analysis }: FormScores): ClosedForm =>
  meanScore(values(analysis)).mean > meanScore(values(whitening)).mean ? 'analysis' : 'whitening'

/** Copies are used where the better form with them leads by more than a standard error. */
function weighCopies(plain: FormScores, withCopies: FormScores, each: number): KeptCopies {
  const without = plain[betterForm(plain)]
  const augmented = withCopies[betterForm(withCopies)]
  const units = [...without.keys()]
  if (units.length === 0) return { each, isUsed: false, heldOut: null }
  const chosen = simplestOf([
    candidate('without', without, units),
    candidate('with', augmented, units),
  ])
  return {
    each,
    isUsed: chosen === 'with',
    heldOut: {
      with: heldOutScoreOf(values(augmented)),
      without: heldOutScoreOf(values(without)),
      gain: heldOutScoreOf(units.map((unit) => (augmented.get(unit) ?? 0) - without.get(unit)!)),
    },
  }
}

/** Those of an interrupted search, or measured. Null where it was cancelled. */
async function scoresOfForms(
  context: TrainingContext,
  data: Pick<TrainingData, 'source' | 'training'>,
  folds: HeldOutFolds,
  name?: string,
): Promise<FormScores | null> {
  const { findings } = context.records
  const known = formsOf(findings, name)
  if (known !== null) return known
  const scores = await scoreForms(context, data, folds)
  if (scores !== null) await keepForms(findings, scores, name)
  return scores
}

/**
 * What was kept of such scores; null where there are none.
 * @param name of a candidate of the choice of networks; absent: those of the run
 */
export function formsOf(findings: StartFindings, name = 'forms'): FormScores | null {
  const [features, whitening, analysis] = findings.read(name) ?? []
  return features && whitening && analysis ? { features, whitening, analysis } : null
}

export const keepForms = (
  findings: StartFindings,
  { features, whitening, analysis }: FormScores,
  name = 'forms',
): Promise<void> => findings.keep(name, [features, whitening, analysis])

/** How long to train, and whether what training makes of the start is to be kept. */
export interface KeptDecision extends Pick<LoopDecisions, 'wantedEpoch' | 'validation'> {
  readonly kept: KeptModel
}

/**
 * Trains without held-out training labels, and decides by these what is to be kept: the simplest of
 * plain features, the closed form and the trained head that is within a standard error of the best.
 * @param context its options name the chosen form as the start
 */
export async function decideKept(
  context: TrainingContext,
  data: TrainingData,
  { form, folds, scores, copies }: ChosenForm,
  learningRate: number,
): Promise<KeptDecision> {
  const unknown = { wantedEpoch: null, validation: null }
  const ofCopies = copies === undefined ? {} : { copies }
  const unasked: KeptDecision = {
    ...unknown,
    // Nothing speaks for more than the simplest.
    kept: {
      ...{ what: 'features', closedForm: form, reason: 'nothingHeldOut', heldOut: null },
      ...ofCopies,
    },
  }
  if (folds === null || scores === null) return unasked
  const units = [...scores.features.keys()]
  if (units.length === 0) return unasked
  const closed = scores[form]
  const simple = simplestOf([
    candidate('features', scores.features, units),
    candidate('closedForm', closed, units),
  ])
  const heldOut = {
    over: folds.over,
    count: units.length,
    features: heldOutScoreOf(values(scores.features)),
    whitening: heldOutScoreOf(values(scores.whitening)),
    analysis: heldOutScoreOf(values(scores.analysis)),
    trained: null,
  }
  if (isOpenEnd(context.options)) {
    const kept = { what: 'trained', closedForm: form, reason: 'openEnd', heldOut } as const
    return { ...unknown, kept: { ...kept, ...ofCopies } }
  }
  const { epochs, features } = await trainInFolds(context, data, folds, learningRate)
  const validation = epochs.map((found) => meanScore(values(found)).mean)
  const wantedEpoch = firstBest(validation)
  const trained = epochs[wantedEpoch] ?? new Map<number, number>()
  const asked = [...trained.keys()]
  if (asked.length === 0) return unasked
  const simpler = simple === 'features' ? features : (epochs[0] ?? new Map<number, number>())
  const what =
    wantedEpoch === 0
      ? simple
      : simplestOf([
          candidate(simple, simpler, asked),
          candidate<KeptModel['what']>('trained', trained, asked),
        ])
  const kept: KeptModel = {
    what,
    closedForm: form,
    reason: what === 'trained' ? 'better' : 'noBetter',
    ...ofCopies,
    heldOut: {
      ...heldOut,
      trained: {
        count: asked.length,
        score: heldOutScoreOf(values(trained)),
        without: heldOutScoreOf(values(simpler)),
        gain: heldOutScoreOf(asked.map((unit) => trained.get(unit)! - (simpler.get(unit) ?? 0))),
      },
    },
  }
  return { wantedEpoch, validation, kept }
}

/** Every fold is trained without, or the first alone (`foldsToTrain`). */
async function trainInFolds(
  context: TrainingContext,
  { source, training }: TrainingData,
  folds: HeldOutFolds,
  learningRate: number,
) {
  const sample = sampleOf(context, training, folds)
  const labelCount = new Set(training.labels).size
  const { start, embeddingSize } = context.options
  const count = foldsToTrain(folds, {
    units: unitsHeldOut(classSizes(training.labels), folds),
    rows: training.rows.length,
    headSize: start === 'analysis' ? Math.min(embeddingSize, labelCount - 1) : embeddingSize,
  })
  const epochs: Map<number, number>[] = []
  const features = new Map<number, number>()
  /** Of one fold: the features as they are, then each epoch from 0. */
  const take = ([plain, ...ofEpochs]: readonly HeldOutScores[]): void => {
    // Patience may end one fold before another; epochs that not all have seen say nothing.
    const shared = epochs.length === 0 ? ofEpochs.length : epochs.length
    if (plain !== undefined) add(features, plain)
    for (const [epoch, scores] of ofEpochs.entries()) {
      add((epochs[epoch] ??= new Map<number, number>()), scores)
    }
    epochs.length = Math.min(shared, ofEpochs.length)
  }
  for (let fold = 0; fold < count; fold++) {
    const { heldOut } = placesOfFold(folds, fold)
    if (heldOut.length === 0 || context.interruption.isCancelled) continue
    const report = context.report.part('baseline', fold / count, (fold + 1) / count)
    take(
      await trainInFold(
        { ...context, report },
        { source, training },
        { folds, fold, sample },
        learningRate,
      ),
    )
  }
  return { epochs, features }
}

/**
 * What a head does on the rows that a fold holds out, trained without them: the features as they
 * are, then each epoch from 0, the closed form. Those of an interrupted search are not measured
 * anew.
 */
export async function trainInFold(
  context: TrainingContext,
  { source, training }: Pick<TrainingData, 'source' | 'training'>,
  { folds, fold, sample }: FoldOfSample,
  learningRate: number,
): Promise<readonly HeldOutScores[]> {
  const { report, records } = context
  const name = `fold ${fold} from ${context.options.start} at ${learningRate}`
  const known = records.findings.read(name)
  if (known !== null) return known
  const { rows, among } = askedOfFold(training, { folds, fold, sample })
  const asking = report.part('baseline', 0, 0.2)
  const pace = paceOf(context, (share) => asking.share('baseline', 0.2 * share))
  const plain = await walk(gatherSteps(source, rows), pace)
  const found = await heldOutScores(context, plain, among, (share) =>
    asking.share('baseline', 0.2 + 0.8 * share),
  )
  const measured: HeldOutScores[] = [found.scores]
  const { kept } = placesOfFold(folds, fold)
  await trainWithout(
    { ...context, report: report.part('baseline', 0.2, 1) },
    { source, kept: rowsAt(training, kept), asked: rows, learningRate },
    async (epoch, embeddings, onProgress) => {
      const { scores, metrics } = await heldOutScores(context, embeddings, among, onProgress)
      measured[epoch + 1] = scores
      return metrics
    },
  )
  if (!context.interruption.isCancelled) await records.findings.keep(name, measured)
  return measured
}

/** A fold, and of which training rows a question of images is asked. */
export interface FoldOfSample {
  readonly folds: HeldOutFolds
  readonly fold: number
  readonly sample: ReturnType<typeof sampleOf>
}

/** Held-out images ask among a sample of all, held-out labels among their own. */
export function askedOfFold(training: LabelledRows, { folds, fold, sample }: FoldOfSample) {
  const { heldOut } = placesOfFold(folds, fold)
  const asked = folds.over === 'labels' ? heldOut : sample.places
  const { rows, labels } = rowsAt(training, asked)
  const isHeld = (place: number) => folds.foldOf[place] === fold
  const queries =
    folds.over === 'images'
      ? { queries: Uint32Array.from(asked.keys()).filter((at) => isHeld(asked[at]!)) }
      : {}
  return { rows, among: { over: folds.over, ids: asked, labels, ...queries } }
}

function add(target: Map<number, number>, found: HeldOutScores): void {
  for (const [unit, score] of found) target.set(unit, score)
}

export const values = (scores: HeldOutScores): Float64Array => Float64Array.from(scores.values())

export const candidate = <Name extends string>(
  name: Name,
  scores: HeldOutScores,
  units: readonly number[],
): Candidate<Name> => ({ name, scores: Float64Array.from(units, (unit) => scores.get(unit) ?? 0) })
