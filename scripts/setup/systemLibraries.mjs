import { existsSync, readFileSync } from 'node:fs'
import { findProgram, lastLines, runCommand } from './command.mjs'
import { elapsed, say } from './report.mjs'

/** What Electron's window needs on Debian and Ubuntu, and a display where there is none. */
const packages = [
  'xvfb',
  'xauth',
  'libnss3',
  'libatk1.0-0',
  'libatk-bridge2.0-0',
  'libgtk-3-0',
  'libgbm1',
  'libasound2',
  'libcups2',
  'libdrm2',
  'libxkbcommon0',
  'libxcomposite1',
  'libxdamage1',
  'libxfixes3',
  'libxrandr2',
  'fonts-noto-cjk',
  'fonts-dejavu-core',
]

/** One library of each package above that the dynamic linker must know. */
const libraries = [
  'libnss3.so',
  'libatk-1.0.so.0',
  'libatk-bridge-2.0.so.0',
  'libgtk-3.so.0',
  'libgbm.so.1',
  'libasound.so.2',
  'libcups.so.2',
  'libdrm.so.2',
  'libxkbcommon.so.0',
  'libXcomposite.so.1',
  'libXdamage.so.1',
  'libXfixes.so.3',
  'libXrandr.so.2',
]

/**
 * Which of the libraries that the window needs are unknown to the dynamic linker.
 *
 * @param {string} linkerCache what `ldconfig -p` prints
 * @returns {string[]}
 */
export function missingLibraries(linkerCache) {
  const known = new Set([...linkerCache.matchAll(/^\s*(\S+)\s+\(/gm)].map((match) => match[1]))
  return libraries.filter((name) => !known.has(name))
}

/**
 * The packages by their names in this release: from Ubuntu 24.04 and Debian 13 on, some carry
 * "t64".
 *
 * @param {(name: string) => boolean} exists whether the package index has a name
 */
export function packageNames(exists) {
  return packages.map((name) => (exists(`${name}t64`) ? `${name}t64` : name))
}

/** @returns {boolean} whether this is Debian, Ubuntu or a relative of theirs */
function isDebian() {
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'))
  } catch {
    return false
  }
}

/**
 * Linux: installs the window's system libraries when root on Debian or Ubuntu, else names the
 * command. Never fails: the headless commands need none of them.
 *
 * @returns {Promise<boolean>} whether the window can be expected to open
 */
export async function ensureSystemLibraries() {
  if (process.platform !== 'linux') return true
  const ldconfig = ['/sbin/ldconfig', '/usr/sbin/ldconfig'].find((file) => existsSync(file))
  if (ldconfig === undefined) return true
  const missing = missingLibraries((await runCommand(ldconfig, ['-p'])).stdout)
  // A machine without a display needs a virtual one for the tests of the window.
  const hasDisplay =
    Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']) ||
    findProgram('Xvfb') !== undefined
  if (missing.length === 0 && hasDisplay) return true
  const what = missing.length > 0 ? missing.join(', ') : 'a display (Xvfb)'
  if (!isDebian() || findProgram('apt-get') === undefined) {
    if (missing.length > 0) {
      say(`system libraries: missing ${what}; install GTK 3, NSS, ALSA and GBM of your system`)
    }
    return missing.length === 0
  }
  if (process.getuid?.() !== 0) {
    if (missing.length > 0) {
      const names = packageNames(() => false).join(' ')
      say(
        `system libraries: missing ${what}; run: sudo apt-get update && sudo apt-get install -y ${names}`,
      )
    }
    return missing.length === 0
  }
  say(`system libraries: missing ${what}; installing them (apt-get)`)
  const started = performance.now()
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await runCommand('apt-get', ['update', '-qq'], { env, timeoutMs: 5 * 60_000 })
  const index = await runCommand('apt-cache', ['pkgnames'], { timeoutMs: 60_000 })
  const all = new Set(index.stdout.split('\n'))
  const names = packageNames((name) => all.has(name))
  const arguments_ = ['install', '-y', '-qq', '--no-install-recommends', ...names]
  const result = await runCommand('apt-get', arguments_, { env, timeoutMs: 15 * 60_000 })
  if (result.code !== 0) {
    say(
      `system libraries: apt-get failed (${lastLines(result, 1)}); run: apt-get update && apt-get install -y ${names.join(' ')}`,
    )
    return false
  }
  say(`system libraries: installed in ${elapsed(started)}`)
  return true
}
