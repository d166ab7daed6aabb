import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { cachedFolder, cacheFolder } from './cache.mjs'
import { findProgram, lastLines, runCommand, runNpm } from './command.mjs'
import { elapsed, say, SetUpError } from './report.mjs'
import { untar } from './tar.mjs'

const fileName = 'node_sqlite3.node'
const downloadLimitMs = 60_000
const compileLimitMs = 15 * 60_000

/** Compile-time options of the package's own binding.gyp. */
const sqliteOptions = [
  '_REENTRANT=1',
  'SQLITE_THREADSAFE=1',
  'HAVE_USLEEP=1',
  'SQLITE_ENABLE_FTS3',
  'SQLITE_ENABLE_FTS4',
  'SQLITE_ENABLE_FTS5',
  'SQLITE_ENABLE_RTREE',
  'SQLITE_ENABLE_DBSTAT_VTAB=1',
  'SQLITE_ENABLE_MATH_FUNCTIONS',
  'NDEBUG',
]

/** @param {string} root @param {string} name */
function packageFolder(root, name) {
  return join(root, 'node_modules', name)
}

/** Copied beside, then renamed: a process that has the old file loaded keeps it. @param {string} from @param {string} to */
function copyWhole(from, to) {
  mkdirSync(dirname(to), { recursive: true })
  const temporary = `${to}.${process.pid}.tmp`
  copyFileSync(from, temporary)
  renameSync(temporary, to)
}

/** @param {string} root @returns {Promise<string | undefined>} what is wrong, or undefined when it works */
async function whyBroken(root) {
  const result = await runCommand(
    process.execPath,
    [
      '-e',
      `const { Database } = require('sqlite3'); const db = new Database(':memory:'); db.get('select sqlite_version() as v', (error, row) => { if (error || !row.v) process.exit(1); db.close() })`,
    ],
    { cwd: root, timeoutMs: 30_000 },
  )
  return result.code === 0 ? undefined : lastLines(result)
}

/**
 * The package's own prebuilt file, from where its authors publish it.
 *
 * @param {string} folder the sqlite3 package
 * @returns {Promise<string | undefined>} the file
 */
async function downloadPrebuilt(folder) {
  const script = createRequire(join(folder, 'package.json')).resolve('prebuild-install/bin.js')
  const result = await runCommand(process.execPath, [script, '-r', 'napi'], {
    cwd: folder,
    timeoutMs: downloadLimitMs,
  })
  const file = join(folder, 'build', 'Release', fileName)
  return result.code === 0 && existsSync(file) ? file : undefined
}

/**
 * The folder of Node's own headers (the binding needs libuv's too): what npm's `nodedir` names, or
 * what came with `node`.
 *
 * @param {string} root
 * @returns {Promise<string | undefined>} the folder that holds include/node
 */
async function findNodeHeaders(root) {
  const asked = (await runNpm(['config', 'get', 'nodedir'], { cwd: root })).stdout.trim()
  const beside = join(dirname(realpathSync(process.execPath)), '..')
  return [asked, beside].find((path) => {
    const folder = join(path, 'include', 'node')
    return existsSync(join(folder, 'node_api.h')) && existsSync(join(folder, 'uv.h'))
  })
}

/**
 * Compiles with the machine's compiler, without node-gyp, which needs Python and takes twice as
 * long.
 *
 * @param {string} root @param {string} folder the sqlite3 package @param {string} work an empty folder
 * @param {string} headers the folder that holds include/node
 * @returns {Promise<{ file?: string, problem?: string }>}
 */
async function compileDirectly(root, folder, work, headers) {
  const cc = findProgram('cc') ?? findProgram('gcc') ?? findProgram('clang')
  const cxx = findProgram('c++') ?? findProgram('g++') ?? findProgram('clang++')
  if (cc === undefined || cxx === undefined) return { problem: 'there is no C++ compiler' }
  const deps = join(folder, 'deps')
  const archive = readdirSync(deps).find((name) => /^sqlite-autoconf-.*\.tar\.gz$/.test(name))
  if (archive === undefined) return { problem: 'the package holds no SQLite source' }
  await untar(join(deps, archive), work, (name) => /^[^/]+\/sqlite3(ext)?\.[ch]$/.test(name))
  const defines = sqliteOptions.map((option) => `-D${option}`)
  // The amalgamation, one large file, and the binding's four compile side by side.
  const compile = (/** @type {string} */ compiler, /** @type {string[]} */ args) =>
    runCommand(compiler, ['-c', '-O2', '-fPIC', '-w', ...defines, ...args], {
      cwd: work,
      timeoutMs: compileLimitMs,
    })
  const bindingFlags = [
    ...['-std=c++17', '-DNAPI_VERSION=6', '-DNAPI_DISABLE_CPP_EXCEPTIONS=1'],
    ...['-DNODE_GYP_MODULE_NAME=node_sqlite3', '-DBUILDING_NODE_EXTENSION', `-I${work}`],
    `-I${join(headers, 'include', 'node')}`,
    `-I${packageFolder(root, 'node-addon-api')}`,
  ]
  const sources = ['backup', 'database', 'node_sqlite3', 'statement']
  const compileBinding = async () => {
    for (const name of sources) {
      const source = join(folder, 'src', `${name}.cc`)
      const result = await compile(cxx, [...bindingFlags, source, '-o', `${name}.o`])
      if (result.code !== 0) return result
    }
    return undefined
  }
  const [amalgamation, bindingFailure] = await Promise.all([
    compile(cc, ['sqlite3.c', '-o', 'sqlite3.o']),
    compileBinding(),
  ])
  if (amalgamation.code !== 0) return { problem: lastLines(amalgamation) }
  if (bindingFailure !== undefined) return { problem: lastLines(bindingFailure) }
  const file = join(work, fileName)
  const kind =
    process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared']
  const libraries = process.platform === 'linux' ? ['-Wl,-z,nodelete', '-lpthread', '-lm'] : []
  const objects = [...sources, 'sqlite3'].map((name) => `${name}.o`)
  const linked = await runCommand(cxx, [...kind, ...objects, ...libraries, '-o', file], {
    cwd: work,
    timeoutMs: compileLimitMs,
  })
  return linked.code === 0 && existsSync(file) ? { file } : { problem: lastLines(linked) }
}

