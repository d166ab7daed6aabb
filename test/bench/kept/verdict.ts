import {
  pairedBootstrap,
  type PairedDifference,
  type ScoreUnits,
  unitsOf,
} from '../../../src/core/evaluation/pairedBootstrap'
import { createRandom } from '../../../src/core/math/random'
import type { KeptModel } from '../../../src/shared/model/kept'
import type { TrainingOptions } from '../../../src/shared/model/training'

/** Of a run that trains the head alone. */
export type Candidate = Exclude<KeptModel['what'], 'tuned' | 'refitted'>
const candidates = ['features', 'closedForm', 'trained'] as const satisfies Candidate[]

/** Scores of the queries of a test part; all of one run have the same queries. */
export interface QueryResults {
  readonly label: Int32Array
  readonly mapAtR: Float64Array
  readonly precisionAt1: Float64Array
}

export interface Score {
  readonly mapAtR: number
  /** 95 % interval of MAP@R. */
  readonly low: number
  readonly high: number
  readonly precisionAt1: number
}

/** What a choice was worth on the test part. */
export interface Judgement {
  readonly scores: Readonly<Record<Candidate, Score>>
  /** Of the saved model. */
  readonly keptScore: Score
  /** The best on the test part of those that were not kept. */
  readonly other: Candidate
  /** Kept less each of them; nothing less what was kept. */
  readonly differences: Readonly<Record<Candidate, PairedDifference>>
}

export interface KeptRun extends Judgement {
  readonly seed: number
  readonly imageCount: number
  readonly leftOutCount: number
  readonly trainLabels: number
  readonly trainImages: number
  readonly testLabels: number
  readonly testImages: number
  readonly split: TrainingOptions['split']
  readonly closedForm: KeptModel['closedForm']
  readonly kept: Candidate
  readonly reason: KeptModel['reason']
  /** What spoke for it on held-out training labels, or images. */
  readonly heldOut: KeptModel['heldOut']
  readonly seconds: number
}

/**
 * Scores with their intervals, and the paired difference between what was kept and the best of the
 * others. Labels are drawn, images where there are few labels.
 */
export function judge(
  results: Readonly<Record<Candidate, QueryResults>>,
  saved: QueryResults,
  kept: Candidate,
  seed: number,
): Judgement {
  const random = createRandom(seed)
  const scores = Object.fromEntries(
    candidates.map((name) => [name, scoreOf(results[name], random.fork('interval'))]),
  ) as Record<Candidate, Score>
  const [other] = candidates
    .filter((name) => name !== kept)
    .sort((a, b) => scores[b].mapAtR - scores[a].mapAtR)
  const units = ({ label, mapAtR }: QueryResults) => unitsOf(label, mapAtR)
  return {
    scores,
    keptScore: scoreOf(saved, random.fork('interval')),
    other: other!,
    differences: Object.fromEntries(
      candidates.map((name) => [
        name,
        pairedBootstrap(units(results[name]), units(saved), { random: random.fork('difference') }),
      ]),
    ) as Record<Candidate, PairedDifference>,
  }
}

/** What rounding alone changes of a mean; where training gave its start back nothing else does. */
const rounding = 5e-4

/** Whether another one was better in this run, as its interval has it. */
export const isWorse = ({
  differences,
  other,
}: Pick<Judgement, 'differences' | 'other'>): boolean => differences[other].high < -rounding

/** Of a set: what was kept less the best of its candidates. */
export interface SetDifference {
  /** The candidate that, kept in every run, would have done best beside the choice. */
  readonly other: Candidate
  readonly mean: number
  readonly low: number
  readonly high: number
}

/**
 * The mean over the runs of a set of the difference to each candidate, as if that one were kept in
 * all of them, and the least favourable of these. The seeds are taken as independent draws: the
 * variance of the mean is the sum of theirs over the square of their number.
 */
export function differenceOfSet(runs: readonly Judgement[]): SetDifference {
  const all = candidates.map((other): SetDifference => {
    const found = runs.map(({ differences }) => differences[other])
    const mean = found.reduce((sum, one) => sum + one.mean, 0) / runs.length
    const half = Math.hypot(...found.map(({ low, high }) => (high - low) / 2)) / runs.length
    return { other, mean, low: mean - half, high: mean + half }
  })
  // What was kept in every run is no other.
  const others = all.filter(({ mean, high }) => mean !== 0 || high !== 0)
  return (others.length > 0 ? others : all).reduce((a, b) => (b.high < a.high ? b : a))
}

/** Whether always keeping another one would have been better beyond doubt. */
export const isSetWorse = (runs: readonly Judgement[]): boolean =>
  differenceOfSet(runs).high < -rounding

function scoreOf(results: QueryResults, random: ReturnType<typeof createRandom>): Score {
  const units = unitsOf(results.label, results.mapAtR)
  const nothing: ScoreUnits = { ...units, sums: new Float64Array(units.sums.length) }
  const { mean, low, high } = pairedBootstrap(nothing, units, { random })!
  const { precisionAt1 } = results
  const right = precisionAt1.reduce((sum, value) => sum + value, 0)
  return { mapAtR: mean, low, high, precisionAt1: right / Math.max(1, precisionAt1.length) }
}
