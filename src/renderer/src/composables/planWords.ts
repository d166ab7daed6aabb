import type { TrainingPlan } from '../../../shared/model/training'
import { joinWords } from '../locales/joinWords'
import type { Format } from './useFormat'

type Translate = (key: string, values: Record<string, unknown>) => string

/** What one click will do, in a sentence or two. */
export function planWords(
  plan: TrainingPlan,
  format: Format,
  t: Translate,
  /** False while a training says how long it still takes. */
  hasTime = true,
): string {
  const { tuned, split } = plan.options
  const network = tuned === undefined ? plan.options.network : 'tuned'
  const kind = { byClass: 'ByClass', byImage: 'ByImage', none: 'None' }[split]
  const byClass = split === 'byClass'
  const what = t(`training.plan.${network}${kind}`, {
    train: format.count(byClass ? plan.trainClassCount : plan.trainImageCount),
    test: format.count(byClass ? plan.testClassCount : plan.testImageCount),
  })
  if (!hasTime) return what
  const time = format.duration(roundedMs(plan.estimatedSeconds))
  return joinWords(what, t('frame.train.time', { time }))
}

/** An estimate pretends to no seconds it does not know. */
function roundedMs(seconds: number): number {
  if (seconds < 50) return Math.max(5, Math.ceil(seconds / 5) * 5) * 1000
  return Math.max(1, Math.round(seconds / 60)) * 60_000
}
