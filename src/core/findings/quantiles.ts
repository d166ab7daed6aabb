/** The quantile of sorted numbers, between two of them in proportion; NaN of none. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  const place = share * (sorted.length - 1)
  const low = Math.floor(place)
  const high = Math.min(sorted.length - 1, low + 1)
  if (sorted.length === 0) return NaN
  return sorted[low]! + (place - low) * (sorted[high]! - sorted[low]!)
}

/** Quartiles of numbers in any order. */
export function quartilesOf(values: ArrayLike<number>): {
  readonly q1: number
  readonly median: number
  readonly q3: number
} {
  const sorted = Float64Array.from(values).sort()
  return {
    q1: quantileOf(sorted, 0.25),
    median: quantileOf(sorted, 0.5),
    q3: quantileOf(sorted, 0.75),
  }
}
