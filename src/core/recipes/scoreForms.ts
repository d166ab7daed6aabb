import { averagePerClass, retrievalSteps } from '../evaluation/retrieval'
import { ScatterAccumulator } from '../starts/scatter'
import { gatherRows, type Matrix } from '../math/matrix'
import { finish, paceOf, partOf, type Steps, walk, walkUnlessCancelled } from '../steps'
import { embedByForms } from '../starts/formsOfFold'
import { dealFolds, type HeldOutFolds, placesOfFold } from '../starts/heldOutFolds'
import { chooseProbe } from '../evaluation/measureRetrieval'
import { startConstants } from '../starts/startConstants'
import { compareWork, foldWork, scatterWork } from '../work/workAmounts'
import { meanScore } from '../evaluation/simplestOf'
import type { HeldOutScore } from '../../shared/model/kept'
import type { RetrievalMetrics } from '../../shared/model/training'
import { gatherSteps, rowsWithCopies } from '../inputSource'
import { type LabelledRows, rowsAt } from './labelledRows'
import type { MeasuringContext } from './measureTest'
import type { HeldOutScores } from './startFindings'
import type { TrainingContext, TrainingData } from './surroundings'

/** Mean and standard error of scores of held-out labels, or images. */
export function heldOutScoreOf(scores: ArrayLike<number>): HeldOutScore {
  const { mean, standardError } = meanScore(scores)
  return { mapAtR: mean, standardError }
}

export interface FormScores {
  readonly features: HeldOutScores
  readonly whitening: HeldOutScores
  readonly analysis: HeldOutScores
}

/** Folds of the training rows of a run; null where nothing can be held out. */
export function foldsOf(context: TrainingContext, training: LabelledRows): HeldOutFolds | null {
  const { options, random } = context
  return dealFolds({
    labels: training.labels,
    ...(training.keys === undefined ? {} : { keys: training.keys }),
    seed: options.seed,
    isByLabel: options.split !== 'byImage',
    random: random.fork('folds'),
  })
}

/**
 * How well plain features and both closed forms find held-out images, each form fitted without
 * them: by label among the held-out ones, by image among all. Of very many rows a sample is taken.
 * Copies that the source has are fitted on with their rows, held out with them and never asked for.
 * Null where it was cancelled.
 */
export function scoreForms(
  context: TrainingContext,
  data: Pick<TrainingData, 'source' | 'training'>,
  folds: HeldOutFolds,
): Promise<FormScores | null> {
  const pace = paceOf(context, (share) => context.report.share('baseline', share))
  return walkUnlessCancelled(formSteps(context, data, folds), pace)
}

function* formSteps(
  context: TrainingContext,
  { source, training }: Pick<TrainingData, 'source' | 'training'>,
  folds: HeldOutFolds,
): Steps<FormScores> {
  const { options, report } = context
  const { product } = context.backend
  const sample = sampleOf(context, training, folds)
  const rows = yield* partOf(gatherSteps(source, sample.rows), 0, 0.05)
  const scatter = new ScatterAccumulator(source.rowSize, product)
  const summing = scatterWork(rows.rows, source.rowSize)
  const adding = scatter.addSteps(rows, sample.labels)
  const versions = source.copies?.each ?? 0
  const added = (version: number) => 0.05 + (0.15 * version) / (1 + versions)
  yield* partOf(report.timedSteps(summing, adding), added(0), added(1))
  const withCopies = rowsWithCopies(source, sample.rows)
  // A version at a time, as all of them may not fit into memory.
  const copiesOf = (version: number, places: Uint32Array) => {
    const first = (1 + version) * sample.rows.length
    return gatherSteps(
      source,
      places.map((place) => withCopies[first + place]!),
    )
  }
  for (let version = 0; version < versions; version++) {
    const reading = copiesOf(version, rangeOf(0, rows.rows))
    const copies = yield* partOf(reading, added(1 + version), added(1 + version))
    const addingCopies = report.timedSteps(summing, scatter.addSteps(copies, sample.labels))
    yield* partOf(addingCopies, added(1 + version), added(2 + version))
  }
  const scores = {
    features: new Map<number, number>(),
    whitening: new Map<number, number>(),
    analysis: new Map<number, number>(),
  }
  for (let fold = 0; fold < folds.count; fold++) {
    const at = (share: number) => 0.2 + (0.8 * (fold + share)) / folds.count
    const { heldOut } = placesOfFold({ ...folds, foldOf: sample.foldOf }, fold)
    if (heldOut.length === 0) continue
    const heldRows = gatherRows(rows, heldOut)
    const labelOf = (place: number) => sample.labels[place]!
    const asked = folds.over === 'labels' ? heldOut : rangeOf(0, rows.rows)
    const askedRows = folds.over === 'labels' ? heldRows : rows
    const work = foldWork(heldOut.length * (1 + versions), asked.length, source.rowSize)
    const fitting = function* (): ReturnType<typeof embedByForms> {
      const heldLabels = Int32Array.from(heldOut, labelOf)
      const without = (version: number) => (0.2 * version) / (1 + versions)
      let kept = yield* partOf(scatter.withoutSteps(heldRows, heldLabels), 0, without(1))
      for (let version = 0; version < versions; version++) {
        const copies = finish(copiesOf(version, heldOut))
        const leavingOut = kept.withoutSteps(copies, heldLabels)
        kept = yield* partOf(leavingOut, without(1 + version), without(2 + version))
      }
      return yield* partOf(embedByForms(kept, askedRows, options.embeddingSize, product), 0.2, 1)
    }
    const forms = yield* partOf(report.timedSteps(work, fitting()), at(0), at(0.6))
    const held = new Set(heldOut)
    const measured = { ...forms, analysis: forms.analysis ?? forms.whitening, features: askedRows }
    for (const [i, name] of (['features', 'whitening', 'analysis'] as const).entries()) {
      const asking = heldOutSteps(context, measured[name], {
        over: folds.over,
        ids: sample.places,
        labels: Int32Array.from(asked, labelOf),
        ...(folds.over === 'images' ? { queries: asked.filter((place) => held.has(place)) } : {}),
      })
      const found = yield* partOf(asking, at(0.6 + (0.4 * i) / 3), at(0.6 + (0.4 * (i + 1)) / 3))
      for (const [unit, score] of found.scores) scores[name].set(unit, score)
    }
  }
  return scores
}

