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
