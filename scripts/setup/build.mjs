import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, runCommand } from './command.mjs'
import { elapsed, say, SetUpError } from './report.mjs'
import { hashOfFiles, readState, writeState } from './stamp.mjs'

/** What the built program is made of. */
const sources = [
  'src',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.base.json',
]

/** What the build must leave behind. */
const products = [
  'out/main/index.js',
  'out/main/cli.js',
  'out/preload/index.js',
  'out/renderer/index.html',
]

/**
 * Runs electron-vite's build when a source changed since the last one.
 *
 * @param {string} root the checkout
 * @param {{ quiet?: boolean }} [options] quiet: says nothing of a build that succeeds
 * @returns {Promise<boolean>} whether it was built anew
 * @throws {SetUpError} when the build fails
 */
export async function ensureBuild(root, options = {}) {
  const stamp = hashOfFiles(root, sources)
  const isThere = products.every((file) => existsSync(join(root, file)))
  if (isThere && readState(root).stamps?.['build'] === stamp) return false
  const started = performance.now()
  if (!options.quiet) say('build: electron-vite build')
  const script = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  rmSync(join(root, 'out'), { recursive: true, force: true })
  const result = await runCommand(process.execPath, [script, 'build', '--logLevel', 'warn'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const missing = products.filter((file) => !existsSync(join(root, file)))
  if (result.code !== 0 || missing.length > 0) {
    const what = result.code === 0 ? `it left no ${missing.join(', ')}` : lastLines(result, 12)
    throw new SetUpError(
      `The build failed: ${what}`,
      'correct the source that is named above; `npm run build` shows the whole output.',
    )
  }
  writeState(root, { stamps: { build: stamp } })
  if (!options.quiet) say(`build: done in ${elapsed(started)}`)
  return true
}
