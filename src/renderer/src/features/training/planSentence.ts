import type { TrainingPlan } from '../../../../shared/model/training'

/** A message key with what fills it; the view translates it. */
export interface Sentence {
  readonly key: string
  readonly values: Readonly<Record<string, number>>
}

/** What one click will do, as the key of one sentence. */
export function planSentence(plan: TrainingPlan): Sentence {
  const { network, split } = plan.options
  const prefix = `training.plan.${network}`
  if (split === 'byClass') {
    return {
      key: `${prefix}ByClass`,
      values: { train: plan.trainClassCount, test: plan.testClassCount },
    }
  }
  if (split === 'byImage') {
    return {
      key: `${prefix}ByImage`,
      values: { train: plan.trainImageCount, test: plan.testImageCount },
    }
  }
  return { key: `${prefix}None`, values: { train: plan.trainImageCount } }
}

/** Seconds as a person says them: rounded up to a half minute below five, to a minute above. */
export function spokenSeconds(seconds: number): {
  unit: 'second' | 'minute' | 'hour'
  value: number
} {
  if (seconds < 50) return { unit: 'second', value: Math.max(5, Math.ceil(seconds / 5) * 5) }
  const minutes = seconds / 60
  if (minutes < 5) return { unit: 'minute', value: Math.max(1, Math.ceil(minutes * 2) / 2) }
  if (minutes < 90) return { unit: 'minute', value: Math.ceil(minutes) }
  return { unit: 'hour', value: Math.ceil(minutes / 30) / 2 }
}

/** The same in the locale's words, for instance "2 minutes" or "2分钟". */
export function spokenDuration(seconds: number, locale: string): string {
  const { unit, value } = spokenSeconds(seconds)
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}
