import type { Bilingual } from './model/bilingual'

/**
 * The closed list of failures a person can meet. The window translates the code; the message is
 * the English text for the command line and for logs.
 */
export const errorCodes = [
  'invalidInput',
  'notFound',
  'folderMissing',
  'folderUnreadable',
  'folderSilent',
  'notAFolder',
  'linkBroken',
  'sampleMissing',
  'noImages',
  'tooFewClasses',
  'noClassWithTwoImages',
  'noDataset',
  'busy',
  'trainingBusy',
  'datasetBusy',
  'cacheBusy',
  'importUnfinished',
  'nothingToUndo',
  'nothingToRedo',
  'trainingFailed',
  'trainingDiverged',
  'notFinite',
  'noVariation',
  'backendUnavailable',
  'backendLost',
  'modelUnreadable',
  'journalUnreadable',
  'noEmbeddings',
  'embeddingsDamaged',
  'diskFull',
  'permissionDenied',
  'readOnly',
  'writeFailed',
  'notOurFolder',
  'openFailed',
  'databaseDamaged',
  'userDataUnusable',
  'databaseBusy',
  'workerCrashed',
  'outOfMemory',
  'pictureTooLarge',
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

/** An expected failure that the window says in its own language, in other words than those of its code. */
export function bilingualError(
  code: ErrorCode,
  words: Bilingual,
  details: ErrorDetails = {},
  cause?: unknown,
): AppError {
  const said = { unsuitable: words.en, unsuitableChinese: words['zh-CN'] }
  return new AppError(code, words.en, { ...details, ...said }, cause)
}

/** Turns anything thrown into plain data that survives a process boundary. */
export function serializeError(error: unknown): SerializedError {
  if (error instanceof AppError) {
    return { code: error.code, message: error.message, details: error.details }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: codeOfSystemError(error), message, details: {} }
}

/** The code that the system gave a failed call, for instance `ENOENT`; empty where there is none. */
export const errnoOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''

/** Maps the errno of a failed system call to what a person can act on. */
export function codeOfSystemError(error: unknown): ErrorCode {
  switch (errnoOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return 'diskFull'
    case 'EACCES':
    case 'EPERM':
      return 'permissionDenied'
    case 'EROFS':
    case 'SQLITE_READONLY':
      return 'readOnly'
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return 'databaseBusy'
    case 'ENOMEM':
    case 'SQLITE_NOMEM':
      return 'outOfMemory'
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return 'databaseDamaged'
    case 'ENOENT':
      return 'notFound'
    default:
      return codeOfWords(error instanceof Error ? error.message : String(error))
  }
}

/** Libraries that give no code of their own are known by their words. */
function codeOfWords(message: string): ErrorCode {
  // 8 is RESOURCE_EXHAUSTED.
  if (/TF_Status: 8\b|RESOURCE_EXHAUSTED|out of memory|allocation failed/i.test(message)) {
    return 'outOfMemory'
  }
  if (/exceeds pixel limit/i.test(message)) return 'pictureTooLarge'
  const errno = /\b(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|ENOMEM|SQLITE_BUSY|SQLITE_FULL)\b/.exec(
    message,
  )
  return errno === null ? 'internal' : codeOfSystemError({ code: errno[1], message: '' })
}
