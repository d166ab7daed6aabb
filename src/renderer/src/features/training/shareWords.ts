import type { TrainingPlan } from '../../../../shared/model/training'
import type { Format } from '../../composables/useFormat'

type Translate = (key: string, values: Record<string, unknown>) => string

/** How many labels, or images, the share for the test comes to; empty without a test part. */
export function shareWords(plan: TrainingPlan, format: Format, t: Translate): string {
  const { split } = plan.options
  if (split === 'none') return ''
  const [test, train] =
    split === 'byClass'
      ? [plan.testClassCount, plan.trainClassCount]
      : [plan.testImageCount, plan.trainImageCount]
  const all = test + train
  return t(`training.advanced.share.${split}`, {
    test: format.count(test),
    all: format.count(all),
    share: format.share(test / all),
  })
}
