import type { Matrix } from '../math/matrix'
import { normalizedRows } from './rows'

/**
 * Distances that a map can be made by. A product of rows (`dot`, `bilinear`) is none: nothing says
 * that a row is nearest to itself.
 */
export const mapMetrics = [
  'cosine',
  'euclidean',
  'squaredEuclidean',
  'manhattan',
  'chebyshev',
  'snr',
] as const
export type MapMetric = (typeof mapMetrics)[number]

/** What is added up over two rows: squares, absolute values, or the largest of these. */
export type Measure = 'squares' | 'absolutes' | 'largest'

interface Prepared {
  /** Rows of which the measure gives the order of the metric. */
  readonly rows: (matrix: Matrix) => Matrix
  readonly measure: Measure
  /** From the measure of two rows to their distance; of `snr` up to a factor of each row. */
  readonly distance: (measured: number) => number
}

const same = (value: number): number => value
const asTheyAre = (matrix: Matrix): Matrix => matrix

/**
 * How the neighbours of each metric are found. By cosine it is the chord between rows of length 1,
 * by signal to noise ratio the square between rows less their mean: what this is divided by, how
 * much the anchor varies, is the same for all neighbours of a row, and a map scales them by row.
 */
export const preparations: Readonly<Record<MapMetric, Prepared>> = {
  cosine: { rows: normalizedRows, measure: 'squares', distance: Math.sqrt },
  euclidean: { rows: asTheyAre, measure: 'squares', distance: Math.sqrt },
  squaredEuclidean: { rows: asTheyAre, measure: 'squares', distance: same },
  manhattan: { rows: asTheyAre, measure: 'absolutes', distance: same },
  chebyshev: { rows: asTheyAre, measure: 'largest', distance: same },
  snr: {
    rows: (matrix) => lessTheirMean(normalizedRows(matrix)),
    measure: 'squares',
    distance: same,
  },
}

function lessTheirMean({ data, rows, columns }: Matrix): Matrix {
  for (let row = 0; row < rows; row++) {
    const start = row * columns
    let sum = 0
    for (let k = 0; k < columns; k++) sum += data[start + k]!
    const mean = sum / columns
    for (let k = 0; k < columns; k++) data[start + k] = data[start + k]! - mean
  }
  return { data, rows, columns }
}
