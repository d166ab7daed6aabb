import { augmentationOptions } from '../../shared/model/options/augmentationOptions'
import { changesNothing, policyOf } from '../../shared/model/augmentation'
import type { PlanReason, TrainingOptions, TrainingRequest } from '../../shared/model/training'

const choices = Object.keys(augmentationOptions) as (keyof typeof augmentationOptions)[]

/** How the pictures of a run are varied, as the request says it; frozen features are of none, and a request for it says so. */
export function chooseAugmentation(
  network: TrainingOptions['network'],
  request: TrainingRequest,
  reasons: PlanReason[],
): Pick<TrainingOptions, keyof typeof augmentationOptions> {
  const isNamed = choices.some((name) => request[name] !== undefined)
  if (network === 'frozen') {
    if (isNamed && !changesNothing(policyOf(request))) reasons.push('augmentationUnused')
    return {}
  }
  return Object.fromEntries(
    choices.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])),
  )
}
