import { expect, it } from 'vitest'
import { asAppError } from '../../../src/main/training/workerFailure'
import { type AppError, codeOfSystemError } from '../../../src/shared/errors'

const failing = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

it.each([
  ["EACCES: permission denied, open '/a'", 'EACCES', 'permissionDenied'],
  ['ENOSPC: no space left on device, write', 'ENOSPC', 'diskFull'],
  ['EROFS: read-only file system', 'EROFS', 'readOnly'],
  ['SQLITE_BUSY: database is locked', 'SQLITE_BUSY', 'databaseBusy'],
  ['Invalid TF_Status: 8\nMessage: OOM when allocating', undefined, 'outOfMemory'],
  ['Input image exceeds pixel limit', undefined, 'pictureTooLarge'],
  ['worker said: ENOSPC: no space left', undefined, 'diskFull'],
  ['Invalid TF_Status: 80', undefined, 'internal'],
  ['something else', undefined, 'internal'],
])('knows %s', (message, code, expected) => {
  expect(codeOfSystemError(failing(message, code))).toBe(expected)
})

it('says in a worker what can be done, and keeps what the library said', () => {
  const error = asAppError(failing('Invalid TF_Status: 8')) as AppError
  expect(error).toMatchObject({ name: 'AppError', code: 'outOfMemory' })
  expect(error.message).toContain('Invalid TF_Status: 8')
  expect(error.message).toContain('smaller batch')
  const ours = failing('undefined is not a function')
  expect(asAppError(ours)).toBe(ours)
})
