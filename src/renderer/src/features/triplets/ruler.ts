/** Where each thing of the distance ruler stands, as fractions of its width, 0 to 1. */
export interface RulerGeometry {
  readonly positive: number
  readonly negative: number
  /** The margin band: from the positive to positive + margin; null where the loss has none. */
  readonly margin: { readonly from: number; readonly to: number } | null
  /** The negative lies nearer than the positive: a hard negative. */
  readonly violated: boolean
  /** The negative lies beyond the positive, but inside the margin: semi-hard. */
  readonly insideMargin: boolean
  readonly ticks: readonly { readonly at: number; readonly value: number }[]
}

/** A round step (1, 2 or 5 times a power of ten) that divides `span` into at most `count` parts. */
export function roundStep(span: number, count: number): number {
  if (!(span > 0)) return 1
  const rough = span / Math.max(1, count)
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = rough / power
  if (factor <= 1) return power
  if (factor <= 2) return 2 * power
  if (factor <= 5) return 5 * power
  return 10 * power
}

/**
 * Lays a triplet out on one scale that starts at the anchor (0) and ends a little beyond the
 * farther of positive, negative and margin, so that a violation is seen before a number is read.
 * Distances are in the run's own distance; of a similarity, pass 1 - similarity.
 */
export function rulerGeometry(
  positiveDistance: number,
  negativeDistance: number,
  margin: number | null,
): RulerGeometry {
  const positive = Number.isFinite(positiveDistance) ? Math.max(0, positiveDistance) : 0
  const negative = Number.isFinite(negativeDistance) ? Math.max(0, negativeDistance) : 0
  const end = Math.max(positive, negative, positive + (margin ?? 0), 1e-6) * 1.08
  const step = roundStep(end, 6)
  const ticks: { at: number; value: number }[] = []
  for (let k = 0; k * step <= end; k++) ticks.push({ at: (k * step) / end, value: k * step })
  return {
    positive: positive / end,
    negative: negative / end,
    margin:
      margin === null || margin <= 0
        ? null
        : { from: positive / end, to: (positive + margin) / end },
    violated: negative < positive,
    insideMargin: negative >= positive && margin !== null && negative < positive + margin,
    ticks,
  }
}
