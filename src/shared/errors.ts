/**
 * The closed list of failures a person can meet. The window translates the code; the message is
 * the English text for the command line and for logs.
 */
export const errorCodes = [
  'invalidInput',
  'notFound',
  'folderMissing',
  'folderUnreadable',
  'noImages',
  'tooFewClasses',
  'noClassWithTwoImages',
  'noDataset',
  'busy',
  'nothingToUndo',
  'nothingToRedo',
  'trainingFailed',
  'trainingDiverged',
  'backendUnavailable',
  'modelUnreadable',
  'noEmbeddings',
  'diskFull',
  'readOnly',
  'writeFailed',
  'databaseDamaged',
  'workerCrashed',
  'outOfMemory',
  'forbidden',
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Values the window fills into its translation of the code; plain data only. */
export type ErrorDetails = Readonly<Record<string, string | number>>

export interface SerializedError {
  readonly code: ErrorCode
  readonly message: string
  readonly details: ErrorDetails
}

/**
 * An expected failure. The message says what was done, with what, and what the person can do.
 */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'AppError'
    this.code = code
    this.details = details
  }

  static from(serialized: SerializedError): AppError {
    return new AppError(serialized.code, serialized.message, serialized.details)
  }
}

/** Turns anything thrown into plain data that survives a process boundary. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, details: error.details }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: codeOfSystemError(error), message, details: {} }
}

/** Maps the errno of a failed system call to what a person can act on. */
export function codeOfSystemError(error: unknown): ErrorCode {
  const errno =
    typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return 'diskFull'
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'SQLITE_READONLY':
      return 'readOnly'
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return 'databaseDamaged'
    case 'ENOENT':
      return 'notFound'
    default:
      return 'internal'
  }
}
