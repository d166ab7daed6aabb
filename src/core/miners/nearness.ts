import type { RowLists } from '../tuples/relations'
import { SmallestK } from '../math/smallestK'
import type { MinerContext } from './miner'

/** 1 for a distance, -1 for a similarity: sign * value grows with how far two images are. */
export function farSign(context: MinerContext): 1 | -1 {
  return context.isSimilarity ? -1 : 1
}

/** The nearest of the anchor's list, the lower index where two are as near; -1 for an empty one. */
export function nearest(context: MinerContext, lists: RowLists, anchor: number): number {
  return extreme(context, lists, anchor, farSign(context))
}

/** The farthest of the anchor's list, the lower index where two are as far; -1 for an empty one. */
export function farthest(context: MinerContext, lists: RowLists, anchor: number): number {
  return extreme(context, lists, anchor, -farSign(context))
}

function extreme(context: MinerContext, lists: RowLists, anchor: number, sign: number): number {
  const { data, columns } = context.distances
  let best = -1
  let bestValue = Infinity
  for (let k = lists.start[anchor]!; k < lists.start[anchor + 1]!; k++) {
    const j = lists.columns[k]!
    const value = sign * data[anchor * columns + j]!
    if (value < bestValue) {
      bestValue = value
      best = j
    }
  }
  return best
}

/** The first `count` of the anchor's list from nearest to farthest, ties by index. */
export function byNearness(
  context: MinerContext,
  lists: RowLists,
  anchor: number,
  count: number,
): Uint32Array {
  const { data, columns } = context.distances
  const sign = farSign(context)
  const from = lists.start[anchor]!
  const to = lists.start[anchor + 1]!
  const best = new SmallestK(Math.min(count, to - from))
  best.clear()
  for (let k = from; k < to; k++) {
    const j = lists.columns[k]!
    const key = sign * data[anchor * columns + j]!
    if (key < best.worst) best.add(key, j)
  }
  return best.index
}
