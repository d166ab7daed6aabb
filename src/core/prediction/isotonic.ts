/** A rising curve through points; x ascends strictly, y does not fall. */
export interface RisingCurve {
  readonly x: readonly number[]
  readonly y: readonly number[]
}

/**
 * Isotonic regression by pooling adjacent violators: the rising values with the least squared error
 * (Ayer et al. 1955; for calibration Zadrozny and Elkan 2002). Equal x are one point at their mean.
 * @param x [n] finite
 * @param y [n] finite
 * @returns the ends of each step of the fit; null without points
 */
export function isotonicRegression(x: ArrayLike<number>, y: ArrayLike<number>): RisingCurve | null {
  if (x.length === 0) return null
  const order = Array.from({ length: x.length }, (_, i) => i).sort((a, b) => x[a]! - x[b]!)
  interface Block {
    readonly from: number
    to: number
    sum: number
    weight: number
  }
  const points: Block[] = []
  for (const i of order) {
    const last = points.at(-1)
    if (last !== undefined && last.to === x[i]) {
      last.sum += y[i]!
      last.weight++
    } else points.push({ from: x[i]!, to: x[i]!, sum: y[i]!, weight: 1 })
  }
  const blocks: Block[] = []
  for (const point of points) {
    blocks.push(point)
    for (;;) {
      const last = blocks.at(-1)!
      const before = blocks.at(-2)
      if (before === undefined || before.sum / before.weight < last.sum / last.weight) break
      blocks.pop()
      before.to = last.to
      before.sum += last.sum
      before.weight += last.weight
    }
  }
  const xs: number[] = []
  const ys: number[] = []
  for (const { from, to, sum, weight } of blocks) {
    xs.push(from)
    ys.push(sum / weight)
    if (to === from) continue
    xs.push(to)
    ys.push(sum / weight)
  }
  return { x: xs, y: ys }
}

/** The height of a curve, linear between its points and level beyond them. */
export function heightAt({ x, y }: RisingCurve, value: number): number {
  let low = 0
  let high = x.length - 1
  if (value <= x[low]!) return y[low]!
  if (value >= x[high]!) return y[high]!
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (x[middle]! <= value) low = middle
    else high = middle
  }
  const share = (value - x[low]!) / (x[high]! - x[low]!)
  return y[low]! + share * (y[high]! - y[low]!)
}
