import { AppError, codeOfSystemError, type ErrorCode } from '../../shared/errors'

/** What to do about failures that the system or a library tells in words of its own. */
const advice: Partial<Record<ErrorCode, readonly [what: string, remedy: string]>> = {
  outOfMemory: [
    'There was not enough memory',
    'Close other programs, or choose a smaller batch or image size.',
  ],
  diskFull: ['The disk is full', 'Make room and train again; what was finished is kept.'],
  permissionDenied: [
    'The system refused access',
    'Check the permissions of the file or folder and train again.',
  ],
  readOnly: ['That place cannot be written to', 'Change its permissions and train again.'],
  pictureTooLarge: [
    'A picture has more pixels than can be read',
    'Make it smaller or leave it out, and train again.',
  ],
}

/** What a person can act on becomes an AppError; a fault of ours stays what it is. */
export function asAppError(error: unknown): unknown {
  if (error instanceof AppError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = error instanceof RangeError ? 'outOfMemory' : codeOfSystemError(error)
  const known = advice[code]
  if (known === undefined) return error
  const [what, remedy] = known
  return new AppError(code, `${what} (${message}). ${remedy}`, {}, error)
}
