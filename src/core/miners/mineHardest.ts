import { tripletsOf, wholeResult } from './collect'
import type { MinerContext, MinerResult } from './miner'
import { farthest, nearest } from './nearness'

/** Farthest positive and nearest negative of each anchor that has both. */
export function mineHardest(context: MinerContext): MinerResult {
  const { positives, negatives } = context.relations
  const anchor: number[] = []
  const positive: number[] = []
  const negative: number[] = []
  for (let i = 0; i < context.distances.rows; i++) {
    const p = farthest(context, positives, i)
    const n = nearest(context, negatives, i)
    if (p < 0 || n < 0) continue
    anchor.push(i)
    positive.push(p)
    negative.push(n)
  }
  return wholeResult(tripletsOf(anchor, positive, negative))
}
