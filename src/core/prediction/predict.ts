import { exactNeighbors } from '../math/neighbors'
import { createMatrix, gatherRows, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Steps } from '../steps'
import { LabelMeans } from './labelMeans'
import type { Decision } from './measurePrediction'
import { type Answer, nearestMean, voteOf } from './vote'

/** Rows that have labels. */
export interface LabelledUnits {
  /** [n, d] L2-normalised. */
  readonly unit: Matrix
  /** [n] */
  readonly labels: Int32Array
}

/** What answers: labelled images, and one direction of a mean a label. */
export interface References extends LabelledUnits {
  readonly means: LabelledUnits
}

export interface Prediction {
  readonly answer: Answer
  /** Rows of the references, nearest first, at most k. */
  readonly rows: readonly number[]
  readonly distances: readonly number[]
}

/** Queries that are looked at together. */
const queriesAStep = 128

/**
 * Answers for images by the rule that was chosen.
 * @param queries [m, d] L2-normalised
 * @param visit gets each query's place and prediction, in their order
 */
export function* predictSteps(
  references: References,
  queries: Matrix,
  { rule, k }: Pick<Decision, 'rule' | 'k'>,
  product: MatrixProduct,
  visit: (place: number, prediction: Prediction) => void,
): Steps<void> {
  const { unit, labels, means } = references
  for (let from = 0; from < queries.rows; from += queriesAStep) {
    const to = Math.min(queries.rows, from + queriesAStep)
    const block = createMatrix(
      to - from,
      queries.columns,
      queries.data.subarray(from * queries.columns, to * queries.columns),
    )
    const asking = { normalized: false, product, queries: block }
    const found = exactNeighbors(unit, { k, ...asking })
    const ofMeans = rule === 'classMean' ? exactNeighbors(means.unit, { k: 2, ...asking }) : null
    for (let place = 0; place < block.rows; place++) {
      const at = place * found.k
      const rows = [...found.indices.subarray(at, at + found.k)]
      const distances = [...found.distances.subarray(at, at + found.k)]
      const answer =
        rule === 'classMean'
          ? meanAnswer(ofMeans!, place, means.labels)
          : voteOf(
              rows.map((row) => labels[row]!),
              distances,
              rule,
            )
      visit(from + place, { answer, rows, distances })
    }
    yield to / queries.rows
  }
}

function meanAnswer(
  { indices, distances, k }: ReturnType<typeof exactNeighbors>,
  place: number,
  labels: Int32Array,
): Answer {
  const answer = nearestMean(distances.subarray(place * k, (place + 1) * k))
  return { ...answer, label: labels[indices[place * k]!] ?? -1 }
}

/** Directions of the means of the labels that have images. */
export function meansOf({ unit, labels }: LabelledUnits): LabelledUnits {
  const numbers = Int32Array.from(new Set(labels)).sort()
  const count = (numbers.at(-1) ?? -1) + 1
  return {
    unit: gatherRows(new LabelMeans(unit, labels, count).all(), numbers),
    labels: numbers,
  }
}
