import { eigenSteps } from '../math/eigen'
import { finish, partOf, type Steps } from '../steps'
import { projectionOfRows, type LinearProjection } from './linearProjection'
import type { ScatterAccumulator } from './scatter'

export interface PcaOptions {
  /** Most directions to keep; those without any variance are dropped. */
  readonly dimensions: number
  /** Scales each direction to unit variance. */
  readonly whiten?: boolean
}

/**
 * Principal components (Pearson 1901; Hotelling 1933), whitened on request.
 * Of a single row or of identical rows: no direction at all, k = 0.
 */
export function fitPca(scatter: ScatterAccumulator, options: PcaOptions): LinearProjection {
  return finish(pcaSteps(scatter, options))
}

/** The same in steps. */
export function* pcaSteps(
  scatter: ScatterAccumulator,
  options: PcaOptions,
): Steps<LinearProjection> {
  const d = scatter.dimension
  const covariance = yield* partOf(scatter.covarianceSteps(), 0, 0.05)
  let trace = 0
  for (let i = 0; i < d; i++) trace += covariance[i * d + i]!
  const wanted = Math.min(options.dimensions, d, Math.max(0, scatter.count - 1))
  const { values, vectors } = yield* partOf(eigenSteps(covariance, d, wanted), 0.05, 1)
  // Sums come from float32 products: directions below that precision are rounding.
  const floor = Math.max(scatter.rounding(), 2 ** -22 * Math.max(trace / d, values[0] ?? 0))
  const kept = values.filter((value) => value > floor)
  const rows = vectors.subarray(0, kept.length * d)
  if (options.whiten === true) {
    for (let r = 0; r < kept.length; r++) {
      const scale = 1 / Math.sqrt(kept[r]!)
      for (let i = r * d; i < (r + 1) * d; i++) rows[i] = rows[i]! * scale
    }
  }
  return projectionOfRows(scatter.mean(), rows, kept)
}
