/**
 * Words of the control block in shared memory by which the pool's threads are driven, all int32.
 *
 * The calling thread writes a job, opens the gate and wakes the helpers; whoever is awake enters
 * and takes images from a shared counter, the caller too. When no image is left the caller shuts
 * the gate and waits only for those inside: a helper that did not wake in time costs nothing.
 */
export const controlWords = {
  /** Grows with each job; what helpers sleep on. */
  generation: 0,
  /** `gateOpen` or 0, plus the number of helpers inside. */
  gate: 1,
  nextImage: 2,
  imageCount: 3,
  kernel: 4,
  argumentCount: 5,
  /** 1 where the kernel takes the number of its thread. */
  takesThread: 6,
  /** Greater than 0: a unit of work is a slot, which holds every so many-th image. */
  slots: 7,
  firstArgument: 8,
  total: 32,
} as const

export const gateOpen = 1 << 16

/** Kernels that work image by image, by their number in the control block. */
export const imageKernels = [
  'convolve',
  'addFilterGradient',
  'sumChannels',
  'activateBlock',
  'sumBlockGradients',
  'propagateBlock',
] as const
export type ImageKernel = (typeof imageKernels)[number]

/** The kernel number that tells helpers to end. */
export const endOfPool = -1

export interface KernelPoolData {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
  readonly controlAddress: number
  /** 1 and up; the calling thread is 0. */
  readonly thread: number
  /** Where this thread's stack begins; it grows downwards. */
  readonly stackTop: number
}

export type KernelFunction = (...args: number[]) => void
export type KernelExports = Readonly<Record<ImageKernel, KernelFunction>> & {
  readonly packFilter: KernelFunction
  readonly sumFilterGradients: KernelFunction
  readonly zero: KernelFunction
  readonly adam: KernelFunction
  readonly __stack_pointer: WebAssembly.Global
}

/** The kernels over a memory, with a stack of their own in it. */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  stackTop: number,
): KernelExports {
  const instance = new WebAssembly.Instance(module, { env: { memory } })
  const kernels = instance.exports as unknown as KernelExports
  kernels.__stack_pointer.value = stackTop
  return kernels
}

/**
 * Parts into which a sum over images is divided. Fixed, so that the parts and with them the last
 * digits of the sum are the same whichever thread takes which part, and for any number of threads.
 */
export const sumSlots = 16

/** Takes images, or slots of images, until none is left. */
export function workThroughImages(
  control: Int32Array,
  kernel: KernelFunction,
  args: readonly number[],
): void {
  const { nextImage, imageCount } = controlWords
  const count = control[imageCount]!
  const slots = control[controlWords.slots]!
  if (slots > 0) {
    let slot = Atomics.add(control, nextImage, 1)
    while (slot < slots) {
      workThroughSlot(kernel, slot, count, args)
      slot = Atomics.add(control, nextImage, 1)
    }
    return
  }
  let image = Atomics.add(control, nextImage, 1)
  while (image < count) {
    kernel(image, ...args)
    image = Atomics.add(control, nextImage, 1)
  }
}

/** All images of a slot in their order; the kernel is told the slot in place of a thread. */
export function workThroughSlot(
  kernel: KernelFunction,
  slot: number,
  imageCount: number,
  args: readonly number[],
): void {
  for (let image = slot; image < imageCount; image += sumSlots) kernel(image, slot, ...args)
}
