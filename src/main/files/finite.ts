import { AppError } from '../../shared/errors'

/**
 * What is written to the disk holds numbers only.
 * @param what its name for a person, for instance `The embeddings`
 * @throws AppError trainingDiverged where one is not finite
 */
export function requireFinite(what: string, numbers: Float32Array): void {
  const at = numbers.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  throw new AppError(
    'trainingDiverged',
    `${what} hold a number that is not finite, so nothing was written. Lower the learning rate or choose another loss, and train again.`,
    { what, at },
  )
}
