import { AppError } from '../../shared/errors'

const remedy = 'Lower the learning rate or choose another loss, and train again.'

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
    `${what} hold a number that is not finite, so nothing was written. ${remedy}`,
    { what, at },
  )
}

/**
 * The same for all packed numbers of a nested value, such as the state of a training.
 * @throws AppError trainingDiverged
 */
export function requireFiniteWithin(what: string, value: unknown): void {
  if (value instanceof Float32Array) return requireFinite(what, value)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  for (const part of Object.values(value)) requireFiniteWithin(what, part)
}

/**
 * JSON of a value. `JSON.stringify` alone writes null for a number that is not finite, which would
 * then read as one that is absent.
 * @param file what is written, for the message
 * @throws AppError notFinite with where the number stands
 */
export function finiteJson(file: string, value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (key, part: unknown) => {
      if (typeof part === 'number' && !Number.isFinite(part)) throw notFinite(file, key, part)
      return part
    },
    indent,
  )
}

/** @param place name of the figure in what was to be written */
export const notFinite = (file: string, place: string, value: number): AppError =>
  new AppError(
    'notFinite',
    `${file} was not written: its figure "${place}" is no finite number (${value}). ${remedy}`,
    { file, place },
  )
