/** Derivatives by differences, NaN at kinks. */
export interface Differences {
  readonly slopes: Float64Array
  /** Share of the entries that lie at a kink. */
  readonly kinkShare: number
}

/**
 * Central differences of a scalar by each entry of `values`, which is changed and put back. The
 * step is what float32 really made of it. Where the slopes to the left and to the right differ, a
 * hinge or a maximum changes hands within the step, and there is no derivative to compare with.
 */
export function finiteDifferences(
  values: Float32Array,
  evaluate: () => number,
  step = 1e-3,
): Differences {
  const here = evaluate()
  const left = new Float64Array(values.length)
  const right = new Float64Array(values.length)
  const slopes = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const kept = values[i]!
    values[i] = kept + step
    const high = values[i]!
    const above = evaluate()
    values[i] = kept - step
    const low = values[i]!
    const below = evaluate()
    values[i] = kept
    right[i] = (above - here) / (high - kept)
    left[i] = (here - below) / (kept - low)
    slopes[i] = (above - below) / (high - low)
  }
  const scale = slopes.reduce((most, slope) => Math.max(most, Math.abs(slope)), 0)
  let kinks = 0
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(right[i]! - left[i]!) <= 0.04 * scale) continue
    slopes[i] = NaN
    kinks++
  }
  return { slopes, kinkShare: kinks / Math.max(1, values.length) }
}

/** Greatest difference as a share of the greatest entry expected; NaN is expected of nobody. */
export function relativeError(got: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (got.length !== expected.length) return Infinity
  let largest = 0
  let error = 0
  for (let i = 0; i < expected.length; i++) {
    if (Number.isNaN(got[i]!)) return Infinity
    if (Number.isNaN(expected[i]!)) continue
    largest = Math.max(largest, Math.abs(expected[i]!))
    error = Math.max(error, Math.abs(got[i]! - expected[i]!))
  }
  return error / Math.max(largest, 1e-6)
}
