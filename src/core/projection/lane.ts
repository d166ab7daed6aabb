import type { Arena } from './arena'
import { type DistanceKernel, loadDistanceKernel } from './distanceKernel'

/** What one thread has to work in an arena. */
export interface Lane {
  readonly arena: Arena
  readonly list: Uint32Array
  readonly out: Float32Array
  /** Marks rows that were met; a mark counts while it equals `mark`. */
  readonly visited: Uint32Array
  mark: number
  /** Writes how far `row` is from the first `count` rows of `list` to `out`. */
  measure(row: number, count: number): void
}

/** @param index of the thread, below the arena's number of lanes */
export function openLane(arena: Arena, index: number): Lane {
  const { memory, size, stride, vectorsAt } = arena
  const { listAt, outAt, list, out, visited } = arena.lanes[index]!
  const kernel: DistanceKernel = loadDistanceKernel(memory, size.measure)
  return {
    arena,
    list,
    out,
    visited,
    mark: 0,
    measure(row, count) {
      if (count > 0) kernel(vectorsAt + row * stride, listAt, count, outAt, vectorsAt, stride)
    },
  }
}
