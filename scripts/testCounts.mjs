/**
 * What a check or a suite came to.
 *
 * @typedef {object} Outcome
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} notRun names of tests that were left out, for instance for want of a library
 * @property {{ name: string, message: string }[]} failures
 */

/**
 * The parts of vitest's JSON report that are counted.
 *
 * @typedef {{ fullName: string, status: string, failureMessages?: readonly string[] | null }} AssertionResult
 * @typedef {{ name: string, status: string, message?: string, assertionResults: readonly AssertionResult[] }} FileResult
 * @typedef {{ success?: boolean, testResults: readonly FileResult[] }} VitestReport
 */

/** @param {string} name @param {string} message @returns {Outcome} */
export function failedOutcome(name, message) {
  return { passed: 0, failed: 1, notRun: [], failures: [{ name, message }] }
}

/** @returns {Outcome} */
export function passedOutcome() {
  return { passed: 1, failed: 0, notRun: [], failures: [] }
}

/**
 * Counts a suite: each test is one, and so is a file that could not be loaded or failed outside of
 * its tests, an error outside of all files, a suite without any test, and a report that is missing.
 *
 * @param {string} suite
 * @param {VitestReport | null} report null when vitest wrote none
 * @param {number} exitCode vitest's
 * @param {string} output vitest's, for a failure that no test accounts for
 * @returns {Outcome}
 */
export function countSuite(suite, report, exitCode, output) {
  if (report === null) {
    return failedOutcome(suite, `vitest ended with status ${exitCode} and no report\n${output}`)
  }
  /** @type {Outcome} */
  const outcome = { passed: 0, failed: 0, notRun: [], failures: [] }
  for (const file of report.testResults) {
    let failedHere = 0
    for (const test of file.assertionResults) {
      if (test.status === 'passed') outcome.passed += 1
      else if (test.status === 'failed') {
        failedHere += 1
        const message = (test.failureMessages ?? []).join('\n')
        outcome.failures.push({ name: `${file.name} > ${test.fullName}`, message })
      } else outcome.notRun.push(`${file.name} > ${test.fullName}`)
    }
    if (failedHere === 0 && file.status === 'failed') {
      failedHere = 1
      outcome.failures.push({ name: file.name, message: file.message || 'the file failed' })
    }
    outcome.failed += failedHere
  }
  if (outcome.passed + outcome.failed === 0) {
    return failedOutcome(suite, `no test ran in this suite\n${output}`)
  }
  if (outcome.failed === 0 && (exitCode !== 0 || report.success === false)) {
    outcome.failed = 1
    const message = `every test passed, and vitest ended with status ${exitCode}\n${output}`
    outcome.failures.push({ name: suite, message })
  }
  return outcome
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {Outcome}
 */
export function sumOutcomes(outcomes) {
  return {
    passed: outcomes.reduce((sum, { passed }) => sum + passed, 0),
    failed: outcomes.reduce((sum, { failed }) => sum + failed, 0),
    notRun: outcomes.flatMap(({ notRun }) => notRun),
    failures: outcomes.flatMap(({ failures }) => failures),
  }
}

export const checkNames = /** @type {const} */ ([
  'format',
  'lint',
  'types',
  'imports',
  'unused',
  'build',
  'unit',
  'integration',
  'component',
  'e2e',
])

/** @typedef {(typeof checkNames)[number]} CheckName */

/**
 * Which checks the arguments of `npm test` choose, in their order. Suites that run the built
 * program bring the build with them.
 *
 * @param {readonly string[]} args
 * @returns {{ checks: CheckName[] } | { message: string }}
 */
export function chooseChecks(args) {
  if (args.length === 0) return { checks: [...checkNames] }
  const [option, list, ...extra] = args[0]?.startsWith('--only=')
    ? ['--only', args[0].slice('--only='.length), ...args.slice(1)]
    : args
  const help = `Choose with --only, from: ${checkNames.join(', ')}. For instance: npm test -- --only unit,lint`
  if (option !== '--only' || list === undefined || extra.length > 0) {
    return { message: `Not understood: ${args.join(' ')}. ${help}` }
  }
  const asked = list.split(',').map((name) => name.trim())
  const unknown = asked.filter((name) => !checkNames.some((check) => check === name))
  if (unknown.length > 0) return { message: `There is no check ${unknown.join(', ')}. ${help}` }
  const needsBuild = asked.includes('integration') || asked.includes('e2e')
  return {
    checks: checkNames.filter((name) => asked.includes(name) || (name === 'build' && needsBuild)),
  }
}
