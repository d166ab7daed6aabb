import { defineConfig } from 'vitest/config'

/** For `npm run mutate`: the unit tests of the core alone. */
export default defineConfig({
  test: {
    include: ['test/unit/core/**/*.test.ts'],
    environment: 'node',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
