import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureBuild } from './setup/build.mjs'
import { cacheFolder, withLock } from './setup/cache.mjs'
import { lastLines, runCommand } from './setup/command.mjs'
import { checkNode, ensureDependencies } from './setup/dependencies.mjs'
import { pruneDependencies } from './setup/prune.mjs'
import { elapsed, runScript, say, SetUpError } from './setup/report.mjs'
import { separateSharp } from './setup/sharpInElectron.mjs'
import { ensureSqlite } from './setup/sqlite.mjs'
import { hashOf, readState, writeState } from './setup/stamp.mjs'
import { ensureSystemLibraries } from './setup/systemLibraries.mjs'
import { ensureTensorflow } from './setup/tensorflow.mjs'

/** The checkout this script belongs to. */
export const checkout = resolve(fileURLToPath(new URL('..', import.meta.url)))

/**
 * sharp comes prebuilt in optional packages; this says so in time when npm left them out.
 *
 * @param {string} root
 */
async function ensureSharp(root) {
  const { stamps } = readState(root)
  const stamp = `${process.platform}-${process.arch}-${stamps?.['dependencies']}-apart`
  if (stamps?.['sharp'] === stamp) return
  if (separateSharp(root)) say("sharp: kept apart from the system's GLib, for Electron")
  const result = await runCommand(process.execPath, ['-e', "require('sharp')"], { cwd: root })
  if (result.code !== 0) {
    throw new SetUpError(
      `sharp, which reads the images, does not load: ${lastLines(result, 2)}`,
      'delete node_modules and run again; npm must not be told to omit optional packages.',
    )
  }
  writeState(root, { stamps: { sharp: stamp } })
}

/** @param {string} root */
async function ensureSample(root) {
  const { buildSample, sampleStamp } = await import('./sample.mjs')
  const stamp = sampleStamp(root)
  const isThere = existsSync(join(root, 'resources', 'sample', 'CREDITS.txt'))
  if (isThere && readState(root).stamps?.['sample'] === stamp) return
  await buildSample(root)
  writeState(root, { stamps: { sample: stamp } })
}

/**
 * @typedef {object} SetUpResult
 * @property {import('./electronRuntime.mjs').ElectronRuntime | null} electron null when there is
 *   none to be had and it was not demanded
 * @property {boolean} canOpenWindow whether the system libraries of the window are there
 */

/**
 * Brings the checkout to where the program runs: dependencies, system libraries, Electron, native
 * SQLite, native TensorFlow, the sample, the build. What is done already is skipped; every step
 * that does something says so in one line on stderr.
 *
 * @param {{ root?: string, window?: boolean, build?: boolean, retry?: boolean }} [options]
 *   window: false for the headless commands, which need neither Electron nor a display;
 *   build: false to leave the build to the caller; retry: tries again what failed before
 * @returns {Promise<SetUpResult>}
 * @throws {SetUpError} with the remedy, when a needed step fails
 */
export async function setUp(options = {}) {
  const { root = checkout, window = true, build = true, retry = false } = options
  checkNode()
  const lock = join(cacheFolder(), 'locks', `checkout-${hashOf(root).slice(0, 16)}.lock`)
  return withLock(
    lock,
    async () => {
      const started = performance.now()
      const wasBare = !existsSync(join(root, 'node_modules'))
      if (wasBare) say('first run: setting Semblance up, which takes a few minutes')
      await ensureDependencies(root)
      pruneDependencies(root)
      const { ensureElectron } = await import('./electronRuntime.mjs')
      // They wait on different things (network, compiler, package manager), so they go together;
      // all are awaited before a failure is told, so that none is cut off half way.
      const [libraries, electron, ...others] = await Promise.allSettled([
        window ? ensureSystemLibraries() : Promise.resolve(false),
        window ? ensureElectron(root, { retry }) : Promise.resolve(null),
        ensureSqlite(root),
        ensureTensorflow(root, { retry }),
        ensureSharp(root).then(() => ensureSample(root)),
      ])
      for (const outcome of [libraries, electron, ...others]) {
        if (outcome.status === 'rejected') throw outcome.reason
      }
      if (build) await ensureBuild(root)
      if (wasBare) say(`everything is set up (${elapsed(started)})`)
      return {
        canOpenWindow: libraries.status === 'fulfilled' && libraries.value,
        electron: electron.status === 'fulfilled' ? electron.value : null,
      }
    },
    'this checkout',
  )
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    const started = performance.now()
    const { electron } = await setUp({
      build: !process.argv.includes('--no-build'),
      retry: true,
    })
    if (electron !== null) say(`Electron: ${electron.description}`)
    const { tensorflow } = readState(checkout)
    if (tensorflow !== undefined) {
      say(
        `training: ${tensorflow.available ? tensorflow.reason : `WASM, because ${tensorflow.reason}`}`,
      )
    }
    say(`ready (${elapsed(started)})`)
  })
}
