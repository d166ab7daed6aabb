import { averagePerClass, retrievalSteps } from '../../core/evaluation/retrieval'
import { ScatterAccumulator } from '../../core/closedForms/scatter'
import { gatherRows, type Matrix } from '../../core/math/matrix'
import { walk } from '../../core/steps'
import { embedByForms } from '../../core/training/formsOfFold'
import { dealFolds, type HeldOutFolds, placesOfFold } from '../../core/training/heldOutFolds'
import { chooseProbe } from '../../core/training/measure'
import { startConstants } from '../../core/training/startConstants'
import { compareWork, foldWork, scatterWork } from '../../core/training/workAmounts'
import type { RetrievalMetrics } from '../../shared/model/training'
import { gather, type LabelledRows, rowsAt } from './measured'
import { breathe, type TrainingContext, type TrainingData } from './trainingContext'

/** MAP@R by held-out label, or by held-out image; the keys are numbers of those. */
export type HeldOutScores = ReadonlyMap<number, number>

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
 * Null where it was cancelled.
 */
export async function scoreForms(
  context: TrainingContext,
  { source, training }: Pick<TrainingData, 'source' | 'training'>,
  folds: HeldOutFolds,
): Promise<FormScores | null> {
  const { interruption, options, report } = context
  const { product } = context.backend
  const sample = sampleOf(context, training, folds)
  const rows = gather(source, sample.rows)
  const scatter = new ScatterAccumulator(source.rowSize, product)
  report.stage('baseline', 0, folds.count + 1)
  const block = 1024
  for (let from = 0; from < rows.rows; from += block) {
    const places = rangeOf(from, Math.min(rows.rows, from + block))
    report.timedNow(scatterWork(places.length, options.features), () =>
      scatter.add(gatherRows(rows, places), sample.labels.subarray(from, from + places.length)),
    )
    await breathe()
    await interruption.whilePaused()
    if (interruption.isCancelled) return null
  }
  const scores = {
    features: new Map<number, number>(),
    whitening: new Map<number, number>(),
    analysis: new Map<number, number>(),
  }
  for (let fold = 0; fold < folds.count; fold++) {
    report.stage('baseline', fold + 1, folds.count + 1)
    await breathe()
    await interruption.whilePaused()
    if (interruption.isCancelled) return null
    const { heldOut } = placesOfFold({ ...folds, foldOf: sample.foldOf }, fold)
    if (heldOut.length === 0) continue
    const heldRows = gatherRows(rows, heldOut)
    const labelOf = (place: number) => sample.labels[place]!
    const asked = folds.over === 'labels' ? heldOut : rangeOf(0, rows.rows)
    const askedRows = folds.over === 'labels' ? heldRows : rows
    const work = foldWork(heldOut.length, asked.length, options.features)
    const forms = report.timedNow(work, () => {
      const kept = scatter.without(heldRows, Int32Array.from(heldOut, labelOf))
      return embedByForms(kept, askedRows, options.embeddingSize, product)
    })
    const held = new Set(heldOut)
    const measured = { ...forms, analysis: forms.analysis ?? forms.whitening, features: askedRows }
    for (const name of ['features', 'whitening', 'analysis'] as const) {
      const found = await heldOutScores(context, measured[name], {
        over: folds.over,
        ids: sample.places,
        labels: Int32Array.from(asked, labelOf),
        ...(folds.over === 'images' ? { queries: asked.filter((place) => held.has(place)) } : {}),
      })
      for (const [unit, score] of found.scores) scores[name].set(unit, score)
      await breathe()
    }
  }
  return interruption.isCancelled ? null : scores
}

/**
 * MAP@R by cosine of each held-out label, or of each of the `queries`.
 * @param ids what each row is known by where scores are by image
 */
export async function heldOutScores(
  {
    backend,
    interruption,
    random,
    report,
  }: Pick<TrainingContext, 'backend' | 'interruption' | 'random' | 'report'>,
  embeddings: Matrix,
  asked: {
    readonly over: HeldOutFolds['over']
    readonly ids: ArrayLike<number>
    readonly labels: Int32Array
    readonly queries?: Uint32Array
  },
): Promise<{ readonly scores: HeldOutScores; readonly metrics: RetrievalMetrics }> {
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
  const found = await report.timed(work, () =>
    walk(steps, { now: () => performance.now(), breathe, interruption }),
  )
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
