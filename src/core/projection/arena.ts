import { rowQuantum } from './distanceKernel'
import type { Measure } from './metric'

/** What a map is computed in: sizes, from which all places in the memory follow. */
export interface ArenaSize {
  readonly rows: number
  /** Numbers of an embedding. */
  readonly columns: number
  /** Neighbours of a row that are looked for. */
  readonly count: number
  readonly measure: Measure
  /** Threads that work in it. */
  readonly lanes: number
}

/**
 * Everything that is computed on the way to a map, in one shared memory, so that several threads
 * work in it without copies. What is one array a row is [rows, ...].
 */
export interface Arena {
  readonly size: ArenaSize
  readonly memory: WebAssembly.Memory
  /** Where the rows begin, and bytes of each: filled up with zeros to `rowQuantum`. */
  readonly vectorsAt: number
  readonly stride: number
  readonly vectors: Float32Array
  /** Best neighbours so far, nearest first: number, with `freshBit` where it came lately. */
  readonly near: readonly [Uint32Array, Uint32Array]
  readonly away: readonly [Float32Array, Float32Array]
  readonly filled: Uint8Array
  /** Rows that have a row as a neighbour, drawn by chance. */
  readonly reverse: Uint32Array
  readonly reverseCount: Uint32Array
  /** Rows in the order of each random tree's leaves, [trees, rows], and 1 where a leaf begins. */
  readonly order: Uint32Array
  readonly leafStarts: Uint8Array
  /** Sums that threads add to. */
  readonly counters: Int32Array
  /** How much each neighbour belongs to a row's neighbourhood, [rows, count]. */
  readonly strengths: Float32Array
  /** Rows that have each row as a neighbour: where they begin, [rows + 1], and their places. */
  readonly backStart: Uint32Array
  readonly back: Uint32Array
  /** Edges of each row: where they begin, [rows + 1], the row at the other end, and strength. */
  readonly edgeStart: Uint32Array
  readonly edgeEnd: Uint32Array
  readonly edgeStrength: Float32Array
  readonly strongest: Float32Array
  /** Label of each row, 0 without. */
  readonly labels: Uint32Array
  /** Places in the plane, twice: [2, rows, 2]. */
  readonly places: Float32Array
  /** See `slopeTable`: pull, then push. */
  readonly slopes: Float32Array
  readonly lanes: readonly LaneRoom[]
}

/** Room of one thread. */
interface LaneRoom {
  readonly listAt: number
  readonly outAt: number
  readonly list: Uint32Array
  readonly out: Float32Array
  readonly visited: Uint32Array
}

export const treeCount = 6
/** Reverse neighbours that a row keeps to look on from. */
export const reverseCount = 12
/** Rows that are compared in one call. */
export const listLength = 4096
export const slopeCount = 16_384
const pageBytes = 65_536
/** What WebAssembly can address. */
const mostBytes = 2 ** 32 - pageBytes

export class TooManyRows extends Error {}

/** The arena of a memory, or of a new one. All threads see the same numbers in it. */
export function openArena(size: ArenaSize, existing?: WebAssembly.Memory): Arena {
  // Once to count the bytes, once to lay out the arrays.
  const bytes = layOut(size, null).bytes
  if (bytes > mostBytes) {
    throw new TooManyRows(
      `A map of ${size.rows} images with ${size.columns} numbers each takes ${Math.ceil(bytes / 2 ** 30)} GB, more than the 4 GB that it may use.`,
    )
  }
  const pages = Math.ceil(bytes / pageBytes)
  const memory =
    existing ?? new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true })
  return layOut(size, memory).arena!
}

function layOut(
  size: ArenaSize,
  memory: WebAssembly.Memory | null,
): { readonly bytes: number; readonly arena: Arena | null } {
  const { rows, count, lanes } = size
  const padded = Math.max(rowQuantum, Math.ceil(size.columns / rowQuantum) * rowQuantum)
  let at = 64
  const take = (bytes: number): number => {
    const start = at
    at += Math.ceil(bytes / 64) * 64
    return start
  }
  const buffer = memory?.buffer
  const floats = (length: number) => {
    const start = take(length * 4)
    return buffer === undefined ? new Float32Array() : new Float32Array(buffer, start, length)
  }
  const integers = (length: number) => {
    const start = take(length * 4)
    return buffer === undefined ? new Uint32Array() : new Uint32Array(buffer, start, length)
  }
  const bytes = (length: number) => {
    const start = take(length)
    return buffer === undefined ? new Uint8Array() : new Uint8Array(buffer, start, length)
  }
  const vectorsAt = at
  const countersAt = () => {
    const start = take(64)
    return buffer === undefined ? new Int32Array() : new Int32Array(buffer, start, 16)
  }
  const room = (): LaneRoom => {
    const listAt = at
    const list = integers(listLength)
    const outAt = at
    const out = floats(listLength)
    return { listAt, outAt, list, out, visited: integers(rows) }
  }
  const arrays = {
    vectors: floats(rows * padded),
    near: [integers(rows * count), integers(rows * count)] as const,
    away: [floats(rows * count), floats(rows * count)] as const,
    filled: bytes(rows),
    reverse: integers(rows * reverseCount),
    reverseCount: integers(rows),
    order: integers(rows * treeCount),
    leafStarts: bytes(rows * treeCount),
    counters: countersAt(),
    strengths: floats(rows * count),
    backStart: integers(rows + 1),
    back: integers(rows * count),
    edgeStart: integers(rows + 1),
    edgeEnd: integers(2 * rows * count),
    edgeStrength: floats(2 * rows * count),
    strongest: floats(rows),
    labels: integers(rows),
    places: floats(4 * rows),
    slopes: floats(2 * slopeCount),
    lanes: Array.from({ length: lanes }, room),
  }
  const arena = memory && { size, memory, vectorsAt, stride: padded * 4, ...arrays }
  return { bytes: at, arena }
}
