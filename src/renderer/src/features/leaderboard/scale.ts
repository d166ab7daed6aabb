import type { SweepState } from '../../../../shared/model/sweep'
import { scaleOf, type ValueScale } from '../../components/valueScale'

const mostTicks = 7

/** A span of MAP@R that holds all intervals and lines of a sweep. */
export function scaleOfSweep(state: Pick<SweepState, 'rows' | 'baselines'>): ValueScale {
  const { frozen = null, closedForm = null, untrained = null } = state.baselines ?? {}
  const measured = [...state.rows.map(({ metrics }) => metrics), frozen, closedForm, untrained]
  const values = measured.flatMap((metrics) =>
    metrics === null ? [] : [metrics.mapAtRLow, metrics.mapAtRHigh, metrics.mapAtR],
  )
  return scaleOf(
    values.filter((value) => value !== null),
    mostTicks,
  )
}
