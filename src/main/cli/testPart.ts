import type { TrainingOptions, TrainingPlan } from '../../shared/model/training'
import { count } from './session'

/**
 * What is tested, as a part of what has labels.
 * @param options its `testShare` is named where another share came out
 */
export function testPartText(
  plan: Pick<
    TrainingPlan,
    'testClassCount' | 'trainClassCount' | 'testImageCount' | 'trainImageCount'
  >,
  { split, testShare }: Pick<TrainingOptions, 'split'> & { readonly testShare?: number },
): string {
  if (split === 'none') return 'no test part'
  const [test, train, what] =
    split === 'byClass'
      ? [plan.testClassCount, plan.trainClassCount, 'labels kept unseen']
      : [plan.testImageCount, plan.trainImageCount, 'images kept aside']
  const percent = (share: number) => `${Number((share * 100).toFixed(1))} %`
  const share = percent(test / (test + train))
  const asked =
    testShare === undefined || share === percent(testShare)
      ? ''
      : `, each drawn with a chance of ${percent(testShare)}`
  return `${count(test)} of ${count(test + train)} ${what} for the test (${share}${asked})`
}
