import { rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import type * as workerThreads from 'node:worker_threads'
import type * as wasmPackage from '@tensorflow/tfjs-backend-wasm'
import { makeTemporaryFolder } from '../leftovers'
import * as tf from '@tensorflow/tfjs-core'

type WasmPackage = typeof wasmPackage

/** What we use of the running backend. */
export interface WasmBackend {
  readonly wasm: {
    readonly wasmMemory?: WebAssembly.Memory
    readonly asm?: { readonly memory?: WebAssembly.Memory }
    _malloc(bytes: number): number
    _free(address: number): void
  }
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number } }
  makeOutput(shape: readonly number[], dtype: 'float32'): tf.TensorInfo
}

const packageName = '@tensorflow/tfjs-backend-wasm'
const threadedScript = 'tfjs-backend-wasm-threaded-simd.js'
const startTimeoutMs = 15_000
/** The package's module starts this many threads at most. */
const maximumThreads = 8

/**
 * Starts the WASM backend of tensorflow.js, with threads where that works, and says how many it
 * has. Threads also make its memory shared, which our own pool needs.
 */
export async function startWasmModule(projectFolder: string, threads: number): Promise<number> {
  const require = createRequire(join(projectFolder, 'package.json'))
  const wasm = require(packageName) as WasmPackage
  const folder = dirname(require.resolve(packageName))
  const factory = tf.findBackendFactory('wasm')
  const listeners = rememberListeners()
  try {
    wasm.setWasmPaths(folder + sep)
    if (threads > 1) {
      try {
        return await startThreaded(require, wasm, folder, Math.min(threads, maximumThreads))
      } catch {
        // Without threads then: from the start, for half a module is of no use.
        tf.removeBackend('wasm')
        tf.registerBackend('wasm', factory)
      }
    }
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
    if (!(await tf.setBackend('wasm'))) throw new Error('its module did not start')
    return 1
  } finally {
    listeners.removeAdded()
  }
}

/**
 * The package has threads for browsers only: under Node it finds no support, and its two scripts
 * come as Blob addresses, which a Node worker cannot load. While it starts the flag is set and the
 * scripts are given as temporary files.
 */
async function startThreaded(
  require: NodeJS.Require,
  wasm: WasmPackage,
  folder: string,
  threads: number,
): Promise<number> {
  const { Worker: NodeWorker } = require('node:worker_threads') as typeof workerThreads
  const shared = require('node:worker_threads') as { Worker: typeof NodeWorker }
  const originals = { Blob: globalThis.Blob, createObjectURL: URL.createObjectURL }
  const scripts = makeTemporaryFolder('wasm')
  const mainScript = JSON.stringify(join(folder, '..', 'wasm-out', threadedScript))
  const loading: Promise<void>[] = []
  const started: workerThreads.Worker[] = []

  class ReadableBlob extends originals.Blob {
    readonly source: string
    constructor(parts: BlobPart[] = [], options?: BlobPropertyBag) {
      super(parts, options)
      this.source = parts.map(String).join('')
    }
  }
  let scriptCount = 0
  globalThis.Blob = ReadableBlob
  URL.createObjectURL = (blob) => {
    const file = join(scripts, `worker${scriptCount++}.js`)
    const text = (blob as ReadableBlob).source
      .replace('URL.createObjectURL(e.data.urlOrBlob)', mainScript)
      .replace('URL.revokeObjectURL(objectUrl)', '0')
    writeFileSync(file, text)
    return file
  }
  shared.Worker = class extends NodeWorker {
    constructor(file: string | URL, options?: workerThreads.WorkerOptions) {
      super(file, options)
      this.unref()
      started.push(this)
      loading.push(untilLoaded(this))
    }
  }
  try {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true)
    wasm.setThreadsCount(threads)
    // A promise of an unreferenced worker alone would let the process end.
    const timer = setInterval(() => {}, 1000)
    try {
      const start = async () => {
        if (!(await tf.setBackend('wasm'))) throw new Error('its threaded module did not start')
        await Promise.all(loading)
        return wasm.getThreadsCount()
      }
      return await withTimeout(start())
    } finally {
      clearInterval(timer)
    }
  } catch (error) {
    await Promise.all(started.map((worker) => worker.terminate()))
    throw error
  } finally {
    globalThis.Blob = originals.Blob
    URL.createObjectURL = originals.createObjectURL
    shared.Worker = NodeWorker
    rmSync(scripts, { recursive: true, force: true })
  }
}

function untilLoaded(worker: workerThreads.Worker): Promise<void> {
  const loaded = new Promise<void>((resolve, reject) => {
    worker.on('message', (message: { cmd?: string } | null) => {
      if (message?.cmd === 'loaded') resolve()
    })
    worker.once('error', reject)
  })
  // Whoever waits sees the failure; it must not end the process before that.
  loaded.catch(() => {})
  return loaded
}

async function withTimeout<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('its threads did not start')), startTimeoutMs)
  })
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

/** The module's start-up code makes every uncaught error and rejection of the process its own. */
function rememberListeners() {
  const events = ['uncaughtException', 'unhandledRejection'] as const
  const before = events.map((event) => new Set<unknown>(process.listeners(event as 'exit')))
  return {
    removeAdded() {
      events.forEach((event, index) => {
        for (const listener of process.listeners(event as 'exit')) {
          if (!before[index]!.has(listener)) process.removeListener(event, listener)
        }
      })
    },
  }
}
