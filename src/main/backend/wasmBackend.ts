import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import type { NetworkOperations } from '../../core/network/networkOperations'
import { findDisagreement } from '../../core/network/operationsCheck'
import { plainOperations } from '../../core/network/plainOperations'
import type { BackendOptions, StartedOperations } from './backend'
import { createKernelMemory, memoryOf } from './kernelMemory'
import { type KernelPool, startKernelPool } from './kernelPool'
import { instantiateKernels } from './kernelPoolProtocol'
import { threadLimit } from './threads'
import { startWasmModule, type WasmBackend } from './wasmModule'
import { createWasmOperations } from './wasmOperations'

const stackBytes = 65_536
/** Beyond this many threads a batch has too few images for each. */
const maximumThreads = 16

/** TensorFlow.js on WebAssembly, with our own kernels for training. */
export async function startWasm(options: BackendOptions): Promise<StartedOperations> {
  const threads = Math.min(
    options.threads ?? threadLimit() ?? availableParallelism(),
    maximumThreads,
  )
  await startWasmModule(options.projectFolder, threads)
  const started = await startKernels(options, threads)
  return {
    description: `WebAssembly, ${started.description}`,
    gpu: false,
    threads: started.threads,
    operations: started.operations,
    dispose: started.dispose,
  }
}

interface StartedKernels {
  readonly description: string
  readonly threads: number
  readonly operations: NetworkOperations
  dispose(): void
}

/** Our kernels where they run and agree with the plain operations, else those. */
async function startKernels(options: BackendOptions, threads: number): Promise<StartedKernels> {
  const plain = {
    description: 'without training kernels',
    threads: 1,
    operations: plainOperations,
    dispose() {},
  }
  let pool: KernelPool | undefined
  try {
    const backend = tf.backend() as unknown as WasmBackend
    const memory = createKernelMemory(backend)
    const wasmMemory = memoryOf(backend)
    const isShared = wasmMemory.buffer instanceof SharedArrayBuffer
    const { module, isRelaxed } = await compileKernels(options.projectFolder, isShared)
    const stackTop = memory.allocate(stackBytes) + stackBytes - 64
    const kernels = instantiateKernels(module, wasmMemory, stackTop)
    pool = await startKernelPool({
      kernels,
      module,
      memory: wasmMemory,
      allocate: memory.allocate,
      threads,
      workersFolder: options.workersFolder,
    })
    const running = pool
    const operations = createWasmOperations(kernels, running, memory)
    if (findDisagreement(operations) !== null) {
      running.dispose()
      return plain
    }
    const count = `${running.threads} ${running.threads === 1 ? 'thread' : 'threads'}`
    return {
      description: isRelaxed ? `relaxed SIMD, ${count}` : count,
      threads: running.threads,
      operations,
      dispose() {
        running.dispose()
        memory.dispose()
      },
    }
  } catch {
    pool?.dispose()
    return plain
  }
}

/**
 * The kernels, with fused multiply-add where this engine has it switched on. They are built for a
 * shared memory; for one that is not, the one byte that says so is changed.
 */
async function compileKernels(
  projectFolder: string,
  isShared: boolean,
): Promise<{ module: WebAssembly.Module; isRelaxed: boolean }> {
  const folder = join(projectFolder, 'resources', 'kernels')
  for (const [file, isRelaxed] of [
    ['kernels-relaxed.wasm', true],
    ['kernels.wasm', false],
  ] as const) {
    const bytes = new Uint8Array(await readFile(join(folder, file)))
    if (!isShared) forUnsharedMemory(bytes)
    if (WebAssembly.validate(bytes)) return { module: await WebAssembly.compile(bytes), isRelaxed }
  }
  throw new Error('this engine does not run the kernels')
}

function forUnsharedMemory(bytes: Uint8Array): void {
  const memoryImport = Buffer.from('\x06memory\x02\x03', 'latin1')
  const at = Buffer.from(bytes.buffer).indexOf(memoryImport)
  if (at >= 0) bytes[at + memoryImport.length - 1] = 1
}
