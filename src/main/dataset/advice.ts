import type { DatasetAdvice } from '../../shared/model/dataset'

/** Fewer images than this and a metric on held-out labels says little. */
const fewImages = 50

/** What a person may need to know before training. `classSizes` counts images of each label. */
export function adviceFor(imageCount: number, classSizes: readonly number[]): DatasetAdvice[] {
  if (imageCount === 0) return ['noImages']
  const advice: DatasetAdvice[] = []
  if (classSizes.length === 0) advice.push('noLabels')
  if (classSizes.length === 1) advice.push('oneLabel')
  if (classSizes.length > 0 && classSizes.every((size) => size < 2)) {
    advice.push('noClassWithTwoImages')
  }
  if (imageCount < fewImages) advice.push('fewImages')
  return advice
}
