import { partOf, type Steps } from '../steps'
import type { NeighbourGraph } from './neighbourGraph'

/** Edges of a graph both ways, with how often each is drawn. */
export interface Edges {
  readonly head: Uint32Array
  readonly tail: Uint32Array
  /** Rounds from one draw of an edge to the next, at least 1. */
  readonly roundsBetween: Float64Array
}

const searchRounds = 64
const tolerance = 1e-5
const leastScale = 1e-3
/** Rows that are worked on before others may run. */
const rowsAStep = 512
/** Shares of the time that finding and joining strengths take. */
const strengthShare = 0.8
const joinShare = 0.1
/** A copy is never at distance 0: its nearest neighbour would be no guide to its scale. */
const leastSquare = 1e-12

/**
 * How much each row belongs to the neighbourhood of each of its neighbours, joined both ways: the
 * fuzzy simplicial set of McInnes, Healy, Melville 2018. With d the chord to a neighbour, rho the
 * nearest one and sigma such that the strengths exp(-(d - rho) / sigma) add up to log2 of the number
 * of neighbours, two strengths are joined as p + q - p q.
 * @param neighbours neighbours of a row, the row itself counted
 * @param rounds edges too weak to be drawn once in so many are left out
 */
export function* fuzzyEdges(
  graph: NeighbourGraph,
  neighbours: number,
  rounds: number,
): Steps<Edges> {
  const count = neighbours - 1
  const strengths = yield* partOf(strengthsOf(graph, count), 0, strengthShare)
  const { indices } = graph
  const between = (row: number, other: number): number => {
    for (let n = 0; n < count; n++) {
      if (indices[row * graph.count + n] === other) return strengths[row * count + n]!
    }
    return 0
  }
  const joined = new Float64Array(strengths.length)
  let strongest = 0
  for (let row = 0; row < graph.rows; row++) {
    if (row % rowsAStep === 0) yield strengthShare + (joinShare * row) / graph.rows
    for (let n = 0; n < count; n++) {
      const other = indices[row * graph.count + n]!
      const there = strengths[row * count + n]!
      const back = between(other, row)
      // A pair that is in both lists is written down once, by its lower row.
      if (other < row && back > 0) continue
      const strength = there + back - there * back
      joined[row * count + n] = strength
      strongest = Math.max(strongest, strength)
    }
  }
  const least = strongest / rounds
  let edges = 0
  for (const strength of joined) if (strength > 0 && strength >= least) edges += 2
  const head = new Uint32Array(edges)
  const tail = new Uint32Array(edges)
  const roundsBetween = new Float64Array(edges)
  let at = 0
  const before = strengthShare + joinShare
  for (let row = 0; row < graph.rows; row++) {
    if (row % rowsAStep === 0) yield before + ((1 - before) * row) / graph.rows
    for (let n = 0; n < count; n++) {
      const strength = joined[row * count + n]!
      if (!(strength > 0 && strength >= least)) continue
      const other = indices[row * graph.count + n]!
      head.set([row, other], at)
      tail.set([other, row], at)
      roundsBetween.fill(strongest / strength, at, at + 2)
      at += 2
    }
  }
  return { head, tail, roundsBetween }
}

/** [rows, count] */
function* strengthsOf(graph: NeighbourGraph, count: number): Steps<Float64Array> {
  const result = new Float64Array(graph.rows * count)
  const chords = new Float64Array(count)
  const target = Math.log2(count + 1)
  for (let row = 0; row < graph.rows; row++) {
    if (row % rowsAStep === 0) yield row / graph.rows
    let sum = 0
    for (let n = 0; n < count; n++) {
      const similarity = graph.similarities[row * graph.count + n]!
      chords[n] = Math.sqrt(Math.max(leastSquare, 2 - 2 * similarity))
      sum += chords[n]!
    }
    const nearest = chords.reduce((least, chord) => Math.min(least, chord), Infinity)
    // The row itself counts in the mean, at distance 0.
    const scale = Math.max(findScale(chords, nearest, target), (leastScale * sum) / (count + 1))
    for (let n = 0; n < count; n++) {
      const beyond = chords[n]! - nearest
      result[row * count + n] = beyond <= 0 ? 1 : Math.exp(-beyond / scale)
    }
  }
  return result
}

/** By bisection. */
function findScale(chords: Float64Array, nearest: number, target: number): number {
  let low = 0
  let high = Infinity
  let scale = 1
  for (let round = 0; round < searchRounds; round++) {
    let sum = 0
    for (const chord of chords) {
      sum += chord > nearest ? Math.exp(-(chord - nearest) / scale) : 1
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
