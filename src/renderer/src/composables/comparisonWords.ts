import { excludesZero } from '../../../core/evaluation/pairedBootstrap'
import type { MeasuredDifference } from '../../../shared/model/comparison'

/** Better or worse only where the interval leaves no room for chance. */
export function verdictOf(
  difference: Pick<MeasuredDifference, 'low' | 'high'>,
): 'better' | 'worse' | 'open' {
  if (!excludesZero(difference)) return 'open'
  return difference.low > 0 ? 'better' : 'worse'
}

/** Differences of figures to three decimals, with their sign. */
export function differenceFormat(locale: string): (value: number) => string {
  const signed = new Intl.NumberFormat(locale, {
    minimumFractionDigits: 3,
    maximumFractionDigits: 3,
    signDisplay: 'exceptZero',
  })
  // -0.0001 is 0.000 without a sign; the minus is as wide as the plus.
  return (value) => signed.format(Number(value.toFixed(3)) + 0).replace('-', '−')
}

/** Ends of an interval of a difference: only a minus is written. */
export function boundFormat(locale: string): (value: number) => string {
  const format = differenceFormat(locale)
  return (value) => format(value).replace('+', '')
}

/** Whether two figures are shown as the same; null is one that could not be measured. */
export const isShownSame = (one: number | null, other: number | null): boolean =>
  one?.toFixed(3) === other?.toFixed(3)
