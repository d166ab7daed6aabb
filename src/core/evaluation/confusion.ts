import { normalizeRows } from '../math/normalizeRows'
import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { SmallestK } from '../math/smallestK'
import { finish } from '../steps'
import { compareAll } from './compareAll'

interface ConfusedPair {
  readonly label: number
  /** What the neighbours say. */
  readonly predicted: number
  readonly count: number
}

export interface Confusion {
  /** Label by vote for each image that was asked; its own label for others. */
  readonly predicted: Int32Array
  /** 1 where the neighbours of an image voted. */
  readonly isAsked: Uint8Array
  /** How many did. */
  readonly asked: number
  /** Share of the images asked whose vote is right; null where none was. */
  readonly accuracy: number | null
  /** Wrong votes by pair of labels, most frequent first. */
  readonly pairs: readonly ConfusedPair[]
}

/**
 * Leave-one-out vote of the k nearest neighbours; of labels with as many votes the one whose
 * nearest voter is nearest. A single image has no neighbours and keeps its label.
 * @param embeddings [n, d], compared by cosine
 * @param labels [n]
 */
export function confusionByVote(
  embeddings: Matrix,
  labels: ArrayLike<number>,
  options: { readonly k?: number; readonly product?: MatrixProduct } = {},
): Confusion {
  const { product } = options
  const collector = new VoteCollector(embeddings, labels, options.k)
  const every = Uint32Array.from({ length: embeddings.rows }, (_, image) => image)
  finish(
    compareAll(embeddings, every, { product }, (image, values) => {
      collector.add(image, values)
    }),
  )
  return collector.report()
}

/** Takes the cosines of images to all, in any order, and lets their neighbours vote. */
export class VoteCollector {
  private readonly predicted: Int32Array
  private readonly isAsked: Uint8Array
  private readonly halves: Float64Array
  private readonly best: SmallestK

  constructor(
    embeddings: Matrix,
    private readonly labels: ArrayLike<number>,
    k = 5,
  ) {
    this.halves = halfSquares(embeddings)
    this.predicted = Int32Array.from(labels)
    this.isAsked = new Uint8Array(embeddings.rows)
    this.best = new SmallestK(Math.max(0, Math.min(k, embeddings.rows - 1)))
  }

  /** @param cosines [n] */
  add(image: number, cosines: Float32Array): void {
    const { best, halves, labels } = this
    this.isAsked[image] = 1
    if (best.index.length === 0) return
    best.clear()
    for (let j = 0; j < cosines.length; j++) {
      const key = halves[j]! - cosines[j]!
      if (key < best.worst && j !== image) best.add(key, j)
    }
    this.predicted[image] = voteOf(best.index, labels) ?? labels[image]!
  }

  /** Of the images that were asked; the others keep their label. */
  report(): Confusion {
    const { predicted, isAsked, labels } = this
    const counts = new Map<string, { label: number; predicted: number; count: number }>()
    let right = 0
    let asked = 0
    for (let i = 0; i < predicted.length; i++) {
      if (isAsked[i] === 0) continue
      asked++
      const label = labels[i]!
      const vote = predicted[i]!
      if (vote === label) right++
      else {
        const key = `${label} ${vote}`
        const entry = counts.get(key) ?? { label, predicted: vote, count: 0 }
        entry.count++
        counts.set(key, entry)
      }
    }
    return {
      predicted,
      isAsked,
      asked,
      accuracy: asked > 0 ? right / asked : null,
      pairs: [...counts.values()].sort(
        (a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted,
      ),
    }
  }
}

/** Half the squared length of each row, made 1 first: rounding leaves it a little off 1/2. */
function halfSquares({ rows, columns, data }: Matrix): Float64Array {
  const result = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    const { unit } = normalizeRows({
      rows: 1,
      columns,
      data: data.subarray(i * columns, (i + 1) * columns),
    })
    let sum = 0
    for (const value of unit.data) sum += value * value
    result[i] = sum / 2
  }
  return result
}

function voteOf(indices: Uint32Array, labels: ArrayLike<number>): number | undefined {
  const votes = new Map<number, number>()
  for (const index of indices) {
    const label = labels[index]!
    votes.set(label, (votes.get(label) ?? 0) + 1)
  }
  let winner: number | undefined
  // A map keeps the order in which labels came, nearest first, so that ties go to the nearest.
  for (const [label, number] of votes) {
    if (winner === undefined || number > votes.get(winner)!) winner = label
  }
  return winner
}
