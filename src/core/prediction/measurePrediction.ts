import { foldsOfLabels } from '../evaluation/heldOutLabels'
import { mostPairsAsked } from '../evaluation/retrieval'
import { gatherRows, type Matrix } from '../math/matrix'
import { normalizeRowsSteps } from '../math/normalizeRows'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { finish, partOf, type Steps } from '../steps'
import {
  type HeldOutKind,
  type PredictionReport,
  type PredictionRule,
  predictionRules,
  type StrangenessScore,
  strangenessScores,
} from '../../shared/model/prediction'
import { askHeldOut } from './askHeldOut'
import { heightAt, isotonicRegression, type RisingCurve } from './isotonic'
import { type OpenSetScores, openSetCurve, openSetFigures, orderOf, thresholdFor } from './openSet'
import { pairRates } from './pairRates'
import { measureAnswers } from './measureAnswers'
import type { Answer } from './vote'

/** What a model predicts with, and what of it measures how well. */
export interface PredictionSet {
  /** [n, d] of labelled images. */
  readonly embeddings: Matrix
  /** [n] from 0. */
  readonly labels: Int32Array
  /** [n] the same number for images that show the same thing. */
  readonly groups: Uint32Array
  /** [n] 1 for images that training never saw, which are asked about. */
  readonly isHeldOut: Uint8Array
  /** Whether training saw none of their labels, or other images of them. */
  readonly heldOut: HeldOutKind
}

export interface PredictionOptions {
  readonly k: number
  /** Share of unknown images that may be taken for known ones. */
  readonly falseAccept: number
  readonly product: MatrixProduct
  readonly random: Random
  /** Absent: all. */
  readonly rules?: readonly PredictionRule[] | undefined
  /** Ends asking; what was asked by then is measured. */
  readonly isEnough?: (() => boolean) | undefined
  /** Of queries and images, at most; beyond, a sample is asked. */
  readonly mostPairs?: number | undefined
}

/** How a model answers, as it was found on what was held out. */
export interface Decision {
  readonly rule: PredictionRule
  readonly score: StrangenessScore
  readonly k: number
  /** From the share of the vote to the share of right answers; null where nothing was held out. */
  readonly calibration: RisingCurve | null
  /** Of held-out images, from which the threshold of any rate follows. */
  readonly scores: OpenSetScores
}

export interface MeasuredPrediction {
  readonly decision: Decision
  readonly report: PredictionReport
}

/** Neighbours that vote, unless told otherwise. */
export const predictionNeighbours = 10

/** Labels are dealt into so many parts, of which each is measured by what the others chose. */
const folds = 5

const askingShare = 0.5
const pairsShare = 0.8

/**
 * Chooses how to predict, by held-out images, and measures it: see docs/prediction.md. The rule is
 * that with the most right answers, the score that with the larger AUROC of unknown against known.
 * Confidence is calibrated on all held-out images; its error, and the rates at the threshold, are
 * those of labels that calibration and threshold were not found on.
 */
