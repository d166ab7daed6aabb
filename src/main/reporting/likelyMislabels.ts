import { setImmediate as breathe } from 'node:timers/promises'
import { gatherRows, type Matrix } from '../../core/math/matrix'
import { exactNeighbors } from '../../core/math/neighbors'
import type { Random } from '../../core/math/random'

interface LikelyMislabel {
  /** Row of the embeddings. */
  readonly row: number
  /** Of the nearest others, how many have its label and how many the one that most of them have. */
  readonly own: number
  readonly suggestedLabel: number
  readonly suggested: number
}

export interface MislabelFinding {
  /** Least likely labels first. */
  readonly images: readonly LikelyMislabel[]
  readonly voters: number
  /** Images that were looked at, of how many with a label. */
  readonly asked: number
  readonly labelled: number
}

/** Neighbours that vote (Northcutt, Jiang, Chuang 2021 vote by as many). */
const voters = 10
/** Distances that are computed at most; of more images a sample is asked. */
const mostDistances = 250_000_000
/**
 * Few at once pack all images again and again: 128 take less than half the time of 32 at 7,000
 * images. Of very many images fewer, so that a cancellation comes in.
 */
const queriesAtOnce = (images: number): number =>
  Math.max(32, Math.min(128, Math.floor(1_000_000 / images)))

/**
 * Images whose nearest labelled others mostly have another label than they: k-NN self-confidence
 * (Kuan, Mueller 2022), lowest first. Null where it was cancelled.
 * @param unit [n, d] L2-normalised, of images that have a label
 * @param labels [n]
 */
export async function likelyMislabels(
  unit: Matrix,
  labels: Int32Array,
  { most, random, signal }: { most: number; random: Random; signal?: AbortSignal | undefined },
): Promise<MislabelFinding | null> {
  const labelled = unit.rows
  const asked = Math.min(labelled, Math.floor(mostDistances / Math.max(1, labelled)))
  const rows = Uint32Array.from({ length: labelled }, (_, row) => row)
  if (asked < labelled) {
    for (let i = 0; i < asked; i++) {
      const other = i + random.integer(labelled - i)
      const kept = rows[i]!
      rows[i] = rows[other]!
      rows[other] = kept
    }
  }
  const found: LikelyMislabel[] = []
  const step = queriesAtOnce(labelled)
  for (let from = 0; from < asked; from += step) {
    const block = rows.subarray(from, Math.min(asked, from + step))
    // One more than vote: the image itself is among them, unless twins push it out.
    const near = exactNeighbors(unit, {
      ...{ k: voters + 1, normalized: false },
      queries: gatherRows(unit, block),
    })
    block.forEach((row, i) => {
      const others = [...near.indices.subarray(i * near.k, (i + 1) * near.k)].filter(
        (one) => one !== row,
      )
      const votes = new Map<number, number>()
      for (const one of others.slice(0, voters)) {
        votes.set(labels[one]!, (votes.get(labels[one]!) ?? 0) + 1)
      }
      // A map keeps its order: of equal numbers of votes the label of the nearer neighbour.
      const [best] = [...votes].sort((one, other) => other[1] - one[1])
      if (best === undefined || best[0] === labels[row]) return
      const own = votes.get(labels[row]!) ?? 0
      if (2 * best[1] <= Math.min(voters, others.length)) return
      found.push({ row, own, suggestedLabel: best[0], suggested: best[1] })
    })
    await breathe()
    if (signal?.aborted === true) return null
  }
  found.sort(
    (one, other) => one.own - other.own || other.suggested - one.suggested || one.row - other.row,
  )
  return { images: found.slice(0, most), voters, asked, labelled }
}
