import { availableParallelism } from 'node:os'

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts' },
  mutate: ['src/core/{losses,miners,objective,evaluation,loop}/**/*.ts'],
  // Titles, descriptions, formulas and sources are texts; what they say no test of numbers can hold.
  mutator: { excludedMutations: ['StringLiteral'] },
  // What runs once at loading (the tables of options) would take every test for each mutant.
  ignoreStatic: true,
  coverageAnalysis: 'perTest',
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  reporters: ['progress-append-only', 'html', 'json'],
  htmlReporter: { fileName: 'reports/mutation/mutation.html' },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  // An endless loop is known by how often it runs; a test that is slow on a busy machine is no kill.
  timeoutMS: 60_000,
  dryRunTimeoutMinutes: 20,
  concurrency: Math.max(1, availableParallelism() - 1),
  thresholds: { high: 95, low: 85, break: 85 },
  tempDirName: '.stryker-tmp',
  ignorePatterns: ['coverage', 'dist', 'docs', 'out', 'reports', 'resources', 'test/e2e'],
}
