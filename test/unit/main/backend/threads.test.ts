import { expect, it } from 'vitest'
import { limitThreads, threadLimit } from '../../../../src/main/backend/threads'

it('names the threads to every backend, and leaves what the person has set', () => {
  const environment: NodeJS.ProcessEnv = { OMP_NUM_THREADS: '3' }
  limitThreads(0, environment)
  expect(threadLimit(environment)).toBeUndefined()
  limitThreads(2, environment)
  expect(threadLimit(environment)).toBe(2)
  expect(environment).toMatchObject({ TF_NUM_INTRAOP_THREADS: '2', OMP_NUM_THREADS: '3' })
})
