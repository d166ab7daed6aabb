import type { NearestOthers } from './nearest'
import { quartilesOf } from './quantiles'

export interface Outliers {
  /** Mean distance of each image to its nearest; NaN where it has none. */
  readonly distances: Float64Array
  /** exp(-a / median a): 1 in a crowd, near 0 far from everything. */
  readonly scores: Float64Array
  /** Farther than this is listed: Q3 + 1.7 IQR. */
  readonly limit: number
}

/** Mean distance to the nearest others against that of the set (Kuan, Mueller 2022). */
export function findOutliers({ k, distances }: NearestOthers, spread: number): Outliers {
  const images = k === 0 ? 0 : distances.length / k
  const means = Float64Array.from({ length: images }, (_, i) => {
    const own = distances.subarray(i * k, (i + 1) * k).filter(Number.isFinite)
    return own.reduce((sum, distance) => sum + distance, 0) / own.length
  })
  const { q1, median, q3 } = quartilesOf(means.filter((mean) => !Number.isNaN(mean)))
  // Where all are equally near nobody is far.
  const scores = means.map((mean) =>
    median > 0 ? Math.exp(-mean / median) : mean > 0 ? 0 : Math.exp(-1),
  )
  return { distances: means, scores, limit: q3 + spread * (q3 - q1) }
}
