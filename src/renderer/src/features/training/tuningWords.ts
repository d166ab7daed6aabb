import {
  isTooLarge,
  type TrainingOptions,
  type TrainingPlan,
} from '../../../../shared/model/training'
import type { useFormat } from '../../composables/useFormat'

type Tuning = NonNullable<TrainingPlan['tuning']>

/** What of the network is trained, and what that takes of memory and disk. */
export function tuningWords(
  tuning: Tuning,
  { tuned }: TrainingOptions,
  format: ReturnType<typeof useFormat>['value'],
  t: (key: string, values: Record<string, unknown>, count?: number) => string,
): string {
  const values = {
    blocks: tuned?.blocks ?? 0,
    memory: format.bytes(tuning.bytes),
    machine: format.bytes(tuning.machineBytes ?? 0),
    disk: format.bytes(tuning.mapBytes),
  }
  const part = tuned?.multiplyAdds === 0 ? 'all' : 'last'
  const text = t(`training.plan.tuning.${part}`, values)
  return isTooLarge(tuning) ? `${text} ${t('training.plan.tuning.tooLarge', values)}` : text
}
