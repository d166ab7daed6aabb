import type { Steps } from '../steps'
import type { Arena } from './arena'
import type { Lane } from './lane'

const searchRounds = 64
const tolerance = 1e-5
const leastScale = 1e-3

/**
 * How much each neighbour belongs to the neighbourhood of rows `from` up to `to`, from the distances
 * to them (the fuzzy simplicial set of McInnes, Healy, Melville 2018): with rho the nearest that is
 * not 0 and sigma such that the strengths exp(-(d - rho) / sigma) add up to log2 of the neighbours,
 * the row itself counted.
 */
export function strengthTask({ arena }: Lane, from: number, to: number): void {
  const { count } = arena.size
  const distances = arena.away[0]
  for (let row = from; row < to; row++) {
    const start = row * count
    neighbourStrengths(
      distances.subarray(start, start + count),
      arena.strengths.subarray(start, start + count),
    )
  }
}

/** @param distances to the neighbours of one row, nearest first */
function neighbourStrengths(distances: Float32Array, strengths: Float32Array): void {
  let nearest = 0
  let sum = 0
  for (const distance of distances) {
    sum += distance
    if (nearest === 0 && distance > 0) nearest = distance
  }
  const target = Math.log2(distances.length + 1)
  // The row itself counts in the mean, at distance 0.
  const floor = (leastScale * sum) / (distances.length + 1)
  const scale = Math.max(findScale(distances, nearest, target), floor)
  for (let n = 0; n < distances.length; n++) {
    const beyond = distances[n]! - nearest
    strengths[n] = beyond <= 0 ? 1 : Math.exp(-beyond / scale)
  }
}

/** By bisection. */
function findScale(distances: Float32Array, nearest: number, target: number): number {
  let low = 0
  let high = Infinity
  let scale = 1
  for (let round = 0; round < searchRounds; round++) {
    let sum = 0
    for (const distance of distances) {
      sum += distance > nearest ? Math.exp(-(distance - nearest) / scale) : 1
    }
    if (Math.abs(sum - target) < tolerance) break
    if (sum > target) {
      high = scale
      scale = (low + high) / 2
    } else {
      low = scale
      scale = high === Infinity ? scale * 2 : (low + high) / 2
    }
  }
  return scale
}

/** Places in the lists that are gone through before others may run. */
const placesAStep = 2 ** 20

/** Lists for each row where the lists of others hold it. */
export function* listBack(arena: Arena): Steps<void> {
  const { rows, count } = arena.size
  const { back, backStart } = arena
  const near = arena.near[0]
  const total = rows * count
  backStart.fill(0)
  for (let from = 0; from < total; from += placesAStep) {
    const to = Math.min(total, from + placesAStep)
    for (let at = from; at < to; at++) backStart[near[at]! + 1]!++
    yield to / total / 2
  }
  sumUp(backStart)
  const next = backStart.slice(0, rows)
  for (let from = 0; from < total; from += placesAStep) {
    const to = Math.min(total, from + placesAStep)
    for (let at = from; at < to; at++) back[next[near[at]!]!++] = at
    yield 0.5 + to / total / 2
  }
}

/** Makes of lengths, each written one place further, where what has the length begins. */
export function sumUp(starts: Uint32Array): void {
  starts[0] = 0
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!
}

/** The strength of the neighbour at a place joined with that of the way back: p + q - p q. */
function joined(arena: Arena, row: number, at: number): number {
  const there = arena.strengths[at]!
  const back = placeOf(arena, arena.near[0][at]!, row)
  const here = back < 0 ? 0 : arena.strengths[back]!
  return there + here - there * here
}

function placeOf({ near: [near], size: { count } }: Arena, row: number, other: number): number {
  for (let at = row * count; at < (row + 1) * count; at++) if (near[at] === other) return at
  return -1
}

/** How many edges rows `from` up to `to` have, each written one place further. */
export function countTask({ arena }: Lane, from: number, to: number): void {
  const { count } = arena.size
  const { back, backStart, edgeStart } = arena
  for (let row = from; row < to; row++) {
    let edges = count
    for (let i = backStart[row]!; i < backStart[row + 1]!; i++) {
      const other = Math.floor(back[i]! / count)
      if (placeOf(arena, row, other) < 0) edges++
    }
    edgeStart[row + 1] = edges
  }
}

/** The edges of rows `from` up to `to`: their neighbours, and whose neighbour they are. */
export function joinTask({ arena }: Lane, from: number, to: number): void {
  const { count } = arena.size
  const near = arena.near[0]
  const { back, backStart, edgeEnd, edgeStart, edgeStrength } = arena
  for (let row = from; row < to; row++) {
    let edge = edgeStart[row]!
    for (let at = row * count; at < (row + 1) * count; at++, edge++) {
      edgeEnd[edge] = near[at]!
      edgeStrength[edge] = joined(arena, row, at)
    }
    for (let i = backStart[row]!; i < backStart[row + 1]!; i++) {
      const other = Math.floor(back[i]! / count)
      if (placeOf(arena, row, other) >= 0) continue
      edgeEnd[edge] = other
      edgeStrength[edge++] = arena.strengths[back[i]!]!
    }
  }
}

/**
 * Weakens edges between labels, for a weight between 0 and 1: by exp(-5 w / (1 - w)) between two
 * labels, by exp(-2 w) where either end has none (the intersection of McInnes's umap-learn, which
 * has -2.5 / (1 - w) and -1). Writes the strongest of each row for `restoreTask`.
 */
export function partTask({ arena }: Lane, from: number, to: number, weight: number): void {
  const { edgeEnd, edgeStart, edgeStrength, labels, strongest } = arena
  const across = weight >= 1 ? 0 : Math.exp((-5 * weight) / (1 - weight))
  const unknown = Math.exp(-2 * weight)
  for (let row = from; row < to; row++) {
    const label = labels[row]!
    let most = 0
    for (let edge = edgeStart[row]!; edge < edgeStart[row + 1]!; edge++) {
      const other = labels[edgeEnd[edge]!]!
      const factor = label === 0 || other === 0 ? unknown : label === other ? 1 : across
      edgeStrength[edge] = edgeStrength[edge]! * factor
      most = Math.max(most, edgeStrength[edge]!)
    }
    strongest[row] = most
  }
}

/** Scales the edges of each row so that its strongest is 1, and joins both ways again. */
export function restoreTask({ arena }: Lane, from: number, to: number): void {
  const { edgeEnd, edgeStart, edgeStrength, strongest } = arena
  for (let row = from; row < to; row++) {
    for (let edge = edgeStart[row]!; edge < edgeStart[row + 1]!; edge++) {
      const strength = edgeStrength[edge]!
      if (strength === 0) continue
      const there = strength / strongest[row]!
      const back = strength / strongest[edgeEnd[edge]!]!
      edgeStrength[edge] = there + back - there * back
    }
  }
}
