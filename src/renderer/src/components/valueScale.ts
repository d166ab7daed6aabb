/** A span that holds values, with round ends. */
export interface ValueScale {
  readonly low: number
  readonly high: number
  readonly ticks: readonly number[]
}

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]

/** The scale of shares from 0 to 1 that shows these apart. */
export function scaleOf(values: readonly number[], mostTicks = 5): ValueScale {
  if (values.length === 0) return { low: 0, high: 1, ticks: [0, 0.5, 1] }
  const least = Math.min(...values)
  const greatest = Math.max(...values)
  const step = steps.find((size) => (greatest - least) / size <= mostTicks - 1) ?? 0.5
  const first = Math.floor(least / step)
  const last = Math.max(first + 1, Math.ceil(greatest / step))
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => round((first + i) * step))
  return { low: ticks[0]!, high: ticks.at(-1)!, ticks }
}

/** Without the dust of binary fractions. */
const round = (value: number): number => Math.round(value * 1e6) / 1e6

/** Where a value lies on the scale, from 0 to 1. */
export const placeOn = ({ low, high }: ValueScale, value: number): number =>
  Math.min(1, Math.max(0, (value - low) / (high - low)))