export function* measurePrediction(
  set: PredictionSet,
  options: PredictionOptions,
): Steps<MeasuredPrediction> {
  const { random, rules = predictionRules } = options
  const { unit } = yield* partOf(normalizeRowsSteps(set.embeddings), 0, 0.02)
  const chosen = chooseQueries(set, options)
  const asking = askHeldOut({ ...set, unit, queries: chosen.queries }, options)
  const answers = yield* partOf(asking, 0.02, askingShare)
  const queries = chosen.queries.subarray(0, answers.asked)
  const places = [...queries.keys()]
  const labelOf = (place: number) => set.labels[queries[place]!]!
  // An image that is alone in its label has nobody to be known by, nor has it beside its own twins.
  const others = peersOf(set)
  const known = places.filter((place) => others(queries[place]!))
  const unknown = places.filter((place) => hasAnswer(answers.unknown[rules[0]!][place]!))
  const right = (rule: PredictionRule) =>
    Uint8Array.from(known, (place) =>
      answers.known[rule][place]!.label === labelOf(place) ? 1 : 0,
    )
  const accuracies =
    known.length === 0 ? [] : rules.map((rule) => ({ rule, accuracy: shareOf(right(rule)) }))
  const rule = accuracies.reduce(
    (best, one) => (one.accuracy > best.accuracy ? one : best),
    accuracies[0] ?? { rule: rules[0]!, accuracy: 0 },
  ).rule
  const of = (score: StrangenessScore): OpenSetScores => ({
    known: Float64Array.from(known, (place) => strangeness(answers.known[rule][place]!, score)),
    right: right(rule),
    unknown: Float64Array.from(unknown, (place) =>
      strangeness(answers.unknown[rule][place]!, score),
    ),
  })
  const candidates = strangenessScores.map((score) => {
    const scores = of(score)
    const order = orderOf(scores)
    return { score, scores, order, figures: openSetFigures(scores, order) }
  })
  const best = candidates.reduce((one, other) =>
    (other.figures.auroc ?? 0) > (one.figures.auroc ?? 0) ? other : one,
  )
  const { scores, order } = best
  const shares = Float64Array.from(known, (place) => answers.known[rule][place]!.share)
  const calibration = isotonicRegression(shares, scores.right)
  const labels = numbered(queries, set.labels)
  const knownLabels = Int32Array.from(known, (place) => labels.of[place]!)
  const unknownLabels = Int32Array.from(unknown, (place) => labels.of[place]!)
  const foldOf = foldsOfLabels({
    keys: labels.keys.map(String),
    seed: random.fork('folds').integer(2 ** 31),
    purpose: 'prediction',
    folds: Math.min(folds, labels.keys.length),
  })
  const apart = crossFit({ scores, shares, knownLabels, unknownLabels, foldOf }, options)
  const measured = measureAnswers({
    ...{ scores, order, knownLabels, unknownLabels, ...apart },
    labels: labels.keys.length,
    random: random.fork('labels'),
  })
  const figures = yield* partOf(measured, askingShare, pairsShare)
  const pairs =
    set.heldOut === 'labels'
      ? yield* partOf(ratesOfPairs(set, unit, options), pairsShare, 1)
      : { pairs: null, opis: null, worstOpis: null }
  const threshold = thresholdFor(scores, options.falseAccept)
  const { falseAccept, falseReject } = figures
  return {
    decision: { rule, score: best.score, k: options.k, calibration, scores },
    report: {
      heldOut: queries.length === 0 ? 'nothing' : set.heldOut,
      rule,
      score: best.score,
      neighbours: options.k,
      labels: labels.keys.length,
      known: known.length,
      unknown: unknown.length,
      ...(queries.length < chosen.inAll ? { heldOutImages: chosen.inAll } : {}),
      accuracy: figures.accuracy,
      accuracies,
      auroc: figures.auroc,
      oscr: figures.oscr,
      curve: openSetCurve(scores, order),
      threshold:
        threshold === null || falseAccept === null || falseReject === null
          ? null
          : { asked: options.falseAccept, value: threshold, falseAccept, falseReject },
      calibrationError: figures.calibrationError,
      reliability: figures.reliability,
      ...pairs,
    },
  }
}

/** The same at once. */
export const measurePredictionAtOnce = (
  set: PredictionSet,
  options: PredictionOptions,
): MeasuredPrediction => finish(measurePrediction(set, options))

/** How strange an image is: larger is stranger. */
export const strangeness = ({ share, distance }: Answer, score: StrangenessScore): number =>
  score === 'distance' ? distance : 1 - share

/** The confidence that is shown for an answer: the share itself where nothing calibrates it. */
export const confidenceOf = (
  { share }: Answer,
  { calibration }: Pick<Decision, 'calibration'>,
): number => (calibration === null ? share : heightAt(calibration, share))

const hasAnswer = ({ label }: Answer): boolean => label >= 0

/** Whether an image has another one of its label that shows something else. */
function peersOf({ labels, groups }: PredictionSet): (row: number) => boolean {
  const inLabel = new Map<number, number>()
  const inBoth = new Map<string, number>()
  const key = (row: number) => `${labels[row]} ${groups[row]}`
  labels.forEach((label, row) => {
    inLabel.set(label, (inLabel.get(label) ?? 0) + 1)
    inBoth.set(key(row), (inBoth.get(key(row)) ?? 0) + 1)
  })
  return (row) => inLabel.get(labels[row]!)! > inBoth.get(key(row))!
}

