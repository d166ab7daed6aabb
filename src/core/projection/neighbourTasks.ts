import { listLength, reverseCount, type Arena } from './arena'
import { hashOf } from './chance'
import type { Lane } from './lane'

/** Marks a neighbour that nobody has looked on from. */
export const freshBit = 0x80000000
const numberBits = 0x7fffffff
/** Most rows of a leaf. */
const leafSize = 64
/** A split that leaves less than this share on a side is made in the middle instead. */
const leastShare = 0.05

/** Adds a candidate that the row does not hold to its list, nearest first, the lower of equals first. */
function offer(
  near: Uint32Array,
  away: Float32Array,
  first: number,
  held: number,
  room: number,
  other: number,
  distance: number,
): boolean {
  let at = first + held
  const number = other & numberBits
  const isAhead = (place: number) => {
    const there = away[place]!
    return distance < there || (distance === there && number < (near[place]! & numberBits))
  }
  if (held === room) {
    at--
    if (!isAhead(at)) return false
  }
  for (; at > first && isAhead(at - 1); at--) {
    near[at] = near[at - 1]!
    away[at] = away[at - 1]!
  }
  near[at] = other
  away[at] = distance
  return true
}

/** The exact neighbours of rows `from` up to `to`. */
export function exactTask(lane: Lane, from: number, to: number): void {
  const { arena, list, out } = lane
  const { rows, count } = arena.size
  const [near] = arena.near
  const [away] = arena.away
  for (let row = from; row < to; row++) {
    const first = row * count
    let held = 0
    for (let start = 0; start < rows; start += listLength) {
      const length = Math.min(listLength, rows - start)
      for (let i = 0; i < length; i++) list[i] = start + i
      lane.measure(row, length)
      for (let i = 0; i < length; i++) {
        const distance = out[i]!
        if (start + i === row || (held === count && !(distance < away[first + count - 1]!))) {
          continue
        }
        offer(near, away, first, held, count, start + i, distance)
        if (held < count) held++
      }
    }
    arena.filled[row] = held
  }
}

/**
 * Random trees `from` up to `to`: rows are split by which of two of them is nearer (Dasgupta, Freund
 * 2008, with any distance) until few are left, which are near each other.
 */
export function growTask(lane: Lane, from: number, to: number, seed: number): void {
  const { arena } = lane
  const { rows } = arena.size
  for (let tree = from; tree < to; tree++) {
    const order = arena.order.subarray(tree * rows, (tree + 1) * rows)
    const starts = arena.leafStarts.subarray(tree * rows, (tree + 1) * rows)
    for (let i = 0; i < rows; i++) order[i] = i
    starts.fill(0)
    const closer = new Float32Array(rows)
    const pending: [number, number][] = [[0, rows]]
    let draws = 0
    for (let range = pending.pop(); range !== undefined; range = pending.pop()) {
      const [start, end] = range
      const size = end - start
      if (size <= leafSize) {
        if (size > 0) starts[start] = 1
        continue
      }
      const draw = hashOf(seed, tree, draws++)
      const one = order[start + (draw % size)]!
      const other = order[start + (hashOf(draw, tree, draws) % size)]!
      measureAll(lane, order, closer, one, start, end)
      measureAll(lane, order, closer, other, start, end, true)
      let left = start
      let right = end - 1
      while (left <= right) {
        const side = closer[left]!
        // As far from both, as all copies of one image are: either side, by chance.
        if (side < 0 || (side === 0 && (hashOf(draw, order[left]!, 7) & 1) === 0)) left++
        else {
          const row = order[left]!
          order[left] = order[right]!
          order[right] = row
          closer[left] = closer[right]!
          closer[right] = side
          right--
        }
      }
      // Else the tree would be as deep as the rows.
      const least = size * leastShare
      const middle = left - start < least || end - left < least ? start + (size >> 1) : left
      pending.push([start, middle], [middle, end])
    }
  }
}

/** How far `row` is from each of a range of rows in order; or what is left of that less the former. */
function measureAll(
  lane: Lane,
  order: Uint32Array,
  result: Float32Array,
  row: number,
  start: number,
  end: number,
  isLess = false,
): void {
  const { list, out } = lane
  for (let at = start; at < end; at += listLength) {
    const length = Math.min(listLength, end - at)
    list.set(order.subarray(at, at + length))
    lane.measure(row, length)
    for (let i = 0; i < length; i++) {
      result[at + i] = isLess ? result[at + i]! - out[i]! : out[i]!
    }
  }
}

