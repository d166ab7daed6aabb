/**
 * The nearest neighbours of every row, nearest first, the row itself left out. Of equally near
 * ones the lower index comes first in an exact graph.
 */
export interface NeighbourGraph {
  readonly rows: number
  /** Neighbours a row; at most `rows - 1`. */
  readonly count: number
  /** [rows, count] */
  readonly indices: Uint32Array
  /** Cosines of the angle to the neighbours, [rows, count], descending. */
  readonly similarities: Float32Array
}

/**
 * Work that can be watched and given up: yields the finished share, 0 to 1, every few
 * milliseconds, and returns the result.
 */
export type Steps<Result> = Generator<number, Result, void>

/** Runs steps to their end at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}
