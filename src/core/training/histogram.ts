import type { DistanceHistogram } from '../../shared/model/training'

/** Equal bins between `minimum` and `maximum`; what lies outside counts in the outermost bins. */
export function histogramOfDistances(
  positive: ArrayLike<number>,
  negative: ArrayLike<number>,
  minimum: number,
  maximum: number,
  bins = 40,
): DistanceHistogram {
  return {
    minimum,
    maximum,
    positive: countInBins(positive, minimum, maximum, bins),
    negative: countInBins(negative, minimum, maximum, bins),
  }
}

function countInBins(
  values: ArrayLike<number>,
  minimum: number,
  maximum: number,
  bins: number,
): number[] {
  const counts = new Array<number>(bins).fill(0)
  const scale = maximum > minimum ? bins / (maximum - minimum) : 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    const bin = Math.min(bins - 1, Math.max(0, Math.floor((value - minimum) * scale)))
    counts[bin]! += 1
  }
  return counts
}
