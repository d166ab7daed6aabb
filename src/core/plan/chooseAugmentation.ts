import { augmentationOptions } from '../../shared/model/options/augmentationOptions'
import type { TrainingOptions, TrainingRequest } from '../../shared/model/training'

const choices = Object.keys(augmentationOptions) as (keyof typeof augmentationOptions)[]

/** How the pictures of a run are varied, as the request says it; frozen features are of none. */
export function chooseAugmentation(
  network: TrainingOptions['network'],
  request: TrainingRequest,
): Pick<TrainingOptions, keyof typeof augmentationOptions> {
  if (network === 'frozen') return {}
  return Object.fromEntries(
    choices.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])),
  )
}
