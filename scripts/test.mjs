import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { startVirtualDisplay } from './display.mjs'
import { ensureElectron } from './electronRuntime.mjs'
import { ensureBuild } from './setup/build.mjs'
import { runCommand } from './setup/command.mjs'
import { elapsed, runScript, say, SetUpError } from './setup/report.mjs'
import { checkout, setUp } from './setup.mjs'
import {
  chooseChecks,
  countSuite,
  failedOutcome,
  passedOutcome,
  sumOutcomes,
} from './testCounts.mjs'

/**
 * @typedef {import('./testCounts.mjs').Outcome} Outcome
 * @typedef {import('./testCounts.mjs').CheckName} CheckName
 */

const minuteMs = 60_000

/** A script of a package in node_modules. @param {string} path */
function packageScript(path) {
  return join(checkout, 'node_modules', path)
}

/**
 * A check that is one program: it passes when the program ends with status 0.
 *
 * @param {CheckName} name @param {string} script @param {readonly string[]} args
 * @returns {Promise<Outcome>}
 */
async function runTool(name, script, args) {
  const result = await runCommand(process.execPath, [script, ...args], {
    cwd: checkout,
    timeoutMs: 10 * minuteMs,
  })
  if (result.code === 0) return passedOutcome()
  const end = result.timedOut ? 'ran past its time limit' : `ended with status ${result.code}`
  return failedOutcome(name, `${end}\n${result.stdout}${result.stderr}`.trim())
}

/**
 * A suite of vitest.
 *
 * @param {CheckName} name the project of vitest.config.ts
 * @param {number} limitMs
 * @param {NodeJS.ProcessEnv} [env]
 * @param {readonly string[]} [options] more of vitest's
 * @returns {Promise<Outcome>}
 */
async function runSuite(name, limitMs, env = process.env, options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'semblance-test-'))
  const reportFile = join(folder, 'report.json')
  try {
    const result = await runCommand(
      process.execPath,
      [
        packageScript('vitest/vitest.mjs'),
        ...['run', '--project', name, '--reporter=json', `--outputFile=${reportFile}`],
        ...options,
      ],
      {
        cwd: checkout,
        env: { ...env, NO_COLOR: '1', VITE_CONFIG_NATIVE_IGNORE_WARNING: 'true' },
        timeoutMs: limitMs,
      },
    )
    const output = result.timedOut
      ? `it ran past its time limit of ${limitMs / minuteMs} minutes`
      : `${result.stdout}${result.stderr}`.trim().slice(-4_000)
    let report = null
    try {
      report = JSON.parse(readFileSync(reportFile, 'utf8'))
    } catch {
      // countSuite says that it is missing.
    }
    return countSuite(name, report, result.code, output)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {Promise<Outcome>} */
async function runBuild() {
  try {
    await ensureBuild(checkout, { quiet: true })
    return passedOutcome()
  } catch (error) {
    if (error instanceof SetUpError) return failedOutcome('build', error.message)
    throw error
  }
}

/** @returns {Promise<Outcome>} */
async function runEndToEnd() {
  const electron = await ensureElectron(checkout)
  const display = await startVirtualDisplay()
  const present = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']
  if (display === null && process.platform === 'linux' && !present) {
    return failedOutcome(
      'e2e',
      'There is no display and no Xvfb. What to do: sudo apt-get install -y xvfb',
    )
  }
  try {
    return await runSuite('e2e', 30 * minuteMs, {
      ...process.env,
      SEMBLANCE_ELECTRON: electron.path,
      ...(display === null ? {} : { DISPLAY: display.name, WAYLAND_DISPLAY: undefined }),
    })
  } finally {
    display?.stop()
  }
}

/** @type {Record<CheckName, () => Promise<Outcome>>} */
const checks = {
  format: () =>
    runTool('format', packageScript('prettier/bin/prettier.cjs'), [
      ...['--check', '--log-level', 'warn', '.'],
    ]),
  lint: () => runTool('lint', packageScript('eslint/bin/eslint.js'), ['--max-warnings', '0', '.']),
  types: () => runTool('types', join(checkout, 'scripts', 'types.mjs'), []),
  imports: () =>
    runTool('imports', packageScript('dependency-cruiser/bin/dependency-cruise.mjs'), [
      ...['--config', '.dependency-cruiser.cjs', 'src'],
    ]),
  unused: () =>
    runTool('unused', packageScript('knip/bin/knip.js'), [
      ...['--no-progress', '--treat-config-hints-as-errors'],
    ]),
  build: runBuild,
  // With how much of the core it runs, against the floor of vitest.config.ts.
  unit: () => runSuite('unit', 20 * minuteMs, process.env, ['--coverage']),
  integration: () => runSuite('integration', 45 * minuteMs),
  component: () => runSuite('component', 10 * minuteMs),
  e2e: runEndToEnd,
}

/** @param {CheckName} name @returns {Promise<Outcome>} */
async function runCheck(name) {
  const started = performance.now()
  /** @type {Outcome} */
  let outcome
  try {
    outcome = await checks[name]()
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    outcome = failedOutcome(name, `the check itself crashed: ${message}`)
  }
  const notRun = outcome.notRun.length > 0 ? `, ${outcome.notRun.length} not run` : ''
  process.stdout.write(
    `${outcome.failed === 0 ? 'ok    ' : 'FAILED'} ${name}: ${outcome.passed} passed, ${outcome.failed} failed${notRun} (${elapsed(started)})\n`,
  )
  /** @param {string} name */
  const whereOf = (name) => (name.startsWith(checkout) ? relative(checkout, name) : name)
  for (const name of outcome.notRun) process.stdout.write(`  - not run: ${whereOf(name)}\n`)
  for (const failure of outcome.failures) {
    const indented = failure.message
      .split('\n')
      .filter((line) => !/^\s+at .*(node_modules\/@?vitest|new Promise \(<anonymous>\))/.test(line))
      .map((line) => `      ${line}`)
    process.stdout.write(`  x ${whereOf(failure.name)}\n${indented.join('\n')}\n`)
  }
  return outcome
}

await runScript(async () => {
  const choice = chooseChecks(process.argv.slice(2))
  if ('message' in choice) {
    process.stderr.write(`${choice.message}\n`)
    return 2
  }
  const started = performance.now()
  /** @type {Outcome[]} */
  const outcomes = []
  try {
    await setUp({ window: choice.checks.includes('e2e'), build: false })
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error
    say(`FAILED: ${error.message}`)
    outcomes.push(failedOutcome('set-up', error.message))
  }
  if (outcomes.length === 0) {
    for (const name of choice.checks) outcomes.push(await runCheck(name))
  }
  const { passed, failed, notRun } = sumOutcomes(outcomes)
  const also = notRun.length > 0 ? `; ${notRun.length} not run` : ''
  process.stdout.write(
    `all checks: ${elapsed(started)}${also}\n${passed} passed, ${failed} failed\n`,
  )
  return failed > 0 ? 1 : 0
})
