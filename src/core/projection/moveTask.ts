import { slopeCount } from './arena'
import { hashOf } from './chance'
import type { Curve } from './curve'
import type { Lane } from './lane'

/** Rows of a phase read the places that all other phases have left; see `moveTask`. */
export const phaseCount = 4
/** Points that a row is pushed away from, for each edge that pulls. */
const negatives = 5
/** A point moves no farther along an axis at once, before the rate. */
const longestMove = 4

/** Squares of distances that the tables reach from and to, as the upper bits of float32. */
const lowestKey = (127 - 24) << 8
const keyShift = 15
const restBits = 0x7fff
const restFactor = 1 / 0x8000
const bitsOf = new Float32Array(1)
const asInteger = new Int32Array(bitsOf.buffer)

/**
 * What a pull and a push are per unit of distance, by the square of the distance: pull
 * 2 a b s^(b-1) / (1 + a s^b), push 2 b / ((.001 + s) (1 + a s^b)). The exponents and first eight
 * bits of float32 number the places, between which is interpolated: within 2e-5 of the formula, and
 * several times as fast as powers.
 * @param table [2, slopeCount], filled
 */
export function fillSlopes(table: Float32Array, { a, b }: Curve): void {
  for (let place = 0; place < slopeCount; place++) {
    asInteger[0] = (place + lowestKey) << keyShift
    const square = bitsOf[0]!
    const power = a * square ** b
    table[place] = (2 * b * power) / (square * (1 + power))
    table[slopeCount + place] = (2 * b) / ((0.001 + square) * (1 + power))
  }
}

/** @param start of the part of the table */
function slopeAt(table: Float32Array, start: number, square: number): number {
  bitsOf[0] = square
  const bits = asInteger[0]!
  const key = (bits >> keyShift) - lowestKey
  if (key < 0) return table[start]!
  if (key >= slopeCount - 1) return table[start + slopeCount - 1]!
  const low = table[start + key]!
  return low + (table[start + key + 1]! - low) * (bits & restBits) * restFactor
}

const clipped = (move: number): number =>
  move > longestMove ? longestMove : move < -longestMove ? -longestMove : move

/** One phase of one round of the layout. */
export interface Move {
  readonly epoch: number
  readonly phase: number
  /** Learning rate. */
  readonly rate: number
  readonly seed: number
}

/**
 * Moves the rows `from` up to `to` of a phase (rows `phase`, `phase + phaseCount`, ...) by stochastic
 * gradient descent: their edges pull, random rows push. An edge of strength p acts in a share p of
 * the rounds, evenly. A row moves itself alone and by both directions of its edges at once; it reads
 * the others where the phases before have left them, and its own phase where the round before did,
 * so that the result does not depend on the threads.
 */
export function moveTask({ arena }: Lane, from: number, to: number, move: Move): void {
  const { epoch, phase, rate, seed } = move
  const { edgeEnd, edgeStart, edgeStrength, places, slopes } = arena
  const { rows } = arena.size
  const half = 2 * rows
  const before = (epoch & 1) * half
  const after = half - before
  const scale = rows / 2 ** 32
  const mask = phaseCount - 1
  for (let index = from; index < to; index++) {
    const row = index * phaseCount + phase
    let x = places[before + 2 * row]!
    let y = places[before + 2 * row + 1]!
    let state = hashOf(seed, row, epoch) | 1
    const end = edgeStart[row + 1]!
    for (let edge = edgeStart[row]!; edge < end; edge++) {
      const strength = edgeStrength[edge]!
      const done = Math.floor(epoch * strength)
      if (Math.floor((epoch + 1) * strength) === done) continue
      const other = edgeEnd[edge]!
      const at = ((other & mask) < phase ? after : before) + 2 * other
      const dx = places[at]! - x
      const dy = places[at + 1]! - y
      const pull = 2 * slopeAt(slopes, 0, dx * dx + dy * dy)
      x += rate * clipped(pull * dx)
      y += rate * clipped(pull * dy)
      for (let push = 0; push < negatives; push++) {
        // xorshift32 (Marsaglia 2003)
        state ^= state << 13
        state ^= state >>> 17
        state ^= state << 5
        const far = Math.floor((state >>> 0) * scale)
        if (far === row) continue
        const place = ((far & mask) < phase ? after : before) + 2 * far
        const px = x - places[place]!
        const py = y - places[place + 1]!
        const square = px * px + py * py
        if (square > 0) {
          const slope = slopeAt(slopes, slopeCount, square)
          x += rate * clipped(slope * px)
          y += rate * clipped(slope * py)
        } else {
          // Points on one spot have no direction to part in: any will do.
          x += rate * longestMove
          y += rate * longestMove
        }
      }
    }
    places[after + 2 * row] = x
    places[after + 2 * row + 1] = y
  }
}
