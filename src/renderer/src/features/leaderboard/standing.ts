import type { SweepSummaryRow } from '../../../../shared/model/sweep'
import { verdictOf } from '../../composables/comparisonWords'

type Summary = readonly Pick<SweepSummaryRow, 'standing'>[]

/** Combinations that cannot be told from the best: the interval of the difference includes 0. */
export const openCount = (summary: Summary): number =>
  summary.filter(
    ({ standing }) =>
      standing !== undefined && standing.toBest !== 'best' && verdictOf(standing.toBest) === 'open',
  ).length

/** Whether the best is better than every other one beyond chance. */
export const isClearlyBest = (summary: Summary): boolean =>
  summary.length > 1 &&
  summary.every(({ standing }) => standing !== undefined) &&
  openCount(summary) === 0
