import type { Matrix } from '../math/matrix'
import { exactNeighbors } from '../math/neighbors'
import type { MatrixProduct } from '../math/product'

export interface ConfusedPair {
  readonly label: number
  /** What the neighbours say. */
  readonly predicted: number
  readonly count: number
}

export interface Confusion {
  /** Label by vote for each image. */
  readonly predicted: Int32Array
  /** Share of images whose vote is right. */
  readonly accuracy: number
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
  const { k = 5, product } = options
  const neighbors = exactNeighbors(embeddings, { k, ...(product === undefined ? {} : { product }) })
  const predicted = new Int32Array(embeddings.rows)
  const counts = new Map<string, { label: number; predicted: number; count: number }>()
  let right = 0
  for (let i = 0; i < embeddings.rows; i++) {
    const label = labels[i]!
    const vote = voteOf(neighbors.indices, i * neighbors.k, neighbors.k, labels) ?? label
    predicted[i] = vote
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
    accuracy: embeddings.rows > 0 ? right / embeddings.rows : 0,
    pairs: [...counts.values()].sort(
      (a, b) => b.count - a.count || a.label - b.label || a.predicted - b.predicted,
    ),
  }
}

function voteOf(
  indices: Uint32Array,
  from: number,
  count: number,
  labels: ArrayLike<number>,
): number | undefined {
  const votes = new Map<number, number>()
  for (let r = 0; r < count; r++) {
    const label = labels[indices[from + r]!]!
    votes.set(label, (votes.get(label) ?? 0) + 1)
  }
  let winner: number | undefined
  // A map keeps the order in which labels came, nearest first, so that ties go to the nearest.
  for (const [label, number] of votes) {
    if (winner === undefined || number > votes.get(winner)!) winner = label
  }
  return winner
}
