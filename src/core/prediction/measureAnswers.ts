import type { Steps } from '../steps'
import type { Random } from '../math/random'
import type { PredictionFigure, ReliabilityBin } from '../../shared/model/prediction'
import { figureOf, labelIntervals } from './labelBootstrap'
import { type OpenSetScores, openSetFigures } from './openSet'
import { binByConfidence, calibrationError } from './reliability'

export interface AnsweredImages {
  readonly scores: OpenSetScores
  /** Of `orderOf`. */
  readonly order: Uint32Array
  /** [known], [unknown] true label of each, from 0. */
  readonly knownLabels: Int32Array
  readonly unknownLabels: Int32Array
  readonly labels: number
  /** [known]; null where nobody is confident of anything. */
  readonly confidence: Float64Array | null
  /** [unknown] 1 where it was taken for known, [known] 1 where it was not; null without a threshold. */
  readonly accepted: Uint8Array | null
  readonly rejected: Uint8Array | null
  readonly random: Random
}

/** Each null where nothing measures it. */
export interface AnswerFigures {
  readonly accuracy: PredictionFigure | null
  readonly auroc: PredictionFigure | null
  readonly oscr: PredictionFigure | null
  readonly calibrationError: PredictionFigure | null
  readonly falseAccept: PredictionFigure | null
  readonly falseReject: PredictionFigure | null
  readonly reliability: readonly ReliabilityBin[]
}

/** How right answers were, and how well known was told from unknown, with intervals over labels. */
export function* measureAnswers(of: AnsweredImages): Steps<AnswerFigures> {
  const { scores, order, knownLabels, unknownLabels, labels, confidence, accepted, rejected } = of
  const rising =
    confidence === null
      ? null
      : Uint32Array.from(confidence.keys()).sort((a, b) => confidence[a]! - confidence[b]! || a - b)
  const binsOf = (times?: Uint32Array) =>
    confidence === null || rising === null
      ? []
      : binByConfidence(confidence, scores.right, rising, times)
  const measure = (times: Uint32Array) => {
    const knownTimes = Uint32Array.from(knownLabels, (label) => times[label]!)
    const unknownTimes = Uint32Array.from(unknownLabels, (label) => times[label]!)
    const both = new Uint32Array(knownTimes.length + unknownTimes.length)
    both.set(knownTimes)
    both.set(unknownTimes, knownTimes.length)
    const { auroc, oscr } = openSetFigures(scores, order, both)
    return [
      weightedShare(scores.right, knownTimes),
      auroc,
      oscr,
      calibrationError(binsOf(knownTimes)),
      accepted === null ? null : weightedShare(accepted, unknownTimes),
      rejected === null ? null : weightedShare(rejected, knownTimes),
    ]
  }
  const whole = measure(new Uint32Array(labels).fill(1))
  const looks = 3 * knownLabels.length + unknownLabels.length
  const intervals = yield* labelIntervals({ labels, random: of.random, looks }, measure)
  const figure = (at: number) => figureOf(whole[at]!, intervals[at])
  return {
    accuracy: figure(0),
    auroc: figure(1),
    oscr: figure(2),
    calibrationError: reversed(figure(3)),
    falseAccept: figure(4),
    falseReject: figure(5),
    reliability: binsOf(),
  }
}

/** Null where nothing counts. */
function weightedShare(flags: Uint8Array, times: Uint32Array): number | null {
  let sum = 0
  let total = 0
  flags.forEach((flag, i) => {
    sum += times[i]! * flag
    total += times[i]!
  })
  return total === 0 ? null : sum / total
}

/**
 * Draws of labels leave the bins fewer witnesses, so that their calibration errors are larger than
 * the one measured: their distance from it is turned round (basic bootstrap; Davison and Hinkley
 * 1997, section 5.2).
 */
const reversed = (figure: PredictionFigure | null): PredictionFigure | null =>
  figure === null || figure.low === null || figure.high === null
    ? figure
    : {
        value: figure.value,
        low: Math.max(0, Math.min(figure.value, 2 * figure.value - figure.high)),
        high: Math.min(1, Math.max(figure.value, 2 * figure.value - figure.low)),
      }
