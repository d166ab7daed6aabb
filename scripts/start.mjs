import { spawn } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { electronEnvironment, sandboxSwitches } from './electronRuntime.mjs'
import { checkout, setUp } from './setup.mjs'
import { runScript, say, SetUpError } from './setup/report.mjs'
import { decideStart, hasDisplay, resultsFolderName } from './startDecision.mjs'

const interruptedStatus = 130
const repeatMs = 500
const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/** npm runs scripts in the checkout; relative paths are meant from where the person stands. */
const standingIn =
  process.env['npm_lifecycle_event'] === 'start'
    ? (process.env['INIT_CWD'] ?? process.cwd())
    : process.cwd()

/** @param {string} argument @returns {string | null} */
function resolveFolder(argument) {
  const path = resolve(standingIn, argument)
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : null
}

/**
 * Runs a program in the foreground: it writes to our terminal, hears our interrupts, and gives our
 * status. A terminal interrupts every process of the group, and npm repeats it; the program gets a
 * group of its own, so that it hears one interrupt when a person gives one.
 *
 * @param {string} program @param {readonly string[]} args @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function runInForeground(program, args, env) {
  return new Promise((settle) => {
    const child = spawn(program, args, {
      cwd: standingIn,
      env,
      stdio: 'inherit',
      detached: process.platform !== 'win32',
    })
    let lastMs = -Infinity
    const forward = (/** @type {NodeJS.Signals} */ signal) => {
      const isRepeated = performance.now() - lastMs < repeatMs
      lastMs = performance.now()
      if (!isRepeated) child.kill(signal)
    }
    for (const signal of signals) process.on(signal, forward)
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.on('error', (error) => {
      say(`${program} could not be started: ${error.message}`)
      settle(1)
    })
    child.on('exit', (code, signal) => {
      for (const name of signals) process.removeListener(name, forward)
      process.removeListener('exit', kill)
      settle(code ?? (signal === 'SIGINT' ? interruptedStatus : 1))
    })
  })
}

/** @param {readonly string[]} args */
function runCommandLine(args) {
  return runInForeground(
    process.execPath,
    [join(checkout, 'out', 'main', 'cli.js'), ...args],
    process.env,
  )
}

/** @param {string | null} folder */
async function runHeadless(folder) {
  await setUp({ window: false })
  const images = folder ?? join(checkout, 'resources', 'sample')
  const results = join(standingIn, resultsFolderName(new Date()))
  say(
    `There is no display, so no window can open; training headless on ${folder ?? 'the bundled sample'} instead`,
  )
  const status = await runCommandLine(['train', images, '--out', results])
  if (existsSync(results)) {
    process.stdout.write(`The results are in ${results}: ${describeResults(results)}\n`)
  }
  return status
}

/** @param {string} folder */
function describeResults(folder) {
  const known = {
    'embeddings.csv': 'an embedding for each image',
    'map.png': 'the map',
    'triplets.csv': 'the mined hard negatives',
    'metrics.json': 'how good it is',
  }
  return Object.entries(known)
    .filter(([name]) => existsSync(join(folder, name)))
    .map(([name, meaning]) => `${name} (${meaning})`)
    .join(', ')
}

/** @param {string | null} folder */
async function openWindow(folder) {
  const { electron, canOpenWindow } = await setUp()
  if (electron === null) throw new SetUpError('There is no Electron.', 'run `npm run setup`.')
  if (!canOpenWindow) say('system libraries are missing (see above); trying to open the window')
  say(`opening the window in ${electron.description}`)
  const args = [...sandboxSwitches(electron.path), checkout, ...(folder === null ? [] : [folder])]
  return runInForeground(electron.path, args, electronEnvironment())
}

await runScript(async () => {
  const decision = decideStart(process.argv.slice(2), {
    hasDisplay: hasDisplay(process.platform, process.env),
    resolveFolder,
  })
  switch (decision.kind) {
    case 'refused':
      process.stderr.write(`${decision.message}\n`)
      return 2
    case 'command':
      await setUp({ window: false })
      return runCommandLine(decision.args)
    case 'headless':
      return runHeadless(decision.folder)
    case 'window':
      return openWindow(decision.folder)
  }
})
