import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { cachedFolder, cacheFolder } from './cache.mjs'
import { findProgram, lastLines, runCommand } from './command.mjs'
import { downloadWheels, findPython } from './pip.mjs'
import { elapsed, say } from './report.mjs'
import { hashOfFiles, readState, writeState } from './stamp.mjs'
import { unzip } from './zip.mjs'

/** The newest whose library also loads in Electron's main process, beside Mesa's LLVM. */
const tensorflowVersion = '2.18.1'

const packageName = '@tensorflow/tfjs-node-gpu'
const bindingPath = 'lib/napi-v8/tfjs_binding.node'
const downloadLimitMs = 20 * 60_000

/** @typedef {import('./stamp.mjs').TensorflowRecord} TensorflowRecord */

/**
 * Which files of TensorFlow's wheel are needed: the two libraries and the headers that the binding
 * reads.
 *
 * @param {string} name path in the wheel
 * @returns {string | undefined} the path to unpack it to
 */
export function tensorflowWheelPath(name) {
  const isLibrary = /^tensorflow\/libtensorflow[^/]*$/.test(name)
  const isHeader =
    /^tensorflow\/include\/(tensorflow\/c\/(eager\/)?[^/]*|tensorflow\/core\/platform\/ctstring[^/]*|(xla\/)?tsl\/(c|platform)\/(tsl_status|ctstring)[^/]*)\.h$/.test(
      name,
    )
  return isLibrary || isHeader ? name : undefined
}

/**
 * Which files of a CUDA wheel are needed at run time: libraries, and what XLA calls.
 *
 * @param {string} name path in the wheel
 * @returns {string | undefined} the path to unpack it to
 */
export function cudaWheelPath(name) {
  const isLibrary = /^nvidia\/[^/]+\/lib\/[^/]+\.so[.\d]*$/.test(name)
  const isTool = /^nvidia\/cuda_nvcc\/(bin\/(ptxas|nvlink)|nvvm\/libdevice\/[^/]+)$/.test(name)
  return isLibrary || isTool ? name : undefined
}

/**
 * The CUDA packages that a TensorFlow wheel asks for under its extra `and-cuda`.
 *
 * @param {string} metadata the wheel's METADATA
 * @returns {string[]} requirements for pip, for instance 'nvidia-nccl-cu12==2.21.5'
 */
