/** Smallest and largest diameter in CSS pixels. */
const limits = { minimum: 1.5, maximum: 28 } as const

/**
 * Diameter of a point: smaller where there are many, growing slowly with the zoom so that what is
 * looked at closely can be told apart.
 *
 * @param zoom scale over the scale at which everything fits
 * @param factor the person's choice, 1 is the default
 */
export function pointDiameter(options: {
  readonly count: number
  readonly zoom: number
  readonly factor: number
}): number {
  const base = 9 * Math.max(options.count, 100) ** -0.14 * 1.9
  const px = base * options.factor * Math.max(options.zoom, 0.01) ** 0.4
  return Math.min(limits.maximum, Math.max(limits.minimum, px))
}
