import { compareAll } from '../evaluation/compareAll'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { partOf, type Steps } from '../steps'
import type { PairRates, PredictionFigure } from '../../shared/model/prediction'
import { figureOf, labelIntervals } from './labelBootstrap'

/** Images of labels that training never saw. */
export interface PairSet {
  /** [n, d] L2-normalised. */
  readonly unit: Matrix
  /** [n] from 0. */
  readonly labels: Int32Array
  /** [n] pairs of one group count nowhere. */
  readonly groups: Uint32Array
  /** Rows whose pairs are looked at. */
  readonly queries: Uint32Array
}

export interface PairFigures {
  readonly pairs: PairRates | null
  readonly opis: PredictionFigure | null
  readonly worstOpis: number | null
}

/** Bins of 1 - cosine, from 0 to 2, whose upper ends are the thresholds that are looked at. */
const bins = 4096
const curvePoints = 100
/** Thresholds from the lowest to the highest rate of OPIS. */
const opisPoints = 50
const opisRates = { from: 0.01, to: 0.1 }
const worstShare = 0.1

/**
 * FAR(t) = share of pairs of two labels with d <= t, FRR(t) = share of pairs of one label with
 * d > t, each pair once from either end. OPIS (Zhang et al. 2024): of label i, phi_i(d) is the
 * share of its pairs within d, psi_i(d) the share of its pairs with other labels beyond d,
 * U_i = 2 phi psi / (phi + psi); the mean over labels and thresholds of (U_i - mean U)^2, with
 * thresholds evenly spaced from that of FAR 1 % to that of 10 %. The worst tenth are the labels
 * with the lowest mean U.
 */
export function* pairRates(
  set: PairSet,
  options: {
    readonly product: MatrixProduct
    readonly random: Random
    readonly isEnough?: (() => boolean) | undefined
  },
): Steps<PairFigures> {
  const { unit, labels, groups } = set
  const nothing: PairFigures = { pairs: null, opis: null, worstOpis: null }
  const same = new Float64Array(bins)
  const other = new Float64Array(bins)
  const looked = yield* partOf(
    compareAll(unit, set.queries, options, (query, cosines) => {
      visitPairs(query, cosines, (distance, isSame) => {
        const bin = Math.min(bins - 1, Math.max(0, Math.ceil((distance / 2) * bins) - 1))
        const counts = isSame ? same : other
        counts[bin]!++
      })
    }),
    0,
    0.4,
  )
  accumulate(same)
  accumulate(other)
  const sames = same[bins - 1]!
  const others = other[bins - 1]!
  if (sames === 0 || others === 0) return nothing
  const binAt = (rate: number) => other.findIndex((count) => count >= rate * others)
  const first = thresholdOf(binAt(opisRates.from))
  const last = thresholdOf(binAt(opisRates.to))
  const step = (last - first) / (opisPoints - 1)
  const count = labels.reduce((most, label) => Math.max(most, label + 1), 0)
  const positive = new Float64Array(count * (opisPoints + 1))
  const negative = new Float64Array(count * (opisPoints + 1))
  yield* partOf(
    compareAll(unit, set.queries.subarray(0, looked), options, (query, cosines) => {
      const row = labels[query]! * (opisPoints + 1)
      visitPairs(query, cosines, (distance, isSame) => {
        const euclidean = Math.sqrt(2 * Math.max(0, distance))
        const place =
          euclidean <= first
            ? 0
            : step === 0
              ? opisPoints
              : Math.min(opisPoints, Math.ceil((euclidean - first) / step))
        const counts = isSame ? positive : negative
        counts[row + place]!++
      })
    }),
    0.4,
    0.8,
  )
  const of = ratesOfLabels(positive, negative, count)
  const consistent = [...of.keys()].filter((l) => of[l]!.sames > 0 && of[l]!.others > 0)
  const utilities = consistent.map((l) => of[l]!.utility)
  const looks = count + utilities.length * opisPoints
  const measure = (times: Uint32Array) => {
    let accepted = 0
    let apart = 0
    let rejected = 0
    let together = 0
    of.forEach((label, l) => {
      accepted += times[l]! * label.accepted
      apart += times[l]! * label.others
      rejected += times[l]! * label.rejected
      together += times[l]! * label.sames
    })
    return [
      apart === 0 ? null : accepted / apart,
      together === 0 ? null : rejected / together,
      varianceOf(utilities, (i) => times[consistent[i]!]!),
    ]
  }
  const whole = measure(new Uint32Array(count).fill(1))
  const [falseAccept, falseReject, opis] = yield* partOf(
    labelIntervals({ labels: count, random: options.random, looks }, measure),
    0.8,
    1,
  )
  const worst = utilities
    .map((utility, i) => ({ mean: meanOf(utility), i }))
    .sort((a, b) => a.mean - b.mean || a.i - b.i)
    .slice(0, Math.ceil(worstShare * utilities.length))
  const isWorst = new Set(worst.map(({ i }) => i))
  const rate = whole[0]!
  return {
    pairs: {
      threshold: first,
      falseAccept: figureOf(rate, twice(falseAccept ?? null, rate))!,
      falseReject: figureOf(whole[1]!, falseReject)!,
      curve: curveOf(same, other),
    },
    opis: utilities.length < 2 ? null : figureOf(whole[2] ?? null, opis),
    worstOpis:
      utilities.length < 2 ? null : varianceOf(utilities, (i) => (isWorst.has(i) ? 1 : 0), true),
  }

  function visitPairs(
    query: number,
    cosines: Float32Array,
    visit: (distance: number, isSame: boolean) => void,
  ): void {
    const label = labels[query]!
    const group = groups[query]!
    for (let j = 0; j < cosines.length; j++) {
      if (groups[j] !== group) visit(1 - cosines[j]!, labels[j] === label)
    }
  }
}

