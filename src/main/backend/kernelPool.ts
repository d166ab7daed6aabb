import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import {
  controlWords,
  endOfPool,
  gateOpen,
  type ImageKernel,
  imageKernels,
  type KernelExports,
  type KernelPoolData,
  sumSlots,
  workThroughImages,
  workThroughSlot,
} from './kernelPoolProtocol'

/** Long for any one kernel on any machine; longer means that a helper thread died inside it. */
const helperTimeoutMs = 60_000
const startTimeoutMs = 10_000
const stackBytes = 65_536

export interface KernelPool {
  /** Threads at work, the calling one included. */
  readonly threads: number
  /** Runs a kernel over all images of a batch, on all threads. */
  forEachImage(
    kernel: ImageKernel,
    imageCount: number,
    args: readonly number[],
    takesThread?: boolean,
  ): void
  /**
   * Runs a kernel that adds up over the images of a batch, in `sumSlots` parts: `kernel(image, part,
   * ...args)`. What a part holds does not depend on the threads.
   */
  forEachPart(kernel: ImageKernel, imageCount: number, args: readonly number[]): void
  dispose(): void
}

export interface KernelPoolOptions {
  readonly kernels: KernelExports
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly allocate: (bytes: number) => number
  readonly threads: number
  readonly workersFolder: string
}

/** All on the calling thread. */
function createLonePool(kernels: KernelExports): KernelPool {
  return {
    threads: 1,
    forEachImage(kernel, imageCount, args, takesThread = false) {
      const run = kernels[kernel]
      for (let image = 0; image < imageCount; image++) {
        if (takesThread) run(image, 0, ...args)
        else run(image, ...args)
      }
    },
    forEachPart(kernel, imageCount, args) {
      for (let slot = 0; slot < sumSlots; slot++) {
        workThroughSlot(kernels[kernel], slot, imageCount, args)
      }
    },
    dispose() {},
  }
}

/**
 * Starts helper threads over the kernels' shared memory. Where they cannot start (the memory is not
 * shared, the worker is not built, a thread fails) everything stays on the calling thread.
 */
export async function startKernelPool(options: KernelPoolOptions): Promise<KernelPool> {
  const { kernels, module, memory, allocate, threads, workersFolder } = options
  const file = join(workersFolder, 'kernelPool.js')
  const isShared = memory.buffer instanceof SharedArrayBuffer
  if (threads < 2 || !isShared || !existsSync(file)) return createLonePool(kernels)
  const controlAddress = allocate(controlWords.total * 4)
  const control = new Int32Array(memory.buffer, controlAddress, controlWords.total).fill(0)
  const helpers: Worker[] = []
  try {
    const starting = Array.from({ length: threads - 1 }, (_, index) => {
      const stackTop = allocate(stackBytes) + stackBytes - 64
      const data: KernelPoolData = { module, memory, controlAddress, thread: index + 1, stackTop }
      const helper = new Worker(file, { workerData: data, name: `kernels ${index + 1}` })
      helpers.push(helper)
      return untilReady(helper)
    })
    await Promise.all(starting)
  } catch {
    await Promise.all(helpers.map((helper) => helper.terminate()))
    return createLonePool(kernels)
  }
  return createPool(kernels, control, helpers)
}

function untilReady(helper: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('a kernel thread did not start')),
      startTimeoutMs,
    )
    helper.once('message', () => {
      clearTimeout(timer)
      // From here on the thread sleeps in native code; it must not keep the process alive.
      helper.unref()
      resolve()
    })
    helper.once('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
  })
}

function createPool(
  kernels: KernelExports,
  control: Int32Array,
  helpers: readonly Worker[],
): KernelPool {
  const words = controlWords
  const wake = () => {
    Atomics.store(control, words.gate, gateOpen)
    Atomics.add(control, words.generation, 1)
    Atomics.notify(control, words.generation)
  }
  /** Lets nobody in any more and waits for those inside. */
  const shut = () => {
    Atomics.and(control, words.gate, ~gateOpen)
    for (;;) {
      const inside = Atomics.load(control, words.gate)
      if (inside === 0) return
      if (Atomics.wait(control, words.gate, inside, helperTimeoutMs) === 'timed-out') {
        throw new Error('A kernel thread stopped answering')
      }
    }
  }
  const run = (
    kernel: ImageKernel,
    imageCount: number,
    args: readonly number[],
    way: { readonly takesThread: boolean; readonly slots: number },
  ) => {
    control[words.kernel] = imageKernels.indexOf(kernel)
    control[words.imageCount] = imageCount
    control[words.argumentCount] = args.length
    control[words.takesThread] = way.takesThread ? 1 : 0
    control[words.slots] = way.slots
    control.set(args, words.firstArgument)
    Atomics.store(control, words.nextImage, 0)
    wake()
    workThroughImages(control, kernels[kernel], way.takesThread ? [0, ...args] : args)
    shut()
  }
  return {
    threads: helpers.length + 1,
    forEachImage: (kernel, imageCount, args, takesThread = false) =>
      run(kernel, imageCount, args, { takesThread, slots: 0 }),
    forEachPart: (kernel, imageCount, args) =>
      run(kernel, imageCount, args, { takesThread: false, slots: sumSlots }),
    dispose() {
      control[words.kernel] = endOfPool
      wake()
      for (const helper of helpers) void helper.terminate()
    },
  }
}
