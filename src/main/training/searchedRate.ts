import { defaultLearningRate } from '../../core/training/plan'
import { AppError } from '../../shared/errors'
import type { TrainingOptions } from '../../shared/model/training'

export function searchedRate({ learningRate, network }: TrainingOptions): number {
  if (learningRate !== 'find') return learningRate
  throw new AppError(
    'invalidInput',
    `The learning rate cannot be searched yet. Give a number, for instance ${defaultLearningRate(network)}.`,
  )
}
