import { treeCount, type Arena } from './arena'
import { partOf, type Steps } from '../steps'
import { drawReverse, freshBit } from './neighbourTasks'
import { type TaskName, type TaskNumbers, type Workforce } from './tasks'

/** Up to so many rows each is compared with all others. */
export const exactNeighbourLimit = 6000
const mostRounds = 12
/** Rounds end when fewer than this share of all places in the lists change. */
const tolerance = 0.002
/** Rows that are drawn from before others may run. */
const drawnAStep = 2 ** 16
/** Share of the time that the trees take, by experience. */
const treeShare = 0.35

/**
 * Finds the neighbours of all rows of an arena, exactly or by random trees and then neighbours of
 * neighbours: about O(n^1.14 d) time. The same seed gives the same on any number of threads. They
 * are in `near[0]` and `away[0]` then.
 */
export function* findNeighbours(arena: Arena, workforce: Workforce, seed: number): Steps<void> {
  const { rows, count } = arena.size
  if (count === 0) return
  if (rows <= exactNeighbourLimit) {
    yield* inStripes(workforce, 'exact', rows, stripe(1e6 / rows))
    return
  }
  for (let tree = 0; tree < treeCount; tree++) {
    workforce.run('grow', tree, tree + 1, [seed, 0, 0, 0])
    yield (treeShare * (tree + 0.5)) / treeCount
    const share = (part: number) => (treeShare * (tree + part)) / treeCount
    const leaves = inStripes(workforce, 'leaf', rows, stripe(2 ** 14), [tree, 0, 0, 0])
    yield* partOf(leaves, share(0.5), share(1))
  }
  workforce.run('fill', 0, rows, [seed, 0, 0, 0])
  let share = treeShare
  let round = 0
  for (; round < mostRounds; round++) {
    for (let from = 0; from < rows; from += drawnAStep) {
      drawReverse(arena, seed, round, from, Math.min(rows, from + drawnAStep))
      yield share
    }
    Atomics.store(arena.counters, 0, 0)
    const descent = inStripes(workforce, 'descend', rows, stripe(4096), [round, 0, 0, 0])
    // As a rule it ends long before the last round: each is taken for half of what is left.
    yield* partOf(descent, share, (1 + share) / 2)
    share = (1 + share) / 2
    if (Atomics.load(arena.counters, 0) < tolerance * rows * count) break
  }
  const last = Math.min(round + 1, mostRounds) & 1
  const found = arena.near[last]!
  const near = arena.near[0]
  for (let at = 0; at < near.length; at++) near[at] = found[at]! & ~freshBit
  if (last === 1) arena.away[0].set(arena.away[1])
}

const stripe = (units: number): number => Math.max(64, Math.floor(units))

/** Runs a task over `units` in stripes of `size`, with a step after each. */
export function* inStripes(
  workforce: Workforce,
  name: TaskName,
  units: number,
  size: number,
  numbers?: TaskNumbers,
): Steps<void> {
  for (let from = 0; from < units; from += size) {
    const to = Math.min(units, from + size)
    workforce.run(name, from, to, numbers)
    yield to / units
  }
}