/** Compares the rows of each leaf that begins from `from` up to `to` in a tree. */
export function leafTask(lane: Lane, from: number, to: number, tree: number): void {
  const { arena, list, out } = lane
  const { rows, count } = arena.size
  const [near] = arena.near
  const [away] = arena.away
  const order = arena.order.subarray(tree * rows, (tree + 1) * rows)
  const starts = arena.leafStarts.subarray(tree * rows, (tree + 1) * rows)
  for (let start = from; start < to; start++) {
    if (starts[start] === 0) continue
    let end = start + 1
    while (end < rows && starts[end] === 0) end++
    const length = end - start
    list.set(order.subarray(start, end))
    for (let i = 0; i < length; i++) {
      const row = order[start + i]!
      lane.measure(row, length)
      const first = row * count
      let held = arena.filled[row]!
      for (let j = 0; j < length; j++) {
        if (i === j) continue
        const other = order[start + j]!
        if (held === count && !(out[j]! < away[first + count - 1]!)) continue
        if (holds(near, first, held, other)) continue
        offer(near, away, first, held, count, (other | freshBit) >>> 0, out[j]!)
        if (held < count) held++
      }
      arena.filled[row] = held
    }
  }
}

function holds(near: Uint32Array, first: number, held: number, other: number): boolean {
  for (let at = first; at < first + held; at++) {
    if ((near[at]! & numberBits) === other) return true
  }
  return false
}

/** Gives rows that met too few others, as in a leaf of few, any others. */
export function fillTask(lane: Lane, from: number, to: number, seed: number): void {
  const { arena, list, out } = lane
  const { rows, count } = arena.size
  const [near] = arena.near
  const [away] = arena.away
  for (let row = from; row < to; row++) {
    const first = row * count
    let held = arena.filled[row]!
    for (let draw = 0; held < count; draw++) {
      // After many draws that were held already: the next row that is not.
      const other =
        draw < 4 * count ? hashOf(seed, row, draw) % rows : (row + draw - 4 * count) % rows
      if (other === row || holds(near, first, held, other)) continue
      list[0] = other
      lane.measure(row, 1)
      offer(near, away, first, held, count, (other | freshBit) >>> 0, out[0]!)
      held++
    }
    arena.filled[row] = held
  }
}

/**
 * Draws for each row some of the rows `from` up to `to` that have it as a neighbour (reservoir:
 * Vitter 1985), beside those drawn from the rows before. By one thread, in order.
 */
export function drawReverse(
  arena: Arena,
  seed: number,
  round: number,
  from: number,
  to: number,
): void {
  const { count } = arena.size
  const near = arena.near[round & 1]!
  const { reverse, reverseCount: seen } = arena
  if (from === 0) seen.fill(0)
  const salt = hashOf(seed, round, 3)
  for (let row = from; row < to; row++) {
    for (let at = row * count; at < (row + 1) * count; at++) {
      const entry = near[at]!
      const other = entry & numberBits
      const before = seen[other]!
      seen[other] = before + 1
      const place = before < reverseCount ? before : hashOf(salt, other, before) % (before + 1)
      if (place < reverseCount) {
        reverse[other * reverseCount + place] = (row | (entry & freshBit)) >>> 0
      }
    }
  }
}

/**
 * Compares rows `from` up to `to` with the neighbours of their neighbours, both ways, where one of
 * the two steps is fresh (NN-descent: Dong, Charikar, Li 2011). A row changes its own list alone,
 * from the lists of the round before, so that it does not matter which thread goes first.
 */
export function descendTask(lane: Lane, from: number, to: number, round: number): void {
  const { arena, list, out, visited } = lane
  const { count } = arena.size
  const near = arena.near[round & 1]!
  const away = arena.away[round & 1]!
  const nextNear = arena.near[(round + 1) & 1]!
  const nextAway = arena.away[(round + 1) & 1]!
  const { reverse, reverseCount: seen } = arena
  let changes = 0
  for (let row = from; row < to; row++) {
    const mark = ++lane.mark
    const first = row * count
    visited[row] = mark
    for (let at = first; at < first + count; at++) {
      const entry = near[at]! & numberBits
      visited[entry] = mark
      nextNear[at] = entry
      nextAway[at] = away[at]!
    }
    let length = 0
    const lookOn = (through: number) => {
      if (length + count + reverseCount > listLength) return
      const middle = through & numberBits
      const isFresh = (through & freshBit) !== 0
      const start = middle * count
      for (let at = start; at < start + count; at++) {
        const entry = near[at]!
        const other = entry & numberBits
        if ((!isFresh && (entry & freshBit) === 0) || visited[other] === mark) continue
        visited[other] = mark
        list[length++] = other
      }
      const drawn = middle * reverseCount
      const end = drawn + Math.min(reverseCount, seen[middle]!)
      for (let at = drawn; at < end; at++) {
        const entry = reverse[at]!
        const other = entry & numberBits
        if ((!isFresh && (entry & freshBit) === 0) || visited[other] === mark) continue
        visited[other] = mark
        list[length++] = other
      }
    }
    for (let at = first; at < first + count; at++) lookOn(near[at]!)
    const drawn = row * reverseCount
    const end = drawn + Math.min(reverseCount, seen[row]!)
    for (let at = drawn; at < end; at++) lookOn(reverse[at]!)
    lane.measure(row, length)
    const last = first + count - 1
    for (let i = 0; i < length; i++) {
      if (!(out[i]! < nextAway[last]!)) continue
      offer(nextNear, nextAway, first, count, count, (list[i]! | freshBit) >>> 0, out[i]!)
      changes++
    }
  }
  Atomics.add(arena.counters, 0, changes)
}
