import { compareAll } from '../evaluation/compareAll'
import { gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { SmallestK } from '../math/smallestK'
import { partOf, type Steps } from '../steps'
import { type PredictionRule, predictionRules } from '../../shared/model/prediction'
import { LabelMeans } from './labelMeans'
import { type Answer, nearestMean, voteOf } from './vote'

/** Labelled images that answer, and which of them ask. */
export interface AskedSet {
  /** [n, d] L2-normalised. */
  readonly unit: Matrix
  /** [n] from 0. */
  readonly labels: Int32Array
  /** [n] the same number for images that show the same thing. */
  readonly groups: Uint32Array
  /** Rows that ask, in the order in which they do. */
  readonly queries: Uint32Array
}

export interface Answers {
  /** How many of the queries were asked. */
  readonly asked: number
  /** By rule, of each query: with its label among those that answer, and as if nobody had told it. */
  readonly known: Readonly<Record<PredictionRule, readonly Answer[]>>
  readonly unknown: Readonly<Record<PredictionRule, readonly Answer[]>>
}

export interface AskingOptions {
  readonly k: number
  readonly product: MatrixProduct
  readonly rules?: readonly PredictionRule[] | undefined
  readonly isEnough?: (() => boolean) | undefined
}

/** Queries whose distances to the means are computed at a time. */
const meansBlock = 64
const votingShare = 0.8

/**
 * Lets each query ask twice: among all other images, without those of its group, which would
 * answer for it; and without all of its label too, which then poses as unknown.
 */
export function* askHeldOut(set: AskedSet, options: AskingOptions): Steps<Answers> {
  const { rules = predictionRules, isEnough } = options
  const known: Record<PredictionRule, Answer[]> = { vote: [], weightedVote: [], classMean: [] }
  const unknown: Record<PredictionRule, Answer[]> = { vote: [], weightedVote: [], classMean: [] }
  const voting = rules.filter((rule) => rule !== 'classMean')
  let asked = set.queries.length
  if (voting.length > 0) {
    const near = new SmallestK(Math.min(options.k, set.labels.length))
    const others = new SmallestK(Math.min(options.k, set.labels.length))
    const halves = halfSquares(set.unit)
    const { labels, groups, unit } = set
    const answer = (query: number, best: SmallestK, into: typeof known) => {
      const rows = voters(best)
      const found = rows.map((row) => labels[row]!)
      const distances = rows.map((row) => distanceBetween(unit, query, unit, row))
      for (const rule of voting) into[rule].push(voteOf(found, distances, rule))
    }
    asked = yield* partOf(
      compareAll(unit, set.queries, { ...options, isEnough }, (query, cosines) => {
        near.clear()
        others.clear()
        const group = groups[query]!
        const label = labels[query]!
        for (let j = 0; j < cosines.length; j++) {
          const key = halves[j]! - cosines[j]!
          // Those of other labels are among all: what is too far for them is too far for both.
          if (!(key < others.worst) || groups[j] === group) continue
          if (key < near.worst) near.add(key, j)
          if (labels[j] !== label) others.add(key, j)
        }
        answer(query, near, known)
        answer(query, others, unknown)
      }),
      0,
      rules.includes('classMean') ? votingShare : 1,
    )
  }
  if (rules.includes('classMean')) {
    const queries = set.queries.subarray(0, asked)
    const asking = askMeans({ ...set, queries }, options.product, (own, others) => {
      known.classMean.push(nearestMean(own))
      unknown.classMean.push(nearestMean(others))
    })
    yield* partOf(asking, voting.length > 0 ? votingShare : 0, 1)
  }
  return { asked, known, unknown }
}

/** @param visit gets the distances to the means, [labels], with the own label's and without */
function* askMeans(
  { unit, labels, groups, queries }: AskedSet,
  product: MatrixProduct,
  visit: (own: Float64Array, others: Float64Array) => void,
): Steps<void> {
  const count = labels.reduce((most, label) => Math.max(most, label + 1), 0)
  const means = new LabelMeans(unit, labels, count)
  const directions = means.all()
  const groupOf = new Map<number, number[]>()
  groups.forEach((group, row) => {
    const rows = groupOf.get(group)
    if (rows === undefined) groupOf.set(group, [row])
    else rows.push(row)
  })
  const own = new Float64Array(count)
  const others = new Float64Array(count)
  for (let from = 0; from < queries.length; from += meansBlock) {
    const block = queries.subarray(from, from + meansBlock)
    const cosines = product.multiplyTransposed(gatherRows(unit, block), directions).data
    block.forEach((query, place) => {
      for (let label = 0; label < count; label++) {
        const cosine = cosines[place * count + label]!
        own[label] = means.counts[label] === 0 ? Infinity : distanceOfCosine(cosine)
      }
      const twins = groupOf.get(groups[query]!)!
      for (const label of new Set(twins.map((row) => labels[row]!))) {
        const rest = means.without(
          label,
          twins.filter((row) => labels[row] === label),
        )
        own[label] = rest === null ? Infinity : distanceTo(unit, query, rest)
      }
      others.set(own)
      others[labels[query]!] = Infinity
      visit(own, others)
    })
    yield (from + block.length) / queries.length
  }
}

/** Rows that were found, nearest first. */
const voters = (best: SmallestK): number[] =>
  [...best.index.keys()].filter((i) => best.key[i]! < Infinity).map((i) => best.index[i]!)

const distanceOfCosine = (cosine: number): number => Math.sqrt(Math.max(0, 2 - 2 * cosine))

function distanceTo(from: Matrix, row: number, to: Float32Array): number {
  let sum = 0
  for (let k = 0; k < from.columns; k++) {
    const difference = from.data[row * from.columns + k]! - to[k]!
    sum += difference * difference
  }
  return Math.sqrt(sum)
}

const distanceBetween = (a: Matrix, i: number, b: Matrix, j: number): number =>
  distanceTo(a, i, b.data.subarray(j * b.columns, (j + 1) * b.columns))

/** Half the squared length of each row: rounding leaves it a little off 1/2, or it is 0. */
function halfSquares({ rows, columns, data }: Matrix): Float64Array {
  const result = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let sum = 0
    for (let k = row * columns; k < (row + 1) * columns; k++) sum += data[k]! * data[k]!
    result[row] = sum / 2
  }
  return result
}
