/** Where each thing of the distance ruler stands, as fractions of its width, 0 to 1. */
export interface RulerGeometry {
  /** The anchor: at distance 0, which scores without a zero point may fall short of. */
  readonly anchor: number
  readonly positive: number
  readonly negative: number
  /** The margin band: from the positive to positive + margin; null where the loss has none. */
  readonly margin: { readonly from: number; readonly to: number } | null
  /** The negative lies nearer than the positive: a hard negative. */
  readonly violated: boolean
  /** Both lie equally far. */
  readonly equal: boolean
  /** The negative lies not nearer than the positive, but inside the margin: semi-hard. */
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

/** Of one that is smaller nothing can be read: both stand at the anchor. */
const smallestSpan = 1e-3

/**
 * Lays a triplet out on one scale that begins at the anchor (0) and ends a little beyond the
 * farther of positive, negative and margin, so that a violation is seen before a number is read.
 * Distances are in the run's own distance; of a similarity, pass 1 - similarity, which of a score
 * can be less than 0: then the scale begins there.
 */
export function rulerGeometry(
  positiveDistance: number,
  negativeDistance: number,
  margin: number | null,
): RulerGeometry {
  const positive = Number.isFinite(positiveDistance) ? positiveDistance : 0
  const negative = Number.isFinite(negativeDistance) ? negativeDistance : 0
  const band = margin ?? 0
  const from = Math.min(0, positive, negative)
  const most = Math.max(0, positive, negative, positive + band)
  const span = Math.max(most - from, smallestSpan) * 1.08
  const begin = from < 0 ? from - 0.04 * span : 0
  const at = (value: number): number => (value - begin) / span
  const step = roundStep(span, 6)
  const ticks: { at: number; value: number }[] = []
  for (let k = Math.ceil(begin / step); k * step <= begin + span; k++) {
    ticks.push({ at: at(k * step), value: k * step })
  }
  return {
    anchor: at(0),
    positive: at(positive),
    negative: at(negative),
    margin: band <= 0 ? null : { from: at(positive), to: at(positive + band) },
    violated: negative < positive,
    equal: negative === positive,
    insideMargin: negative >= positive && negative < positive + band,
    ticks,
  }
}
