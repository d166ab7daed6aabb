import { policyOf } from '../../shared/model/augmentation'
import type { TrainingOptions } from '../../shared/model/training'
import type { PictureVariation } from './pictureChange'

/** How the augmented copies of a run are read, one after another; none where it makes none. */
export function copiesOf(
  options: Pick<TrainingOptions, 'seed'> &
    Parameters<typeof policyOf>[0] & {
      readonly augmentedCopies?: number | undefined
    },
): readonly PictureVariation[] {
  const { augmentedCopies = 0, seed } = options
  const policy = policyOf(options)
  return Array.from({ length: augmentedCopies }, (_, version) => ({
    kind: 'augmented',
    ...{ policy, seed, version },
  }))
}