/**
 * A pair of two labels has two of them, and a draw by one end alone varies half as much as one by
 * both (the projection of a U-statistic of two arguments; Hoeffding 1948).
 */
const twice = (
  interval: readonly [number, number] | null,
  value: number,
): readonly [number, number] | null =>
  interval === null
    ? null
    : [
        Math.max(0, value + 2 * (interval[0] - value)),
        Math.min(1, value + 2 * (interval[1] - value)),
      ]

/** Euclidean distance at the upper end of a bin. */
const thresholdOf = (bin: number): number => Math.sqrt((4 * (bin + 1)) / bins)

function accumulate(counts: Float64Array): void {
  for (let i = 1; i < counts.length; i++) counts[i]! += counts[i - 1]!
}

interface LabelRates {
  readonly sames: number
  readonly others: number
  /** Pairs with other labels within the first threshold, and of its own beyond it. */
  readonly accepted: number
  readonly rejected: number
  /** [thresholds] U. */
  readonly utility: Float64Array
}

function ratesOfLabels(positive: Float64Array, negative: Float64Array, labels: number) {
  return Array.from({ length: labels }, (_, label): LabelRates => {
    const row = label * (opisPoints + 1)
    const within = positive.slice(row, row + opisPoints + 1)
    const close = negative.slice(row, row + opisPoints + 1)
    accumulate(within)
    accumulate(close)
    const sames = within[opisPoints]!
    const others = close[opisPoints]!
    const utility = Float64Array.from({ length: opisPoints }, (_, at) => {
      const phi = within[at]! / sames
      const psi = 1 - close[at]! / others
      return phi + psi > 0 ? (2 * phi * psi) / (phi + psi) : 0
    })
    return { sames, others, accepted: close[0]!, rejected: sames - within[0]!, utility }
  })
}

/**
 * Mean over labels and thresholds of the squared difference to the mean over labels.
 * @param amongAll the mean over all labels, whichever count
 */
function varianceOf(
  utilities: readonly Float64Array[],
  timesOf: (label: number) => number,
  amongAll = false,
): number | null {
  const [{ length } = { length: 0 }] = utilities
  let sum = 0
  let total = 0
  for (let i = 0; i < utilities.length; i++) total += timesOf(i)
  if (total === 0) return null
  for (let at = 0; at < length; at++) {
    let mean = 0
    utilities.forEach((utility, i) => (mean += (amongAll ? 1 : timesOf(i)) * utility[at]!))
    mean /= amongAll ? utilities.length : total
    utilities.forEach((utility, i) => (sum += timesOf(i) * (utility[at]! - mean) ** 2))
  }
  return sum / (total * length)
}

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** Cumulative counts as a curve, at bins where either changes, thinned evenly over them. */
function curveOf(same: Float64Array, other: Float64Array): PairRates['curve'] {
  const sames = same[bins - 1]!
  const others = other[bins - 1]!
  const changing = [...same.keys()].filter(
    (bin) => bin === 0 || same[bin] !== same[bin - 1] || other[bin] !== other[bin - 1],
  )
  const shown = Math.min(curvePoints, changing.length)
  return Array.from({ length: shown }, (_, i) => {
    const bin = changing[shown === 1 ? 0 : Math.round((i * (changing.length - 1)) / (shown - 1))]!
    return {
      threshold: thresholdOf(bin),
      falseAccept: other[bin]! / others,
      falseReject: 1 - same[bin]! / sames,
    }
  })
}
