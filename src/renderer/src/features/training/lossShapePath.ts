import type { LossCurveShape, LossShape } from '../../../../shared/model/lossShape'

/** What the drawing of a loss's curves spans. */
export interface ShapeRange {
  readonly minimum: number
  readonly maximum: number
  readonly greatestLoss: number
}

export function rangeOf({ curves }: LossShape): ShapeRange {
  const all = (read: (curve: LossCurveShape) => readonly number[]): number[] => curves.flatMap(read)
  return {
    minimum: Math.min(...all(({ x }) => [x[0] ?? 0])),
    maximum: Math.max(...all(({ x }) => [x.at(-1) ?? 1])),
    greatestLoss: Math.max(...all(({ loss }) => [...loss]), Number.MIN_VALUE),
  }
}

/** Where a distance lies, from 0 at the left to 1 at the right; null outside. */
export function shareOf(x: number, { minimum, maximum }: ShapeRange): number | null {
  const share = (x - minimum) / (maximum - minimum)
  return share >= 0 && share <= 1 ? share : null
}

/** The curve in a box of this size, the greatest loss a little below the top. */
export function curvePath(
  { x, loss }: LossCurveShape,
  range: ShapeRange,
  width: number,
  height: number,
): string {
  const points = Array.from(x, (at, k) => {
    const left = (shareOf(at, range) ?? 0) * width
    const top = height * (1 - (loss[k]! / range.greatestLoss) * 0.94)
    return `${left.toFixed(2)} ${top.toFixed(2)}`
  })
  return points.length === 0 ? '' : `M${points.join('L')}`
}

/**
 * The margin: between where positives and negatives come to rest, or between the rest and the
 * place where both are equally far. Null where the loss has none.
 */
export function marginOf({ kind, curves }: LossShape): readonly [number, number] | null {
  const rest = (side: LossCurveShape['side']): number | null =>
    curves.find((curve) => curve.side === side)?.restsAt ?? null
  const [from, to] =
    kind === 'triplets' ? [rest('difference'), 0] : [rest('positive'), rest('negative')]
  return from === null || to === null || from >= to ? null : [from, to]
}
