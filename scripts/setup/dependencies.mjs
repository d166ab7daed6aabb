import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, runNpm } from './command.mjs'
import { elapsed, say, SetUpError } from './report.mjs'
import { hashOf, readState, writeState } from './stamp.mjs'

/**
 * Whether this Node can run the program: 20.19 or newer.
 *
 * @param {string} version `process.versions.node`
 */
export function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 20 || (major === 20 && minor >= 19)
}

/** @throws {SetUpError} when Node is too old */
export function checkNode(version = process.versions.node) {
  if (isNodeNewEnough(version)) return
  throw new SetUpError(
    `Semblance needs Node 20.19 or newer, and this is Node ${version}.`,
    'install a current Node from https://nodejs.org and run the command again.',
  )
}

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, link?: boolean, peer?: boolean }} LockedPackage
 * @typedef {{ packages?: Record<string, LockedPackage> }} LockFile
 */

/**
 * Whether the packages npm says it installed are those that the lock file names. An optional
 * package may be absent: another platform's binary is.
 *
 * @param {LockFile} wanted package-lock.json
 * @param {LockFile} installed node_modules/.package-lock.json
 */
export function isInstalledAsLocked(wanted, installed) {
  const has = installed.packages ?? {}
  return Object.entries(wanted.packages ?? {}).every(([path, locked]) => {
    if (path === '') return true
    const found = has[path]
    if (found === undefined) return locked.optional === true
    return found.version === locked.version
  })
}

/** @param {string} file @returns {LockFile} */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}

/**
 * Brings node_modules to what package-lock.json says, by `npm ci`, if it is not there already.
 *
 * @param {string} root the checkout
 * @returns {Promise<boolean>} whether something was installed
 * @throws {SetUpError} when npm fails
 */
export async function ensureDependencies(root) {
  const lockFile = join(root, 'package-lock.json')
  if (!existsSync(lockFile)) {
    throw new SetUpError('package-lock.json is missing.', 'restore it from git.')
  }
  const stamp = hashOf(readFileSync(lockFile))
  if (readState(root).stamps?.['dependencies'] === stamp) return false
  const installedFile = join(root, 'node_modules', '.package-lock.json')
  if (
    existsSync(installedFile) &&
    isInstalledAsLocked(readLock(lockFile), readLock(installedFile))
  ) {
    writeState(root, { stamps: { dependencies: stamp } })
    return false
  }
  say('npm packages: installing what package-lock.json names (npm ci)')
  const started = performance.now()
  const result = await runNpm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root })
  if (result.code !== 0) {
    throw new SetUpError(
      `npm ci failed: ${lastLines(result)}`,
      'check the network or the registry (`npm ping`), then run the command again.',
    )
  }
  writeState(root, { stamps: { dependencies: stamp } })
  say(`npm packages: installed in ${elapsed(started)}`)
  return true
}
