import type { TrainingOptions, TrainingRequest } from '../../shared/model/training'

const choices = [
  'augmentation',
  'augmentStrength',
  'augmentShift',
  'augmentCrop',
  'augmentRotate',
  'augmentFlip',
  'augmentLight',
  'augmentColour',
  'augmentBlur',
  'augmentErase',
] as const

/** How the pictures of a run are varied, as the request says it; frozen features are of none. */
export function chooseAugmentation(
  network: TrainingOptions['network'],
  request: TrainingRequest,
): Pick<TrainingOptions, (typeof choices)[number]> {
  if (network === 'frozen') return {}
  return Object.fromEntries(
    choices.flatMap((name) => (request[name] === undefined ? [] : [[name, request[name]]])),
  )
}