/**
 * Compiles with node-gyp, with the headers given, or else those that it downloads.
 *
 * @param {string} root @param {string} folder the sqlite3 package
 * @param {string | undefined} headers the folder that holds include/node
 * @returns {Promise<{ file?: string, problem?: string }>}
 */
async function compileWithNodeGyp(root, folder, headers) {
  const script = packageFolder(root, 'node-gyp/bin/node-gyp.js')
  if (!existsSync(script)) return { problem: 'node-gyp is not installed' }
  const nodedir = headers === undefined ? [] : [`--nodedir=${headers}`]
  const result = await runCommand(
    process.execPath,
    [script, 'rebuild', '--jobs', 'max', ...nodedir],
    { cwd: folder, timeoutMs: compileLimitMs },
  )
  const file = join(folder, 'build', 'Release', fileName)
  return result.code === 0 && existsSync(file) ? { file } : { problem: lastLines(result) }
}

/** @param {string} root @param {string} target where the file must be in the cache */
async function obtain(root, target) {
  const folder = packageFolder(root, 'sqlite3')
  const started = performance.now()
  const prebuilt = await downloadPrebuilt(folder)
  if (prebuilt !== undefined) {
    copyWhole(prebuilt, target)
    if ((await whyBroken(root)) === undefined) {
      say(`SQLite: its prebuilt library is downloaded (${elapsed(started)})`)
      return
    }
  }
  say('SQLite: no prebuilt library to be had from here; compiling it (about a minute)')
  const work = `${target}.work`
  mkdirSync(work, { recursive: true })
  /** @type {{ file?: string, problem?: string }} */
  let built = { problem: 'not tried' }
  try {
    const headers = await findNodeHeaders(root)
    const canTryDirectly = process.platform !== 'win32' && headers !== undefined
    if (canTryDirectly) built = await compileDirectly(root, folder, work, headers)
    if (built.file === undefined) {
      const before = built.problem
      built = await compileWithNodeGyp(root, folder, headers)
      if (built.file === undefined && canTryDirectly) {
        built.problem = `${before}; node-gyp: ${built.problem}`
      }
    }
    if (built.file !== undefined) copyWhole(built.file, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  if (built.file === undefined) {
    throw new SetUpError(
      `The native SQLite library could not be compiled: ${built.problem}`,
      process.platform === 'linux'
        ? 'install a compiler (Debian and Ubuntu: `sudo apt-get install g++`) and run again.'
        : process.platform === 'darwin'
          ? 'install the command line tools (`xcode-select --install`) and run again.'
          : 'install the "Desktop development with C++" workload of Visual Studio and run again.',
    )
  }
  say(`SQLite: compiled in ${elapsed(started)}`)
}

/**
 * Puts the native SQLite library where node_modules/sqlite3 looks for it; the file is kept in the
 * user's cache and shared between clones.
 *
 * @param {string} root the checkout
 * @throws {SetUpError} when it cannot be had
 */
export async function ensureSqlite(root) {
  const folder = packageFolder(root, 'sqlite3')
  const file = join(folder, 'build', 'Release', fileName)
  if (existsSync(file)) return
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const cached = join(cacheFolder(), `sqlite3-${version}-${process.platform}-${process.arch}`)
  for (const isSecondTry of [false, true]) {
    await cachedFolder(cached, (temporary) => obtain(root, join(temporary, fileName)), 'SQLite')
    copyWhole(join(cached, fileName), file)
    const problem = await whyBroken(root)
    if (problem === undefined) return
    // Compiled against another C library, for instance: what is in the cache is of no use here.
    rmSync(cached, { recursive: true, force: true })
    rmSync(file, { force: true })
    if (isSecondTry) {
      throw new SetUpError(
        `The native SQLite library does not load: ${problem}`,
        'check that Node and the compiler are for the same architecture, then run again.',
      )
    }
  }
}
