import { AppError } from '../../shared/errors'

/** What a person can act on: memory that ran out has another remedy than a fault of ours. */
export function asAppError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof RangeError || /out of memory|allocation failed/i.test(message)) {
    return new AppError(
      'outOfMemory',
      `There was not enough memory (${message}). Close other programs, or choose a smaller batch or image size.`,
      {},
      error,
    )
  }
  return error
}
