import { parentPort, workerData } from 'node:worker_threads'
import {
  controlWords,
  endOfPool,
  gateOpen,
  imageKernels,
  instantiateKernels,
  type KernelPoolData,
  workThroughImages,
} from './kernelPoolProtocol'

const words = controlWords
const { module, memory, controlAddress, thread, stackTop } = workerData as KernelPoolData
const kernels = instantiateKernels(module, memory, stackTop)
const control = new Int32Array(memory.buffer, controlAddress, words.total)

/** True once this thread is inside and must be waited for. */
function enter(): boolean {
  for (;;) {
    const gate = Atomics.load(control, words.gate)
    if ((gate & gateOpen) === 0) return false
    if (Atomics.compareExchange(control, words.gate, gate, gate + 1) === gate) return true
  }
}

function leave(): void {
  Atomics.sub(control, words.gate, 1)
  Atomics.notify(control, words.gate)
}

function run(): void {
  let seen = Atomics.load(control, words.generation)
  parentPort?.postMessage('ready')
  for (;;) {
    Atomics.wait(control, words.generation, seen)
    seen = Atomics.load(control, words.generation)
    if (!enter()) continue
    const kernel = control[words.kernel]!
    if (kernel === endOfPool) return leave()
    const first = words.firstArgument
    const args = Array.from(control.subarray(first, first + control[words.argumentCount]!))
    if (control[words.takesThread] === 1) args.unshift(thread)
    workThroughImages(control, kernels[imageKernels[kernel]!], args)
    leave()
  }
}

run()
