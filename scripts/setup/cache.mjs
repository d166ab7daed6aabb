import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { say } from './report.mjs'

const heartbeatMs = 5_000
const staleMs = 60_000

/**
 * The user's cache folder for what clones share: runtimes, compiled files. `SEMBLANCE_CACHE` names
 * another one.
 *
 * @param {{ env?: NodeJS.ProcessEnv, platform?: NodeJS.Platform, home?: string }} [from]
 * @returns {string}
 */
export function cacheFolder(from = {}) {
  const { env = process.env, platform = process.platform, home = homedir() } = from
  const named = env['SEMBLANCE_CACHE']
  if (named) return named
  if (platform === 'win32') {
    return join(env['LOCALAPPDATA'] || join(home, 'AppData', 'Local'), 'semblance', 'Cache')
  }
  if (platform === 'darwin') return join(home, 'Library', 'Caches', 'semblance')
  return join(env['XDG_CACHE_HOME'] || join(home || tmpdir(), '.cache'), 'semblance')
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}

/** @param {string} folder */
function isStale(folder) {
  try {
    const holder = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    if (Number.isInteger(holder) && holder > 0 && !isAlive(holder)) return true
  } catch {
    // Not written yet, or just removed: its age decides.
  }
  try {
    return Date.now() - statSync(folder).mtimeMs > staleMs
  } catch {
    return false
  }
}

/**
 * Runs `body` while holding a lock that other processes respect: a folder, since making one is
 * atomic everywhere. A lock whose holder died is taken over.
 *
 * @template T
 * @param {string} lockFolder
 * @param {() => Promise<T>} body
 * @param {string} [what] said once when waiting for another process
 * @returns {Promise<T>}
 */
export async function withLock(lockFolder, body, what = 'the same step') {
  mkdirSync(dirname(lockFolder), { recursive: true })
  let hasSaid = false
  for (;;) {
    try {
      mkdirSync(lockFolder)
      break
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
    }
    if (isStale(lockFolder)) {
      // Only one of several waiting processes wins this rename; the others go round again.
      const aside = `${lockFolder}.${randomBytes(4).toString('hex')}`
      try {
        renameSync(lockFolder, aside)
        rmSync(aside, { recursive: true, force: true })
      } catch {
        // Another process took it over.
      }
      continue
    }
    if (!hasSaid) say(`another set-up is busy with ${what}; waiting for it`)
    hasSaid = true
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  writeFileSync(join(lockFolder, 'pid'), String(process.pid))
  const heartbeat = setInterval(() => {
    const now = new Date()
    try {
      utimesSync(lockFolder, now, now)
    } catch {
      // Someone cleared the cache; the work itself does not depend on the lock's folder.
    }
  }, heartbeatMs)
  heartbeat.unref()
  const release = () => rmSync(lockFolder, { recursive: true, force: true })
  process.once('exit', release)
  try {
    return await body()
  } finally {
    clearInterval(heartbeat)
    process.removeListener('exit', release)
    release()
  }
}

/**
 * Gives a folder of the cache, made once by `fill` in a temporary folder beside it and then
 * renamed, so that it exists whole or not at all, whoever else sets up at the same time.
 *
 * @param {string} folder where it must be
 * @param {(temporary: string) => Promise<void>} fill
 * @param {string} [what] named while waiting for another process
 * @returns {Promise<string>} `folder`
 */
export async function cachedFolder(folder, fill, what) {
  if (existsSync(folder)) return folder
  return withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return folder
      const temporary = `${folder}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`
      const clear = () => rmSync(temporary, { recursive: true, force: true })
      process.once('exit', clear)
      try {
        mkdirSync(temporary, { recursive: true })
        await fill(temporary)
        renameSync(temporary, folder)
      } finally {
        process.removeListener('exit', clear)
        clear()
      }
      return folder
    },
    what,
  )
}
