import { expect, test } from 'vitest'
import { nativeEnvironment } from '../../../scripts/nativeEnvironment.mjs'
import { prepareTensorflow } from '../../../src/main/backend/environment'

test('a GPU keeps memory for others and full precision', () => {
  const environment: NodeJS.ProcessEnv = {}
  prepareTensorflow(environment)
  expect(environment['TF_FORCE_GPU_ALLOW_GROWTH']).toBe('true')
  expect(environment['NVIDIA_TF32_OVERRIDE']).toBe('0')
})

test('what the person has set stays', () => {
  const environment: NodeJS.ProcessEnv = { NVIDIA_TF32_OVERRIDE: '1', TF_CPP_MIN_LOG_LEVEL: '0' }
  prepareTensorflow(environment)
  expect(environment['NVIDIA_TF32_OVERRIDE']).toBe('1')
  expect(nativeEnvironment(environment)['TF_CPP_MIN_LOG_LEVEL']).toBe('0')
})

test('programs that are started get the same variables as the process itself', () => {
  const environment: NodeJS.ProcessEnv = {}
  prepareTensorflow(environment)
  expect(nativeEnvironment({})).toMatchObject(environment)
})
