import { describe, expect, it } from 'vitest'
import { chooseChecks, checkNames, countSuite, sumOutcomes } from '../../../scripts/testCounts.mjs'

const passed = { fullName: 'adds', status: 'passed' }
const failed = { fullName: 'divides', status: 'failed', failureMessages: ['expected 1'] }
const pending = { fullName: 'later', status: 'pending' }

function file(name: string, assertionResults: readonly (typeof passed)[], status = 'passed') {
  return { name, status, assertionResults, message: status === 'failed' ? 'cannot load' : '' }
}

describe('countSuite', () => {
  it('counts each test', () => {
    const report = { success: false, testResults: [file('a', [passed, failed, pending], 'failed')] }
    expect(countSuite('unit', report, 1, '')).toEqual({
      passed: 1,
      failed: 1,
      notRun: ['a > later'],
      failures: [{ name: 'a > divides', message: 'expected 1' }],
    })
  })

  it('counts a file that could not be loaded as one failure', () => {
    const report = {
      success: false,
      testResults: [file('a', [passed]), file('broken', [], 'failed')],
    }
    const outcome = countSuite('unit', report, 1, '')
    expect([outcome.passed, outcome.failed]).toEqual([1, 1])
    expect(outcome.failures).toEqual([{ name: 'broken', message: 'cannot load' }])
  })

  it('counts an error outside of all tests', () => {
    const report = { success: true, testResults: [file('a', [passed])] }
    const outcome = countSuite('unit', report, 1, 'Unhandled rejection')
    expect([outcome.passed, outcome.failed]).toEqual([1, 1])
    expect(outcome.failures[0]?.message).toContain('Unhandled rejection')
  })

  it('counts a suite without tests, or one with skipped tests alone, as failed', () => {
    expect(countSuite('unit', { success: true, testResults: [] }, 0, '').failed).toBe(1)
    const skippedOnly = { success: true, testResults: [file('a', [pending])] }
    expect(countSuite('unit', skippedOnly, 0, '').failed).toBe(1)
  })

  it('counts a missing report as failed', () => {
    const outcome = countSuite('unit', null, 139, 'core dumped')
    expect([outcome.passed, outcome.failed]).toEqual([0, 1])
    expect(outcome.failures[0]?.message).toContain('139')
  })
})

describe('sumOutcomes', () => {
  it('adds up and keeps every failure', () => {
    const one = { passed: 2, failed: 1, notRun: [], failures: [{ name: 'a', message: '' }] }
    const other = { passed: 3, failed: 0, notRun: ['c'], failures: [] }
    expect(sumOutcomes([one, other])).toEqual({
      passed: 5,
      failed: 1,
      notRun: ['c'],
      failures: [{ name: 'a', message: '' }],
    })
    expect(sumOutcomes([])).toEqual({ passed: 0, failed: 0, notRun: [], failures: [] })
  })
})

describe('chooseChecks', () => {
  it('takes all, or the named ones in their order', () => {
    expect(chooseChecks([])).toEqual({ checks: [...checkNames] })
    expect(chooseChecks(['--only', 'unit,lint'])).toEqual({ checks: ['lint', 'unit'] })
    expect(chooseChecks(['--only=format'])).toEqual({ checks: ['format'] })
  })

  it('builds before suites that run the built program', () => {
    expect(chooseChecks(['--only', 'e2e'])).toEqual({ checks: ['build', 'e2e'] })
    expect(chooseChecks(['--only', 'integration'])).toEqual({ checks: ['build', 'integration'] })
  })

  it.each([[['--only', 'units']], [['--only']], [['unit']], [['--only', 'unit', 'lint']]])(
    'refuses %j and names the choices',
    (args) => {
      expect(chooseChecks(args)).toHaveProperty('message', expect.stringContaining('component'))
    },
  )
})