/**
 * MAP@R by cosine of each held-out label, or of each of the `queries`.
 * @param ids what each row is known by where scores are by image
 */
export const heldOutScores = (
  context: MeasuringContext,
  embeddings: Matrix,
  asked: AskedOfHeldOut,
  onProgress?: (share: number) => void,
): Promise<HeldOutMeasure> =>
  walk(heldOutSteps(context, embeddings, asked), paceOf(context, onProgress))

interface AskedOfHeldOut {
  readonly over: HeldOutFolds['over']
  readonly ids: ArrayLike<number>
  readonly labels: Int32Array
  readonly queries?: Uint32Array
}

interface HeldOutMeasure {
  readonly scores: HeldOutScores
  readonly metrics: RetrievalMetrics
}

function* heldOutSteps(
  { backend, random, report }: Pick<TrainingContext, 'backend' | 'random' | 'report'>,
  embeddings: Matrix,
  asked: AskedOfHeldOut,
): Steps<HeldOutMeasure> {
  const { over, ids, labels, queries } = asked
  const steps = retrievalSteps(embeddings, labels, {
    distance: 'cosine',
    product: backend.product,
    random: random.fork('held out'),
    ...(queries === undefined ? {} : { queries }),
  })
  const work = compareWork({
    queries: queries?.length ?? embeddings.rows,
    rows: embeddings.rows,
    size: embeddings.columns,
  })
  const found = yield* report.timedSteps(work, steps)
  const { perQuery, precisionAt1, rPrecision, mapAtR } = found
  const scores =
    over === 'labels'
      ? averagePerClass(perQuery, perQuery.mapAtR)
      : new Map(Array.from(perQuery.query, (query, at) => [ids[query]!, perQuery.mapAtR[at]!]))
  return { scores, metrics: { precisionAt1, rPrecision, mapAtR, queries: found.queries } }
}

/** Rows that are enough to tell the forms apart. */
export function sampleOf(
  context: Pick<TrainingContext, 'random'>,
  training: LabelledRows,
  { over, foldOf }: HeldOutFolds,
): {
  readonly rows: Uint32Array
  readonly labels: Int32Array
  readonly foldOf: Int32Array
  /** Of each, its place among the training rows. */
  readonly places: Uint32Array
} {
  const { mostRowsByLabel, mostRowsByImage } = startConstants
  const most = over === 'labels' ? mostRowsByLabel : mostRowsByImage
  const places = chooseProbe(training.labels, context.random.fork('sample'), most)
  return {
    ...rowsAt(training, places),
    foldOf: Int32Array.from(places, (place) => foldOf[place]!),
    places,
  }
}

const rangeOf = (from: number, to: number) =>
  Uint32Array.from({ length: to - from }, (_, i) => from + i)
