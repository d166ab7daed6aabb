import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPackagedModel } from '../../../src/main/features/extractors/packagedModel'
import { startBackend } from '../../../src/main/backend/startBackend'
import { startWasm } from '../../../src/main/backend/wasmBackend'
import { AppError } from '../../../src/shared/errors'
import { projectFolder } from './support'

let empty = ''
beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'semblance-empty-'))
})
afterAll(() => rm(empty, { recursive: true, force: true }))

test('with nothing installed plain JavaScript runs, and the report says why', async () => {
  const backend = await startBackend({
    preferred: 'auto',
    workersFolder: empty,
    projectFolder: empty,
  })
  expect(backend.report.name).toBe('js')
  expect(backend.report.rejected.map(({ name }) => name)).toEqual(['tensorflow', 'wasm'])
  expect(backend.report.rejected[0]?.reason).toBe('its package is not installed')
  for (const { reason } of backend.report.rejected) {
    expect(reason.length).toBeGreaterThan(10)
    expect(reason).not.toContain('\n')
  }
  backend.dispose()
})

test('a backend asked for by name is not replaced by another', async () => {
  const start = startBackend({
    preferred: 'tensorflow',
    workersFolder: empty,
    projectFolder: empty,
  })
  await expect(start).rejects.toThrow(AppError)
  await expect(start).rejects.toMatchObject({ code: 'backendUnavailable' })
})

test('without built workers or threads the kernels run on one thread', async () => {
  const options = { threads: 1, workersFolder: empty, projectFolder }
  const backend = await startBackend({ preferred: 'wasm', ...options })
  expect(backend.report).toMatchObject({ name: 'wasm', threads: 1, gpu: false })
  backend.dispose()
  const { operations, dispose } = await startWasm({ preferred: 'wasm', ...options })
  expect(operations.name).toBe('wasm kernels, 1 thread')
  dispose()
})

test('a folder without the pretrained network is a failure a person can act on', async () => {
  await expect(readPackagedModel(empty)).rejects.toMatchObject({
    code: 'backendUnavailable',
    message: expect.stringContaining('set-up') as string,
  })
})