/** Held-out images, or as many as may be compared with all, in random order. */
function chooseQueries(
  { isHeldOut, heldOut }: PredictionSet,
  { random, mostPairs = mostPairsAsked, isEnough }: PredictionOptions,
): { readonly queries: Uint32Array; readonly inAll: number } {
  const all =
    heldOut === 'nothing'
      ? new Uint32Array(0)
      : Uint32Array.from(isHeldOut.keys()).filter((row) => isHeldOut[row] === 1)
  const most = Math.max(1, Math.floor(mostPairs / Math.max(1, isHeldOut.length)))
  if (all.length <= most && isEnough === undefined) return { queries: all, inAll: all.length }
  const drawn = random.fork('queries').shuffle(Uint32Array.from(all)).subarray(0, most)
  return { queries: drawn, inAll: all.length }
}

/** Pairs of held-out images alone: what training saw is closer together than what it did not. */
function ratesOfPairs(set: PredictionSet, unit: Matrix, options: PredictionOptions) {
  const rows = Uint32Array.from(set.isHeldOut.keys()).filter((row) => set.isHeldOut[row] === 1)
  const all = Uint32Array.from(rows.keys())
  const most = Math.floor((options.mostPairs ?? mostPairsAsked) / Math.max(1, rows.length))
  const isSample = all.length > most || options.isEnough !== undefined
  const random = options.random.fork('pairs')
  return pairRates(
    {
      unit: gatherRows(unit, rows),
      labels: Int32Array.from(numbered(rows, set.labels).of),
      groups: Uint32Array.from(rows, (row) => set.groups[row]!),
      queries: isSample ? random.shuffle(all).subarray(0, Math.max(1, most)) : all,
    },
    { product: options.product, random, isEnough: options.isEnough },
  )
}

/** Labels of rows numbered from 0 in rising order; `keys` are what they were. */
function numbered(rows: Uint32Array, labels: Int32Array) {
  const keys = [...new Set(Array.from(rows, (row) => labels[row]!))].sort((a, b) => a - b)
  const numbers = new Map(keys.map((key, number) => [key, number]))
  return { keys, of: Array.from(rows, (row) => numbers.get(labels[row]!)!) }
}

interface CrossFit {
  /** [known] by a calibration that the image's label was not in; null where labels are too few. */
  readonly confidence: Float64Array | null
  /** [unknown] 1 where it is taken for known, [known] 1 where it is not, at such a threshold. */
  readonly accepted: Uint8Array | null
  readonly rejected: Uint8Array | null
}

function crossFit(
  {
    scores,
    shares,
    knownLabels,
    unknownLabels,
    foldOf,
  }: {
    readonly scores: OpenSetScores
    readonly shares: Float64Array
    readonly knownLabels: Int32Array
    readonly unknownLabels: Int32Array
    readonly foldOf: Int32Array
  },
  { falseAccept }: PredictionOptions,
): CrossFit {
  const count = foldOf.reduce((most, fold) => Math.max(most, fold + 1), 0)
  let confidence: Float64Array | null = new Float64Array(shares.length)
  let accepted: Uint8Array | null = new Uint8Array(scores.unknown.length)
  let rejected: Uint8Array | null = new Uint8Array(scores.known.length)
  if (shares.length === 0) confidence = null
  for (let fold = 0; fold < count; fold++) {
    const isIn = (labels: Int32Array) => (_: unknown, i: number) => foldOf[labels[i]!] === fold
    const isOut = (labels: Int32Array) => (_: unknown, i: number) => foldOf[labels[i]!] !== fold
    const curve = isotonicRegression(
      shares.filter(isOut(knownLabels)),
      scores.right.filter(isOut(knownLabels)),
    )
    const threshold = thresholdFor(
      {
        known: scores.known.filter(isOut(knownLabels)),
        unknown: scores.unknown.filter(isOut(unknownLabels)),
      },
      falseAccept,
    )
    const isKnownIn = isIn(knownLabels)
    const isUnknownIn = isIn(unknownLabels)
    shares.forEach((share, i) => {
      if (!isKnownIn(share, i)) return
      if (curve === null) confidence = null
      else if (confidence !== null) confidence[i] = heightAt(curve, share)
    })
    if (threshold === null) accepted = rejected = null
    if (threshold === null || accepted === null || rejected === null) continue
    scores.unknown.forEach((score, i) => {
      if (isUnknownIn(score, i)) accepted![i] = score <= threshold ? 1 : 0
    })
    scores.known.forEach((score, i) => {
      if (isKnownIn(score, i)) rejected![i] = score <= threshold ? 0 : 1
    })
  }
  return { confidence, accepted, rejected }
}

const shareOf = (flags: Uint8Array): number =>
  flags.reduce((sum, flag) => sum + flag, 0) / flags.length