export function cudaRequirements(metadata) {
  return [
    ...metadata.matchAll(
      /^Requires-Dist:\s*([A-Za-z0-9._-]+)\s*\(?\s*(==\s*[\w.]+)\)?\s*;.*extra\s*==\s*['"]and-cuda['"]/gm,
    ),
  ].map((match) => `${match[1]}${(match[2] ?? '').replaceAll(' ', '')}`)
}

/**
 * Linker arguments that make the binding itself ask for CUDA's libraries. TensorFlow opens them by
 * name at run time and would look for them beside Python's modules; by then they are loaded. Listed
 * here they are all found before any of them asks for another.
 *
 * @param {string} folder of the cache, with nvidia/NAME/lib in it
 * @returns {string[]} none where there is no CUDA
 */
function cudaLinkArguments(folder) {
  const cuda = join(folder, 'nvidia')
  if (!existsSync(cuda)) return []
  return readdirSync(cuda).flatMap((name) => {
    const libraries = join(cuda, name, 'lib')
    if (!existsSync(libraries)) return []
    // cuDNN opens its parts itself; the profiler's and the compiler's libraries are not needed.
    const files = readdirSync(libraries).filter((file) =>
      /^lib(cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|nvJitLink|cudnn|nccl)\.so\.\d+$/.test(
        file,
      ),
    )
    if (files.length === 0) return []
    const search = [`-L${libraries}`, `-Wl,-rpath,$ORIGIN/nvidia/${name}/lib`]
    return [...search, ...files.map((file) => `-l:${file}`)]
  })
}

/** @returns {Promise<boolean>} whether this is a machine with a working NVIDIA driver */
async function hasNvidia() {
  if (findProgram('nvidia-smi') === undefined) return false
  const result = await runCommand('nvidia-smi', ['-L'], { timeoutMs: 10_000 })
  return result.code === 0 && /GPU \d/.test(result.stdout)
}

/**
 * Fills a folder of the cache: TensorFlow's libraries, on a machine with a GPU CUDA's too, and the
 * binding compiled against them.
 *
 * @param {string} root @param {string} folder @param {boolean} gpu @param {string} python
 */
async function build(root, folder, gpu, python) {
  const wheels = join(folder, 'wheels')
  const started = performance.now()
  const name = gpu ? 'tensorflow' : 'tensorflow-cpu'
  say(`TensorFlow: fetching ${name} ${tensorflowVersion} (${gpu ? 'several GB' : '230 MB'})`)
  await downloadWheels(python, wheels, [`${name}==${tensorflowVersion}`])
  const wheel = readdirSync(wheels).find((file) => file.startsWith('tensorflow'))
  if (wheel === undefined) throw new Error('pip downloaded no TensorFlow wheel')
  await unzip(join(wheels, wheel), folder, (entry) =>
    entry.endsWith('.dist-info/METADATA') ? 'METADATA' : tensorflowWheelPath(entry),
  )
  if (gpu) {
    const needed = cudaRequirements(readFileSync(join(folder, 'METADATA'), 'utf8'))
    if (needed.length === 0) throw new Error('the TensorFlow wheel names no CUDA packages')
    say(`TensorFlow: fetching ${needed.length} CUDA packages`)
    const before = new Set(readdirSync(wheels))
    await downloadWheels(python, wheels, needed)
    for (const file of readdirSync(wheels)) {
      if (!before.has(file)) await unzip(join(wheels, file), folder, cudaWheelPath)
    }
  }
  rmSync(wheels, { recursive: true, force: true })
  const libraries = join(folder, 'tensorflow')
  for (const part of ['cc', 'framework']) {
    const real = readdirSync(libraries).find((file) => file.startsWith(`libtensorflow_${part}.so`))
    if (real === undefined) throw new Error(`the wheel holds no libtensorflow_${part}`)
    symlinkSync(
      real,
      join(libraries, part === 'cc' ? 'libtensorflow.so' : 'libtensorflow_framework.so'),
    )
  }
  const source = join(root, 'node_modules', packageName)
  const compiled = await runCommand(
    findProgram('g++') ?? 'c++',
    [
      ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-w'],
      join(source, 'binding/tfjs_backend.cc'),
      join(source, 'binding/tfjs_binding.cc'),
      `-I${join(root, 'node_modules/node-api-headers/include')}`,
      `-I${source}`,
      `-I${join(libraries, 'include')}`,
      `-L${libraries}`,
      ...['-ltensorflow', '-ltensorflow_framework', '-Wl,-rpath,$ORIGIN/tensorflow'],
      ...['-Wl,--no-as-needed', ...cudaLinkArguments(folder), '-Wl,--as-needed'],
      // A worker's end unloads the file, and destructors registered at exit would then be gone.
      '-Wl,-z,nodelete',
      ...['-o', join(folder, 'tfjs_binding.node')],
    ],
    { timeoutMs: 10 * 60_000 },
  )
  if (compiled.code !== 0) throw new Error(`the binding did not compile: ${lastLines(compiled)}`)
  say(`TensorFlow: ${name} ${tensorflowVersion} is ready (${elapsed(started)})`)
}

/** @param {string} target @param {string} link */
function linkTo(target, link) {
  rmSync(link, { force: true, recursive: true })
  mkdirSync(join(link, '..'), { recursive: true })
  symlinkSync(target, link)
}

/** @param {string} source the tfjs-node package @param {string} folder of the cache */
function link(source, folder) {
  const libraries = join(folder, 'tensorflow')
  linkTo(libraries, join(source, 'deps/lib'))
  linkTo(join(libraries, 'include'), join(source, 'deps/include'))
  // Node loads a file by its real path, so that $ORIGIN is the cache's folder.
  linkTo(join(folder, 'tfjs_binding.node'), join(source, bindingPath))
}

/** @param {string} source the tfjs-node package */
function unlink(source) {
  rmSync(join(source, 'deps'), { recursive: true, force: true })
  rmSync(join(source, 'lib/napi-v8'), { recursive: true, force: true })
}

/**
 * Loads it in a process of its own and multiplies two matrices, since a native library that does
 * not fit ends the process it is loaded into.
 *
 * @param {string} root
 * @returns {Promise<{ problem?: string, gpu: boolean }>}
 */
async function verify(root) {
  const script = `
const util = require('util')
util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray ??= Array.isArray
const tf = require('${packageName}')
const product = tf.matMul(tf.ones([8, 8]), tf.ones([8, 8])).dataSync()
if (product.length !== 64 || product[0] !== 8) process.exit(1)
process.stdout.write(tf.backend().isUsingGpuDevice === true ? 'GPU' : 'CPU')`
  const result = await runCommand(process.execPath, ['-e', script], {
    cwd: root,
    timeoutMs: 120_000,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  })
  if (result.code === 0) return { gpu: result.stdout.endsWith('GPU') }
  return { problem: result.timedOut ? 'it hangs at loading' : lastLines(result, 2), gpu: false }
}

/** @param {string} reason @returns {TensorflowRecord} */
function unavailable(reason) {
  return { available: false, version: null, gpu: false, reason }
}

/**
 * Linux x64: the C library of a PyPI wheel under tfjs-node's own binding.
 *
 * @param {string} root @param {string} source
 * @returns {Promise<TensorflowRecord>}
 */
async function setUpFromWheel(root, source) {
  const isGlibc =
    process.report !== undefined &&
    JSON.stringify(process.report.getReport()).includes('glibcVersionRuntime')
  if (!isGlibc) return unavailable('TensorFlow for Linux needs glibc')
  if (findProgram('g++') === undefined && findProgram('c++') === undefined) {
    return unavailable('there is no C++ compiler (Debian and Ubuntu: sudo apt-get install g++)')
  }
  const wantsGpu = await hasNvidia()
  const binding = hashOfFiles(source, ['binding']).slice(0, 12)
  for (const gpu of wantsGpu ? [true, false] : [false]) {
    const kind = gpu ? 'cuda' : 'cpu'
    const folder = join(cacheFolder(), `tensorflow-${tensorflowVersion}-${kind}-x64-${binding}`)
    try {
      if (!existsSync(folder)) {
        const python = await findPython()
        if (python === undefined) {
          return unavailable(
            'there is no Python with pip (Debian and Ubuntu: sudo apt-get install python3-pip)',
          )
        }
        await cachedFolder(folder, (temporary) => build(root, temporary, gpu, python), 'TensorFlow')
      }
      link(source, folder)
      const checked = await verify(root)
      if (checked.problem !== undefined) throw new Error(checked.problem)
      return {
        available: true,
        version: tensorflowVersion,
        gpu: checked.gpu,
        reason: checked.gpu
          ? `TensorFlow ${tensorflowVersion} with CUDA`
          : gpu
            ? `TensorFlow ${tensorflowVersion} on the CPU: its CUDA libraries found no usable GPU`
            : `TensorFlow ${tensorflowVersion} on the CPU`,
      }
    } catch (error) {
      unlink(source)
      const problem = error instanceof Error ? error.message : String(error)
      if (!gpu) return unavailable(problem)
      say(`TensorFlow: with CUDA it failed (${problem}); trying the CPU's`)
    }
  }
  return unavailable('nothing worked')
}

/**
 * macOS and Windows: the package's own install script, once.
 *
 * @param {string} root @param {string} source
 * @returns {Promise<TensorflowRecord>}
 */
async function setUpFromPackage(root, source) {
  if (!existsSync(join(source, bindingPath))) {
    const kind = process.platform === 'darwin' ? 'cpu' : 'gpu'
    say("TensorFlow: running the package's own install script")
    const result = await runCommand(process.execPath, ['scripts/install.js', kind, 'download'], {
      cwd: source,
      timeoutMs: downloadLimitMs,
    })
    if (result.code !== 0) {
      unlink(source)
      return unavailable(`its install script failed: ${lastLines(result, 1)}`)
    }
  }
  const checked = await verify(root)
  if (checked.problem !== undefined) {
    unlink(source)
    return unavailable(checked.problem)
  }
  return { available: true, version: '2.9.1', gpu: checked.gpu, reason: 'TensorFlow 2.9.1' }
}

/**
 * Native TensorFlow for the training, where the machine allows it; never fails, since the program
 * has a WASM backend of its own. The outcome is recorded for the program to say.
 * `SEMBLANCE_TENSORFLOW=off` leaves it out.
 *
 * @param {string} root the checkout
 * @param {{ retry?: boolean }} [options] retry: tries again what failed before
 * @returns {Promise<TensorflowRecord>}
 */
export async function ensureTensorflow(root, options = {}) {
  const source = join(root, 'node_modules', packageName)
  const { tensorflow: before, stamps } = readState(root)
  const isOff = process.env['SEMBLANCE_TENSORFLOW'] === 'off'
  // A failed attempt is repeated when a tool it lacked is there now, not at every start.
  const tools = ['g++', 'c++', 'python3', 'nvidia-smi'].map(
    (name) => findProgram(name) !== undefined,
  )
  const stamp = [tensorflowVersion, isOff, ...tools].join()
  if (before !== undefined && stamps?.['tensorflow'] === stamp) {
    const isAsRecorded = before.available === existsSync(join(source, bindingPath))
    if (isAsRecorded && (before.available || !options.retry)) return before
  }
  /** @type {TensorflowRecord} */
  let record
  if (isOff) {
    unlink(source)
    record = unavailable('SEMBLANCE_TENSORFLOW is set to off')
  } else if (!existsSync(source)) {
    record = unavailable(`the optional package ${packageName} is not installed`)
  } else if (process.platform === 'linux' && process.arch === 'x64') {
    record = await setUpFromWheel(root, source)
  } else if (process.platform === 'linux') {
    record = unavailable(`there is no TensorFlow library for Linux ${process.arch} here`)
  } else {
    record = await setUpFromPackage(root, source)
  }
  say(
    record.available
      ? `TensorFlow: native training is ready: ${record.reason}`
      : `TensorFlow: training will use WASM, because ${record.reason}`,
  )
  writeState(root, { tensorflow: record, stamps: { tensorflow: stamp } })
  return record
}
