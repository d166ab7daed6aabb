import { expect, test } from 'vitest'
import { nativeEnvironment } from '../../../../src/main/backend/environment'

test('a GPU keeps memory for others and full precision', () => {
  const environment = nativeEnvironment({})
  expect(environment['TF_FORCE_GPU_ALLOW_GROWTH']).toBe('true')
  expect(environment['NVIDIA_TF32_OVERRIDE']).toBe('0')
})

test('what the person has set stays', () => {
  const given = { NVIDIA_TF32_OVERRIDE: '1', TF_CPP_MIN_LOG_LEVEL: '0', HOME: '/home/me' }
  expect(nativeEnvironment(given)).toMatchObject(given)
})
