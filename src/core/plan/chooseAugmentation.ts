import { changesNothing, policyOf } from '../../shared/model/augmentation'
import { augmentationOptions } from '../../shared/model/options/augmentationOptions'
import type { PlanReason, TrainingOptions, TrainingRequest } from '../../shared/model/training'

const { augmentedCopies: _, ...variations } = augmentationOptions
const choices = Object.keys(variations) as (keyof typeof variations)[]

/** The measured one: copies that differ much from their pictures help no set that was tried. */
const ofCopies = 'mild'

/**
 * How the pictures of a run are varied, as the request says it. Frozen features are of pictures as
 * they are, and of augmented copies where these are asked for and held-out labels decide on them;
 * what has no effect is said.
 */
export function chooseAugmentation(
  { network, start }: Pick<TrainingOptions, 'network' | 'start'>,
  request: TrainingRequest,
  reasons: PlanReason[] = [],
): Pick<TrainingOptions, keyof typeof augmentationOptions> {
  const named = Object.fromEntries(
    choices.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])),
  )
  const { augmentedCopies = 0 } = request
  if (network !== 'frozen') {
    if (augmentedCopies > 0) reasons.push('copiesUnused')
    return named
  }
  if (augmentedCopies === 0) {
    const asksForSome = Object.keys(named).length > 0 && !changesNothing(policyOf(request))
    if (asksForSome) reasons.push('augmentationUnused')
    return {}
  }
  const varied = { augmentation: ofCopies, ...named } as const
  if (start === 'auto' && !changesNothing(policyOf(varied))) return { ...varied, augmentedCopies }
  reasons.push('copiesUnused')
  return {}
}
