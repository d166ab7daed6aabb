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
  /** To the neighbours, in the map's metric (of `snr` up to a factor of each row), [rows, count]. */
  readonly distances: Float32Array
}
