import * as tf from '@tensorflow/tfjs-core'
import { AppError } from '../../shared/errors'
import type { WasmBackend } from './wasmModule'

/** Tensors of the WASM backend as addresses in its memory, and room beside them. */
export interface KernelMemory {
  /** The address of a tensor's numbers. */
  addressOf(tensor: tf.Tensor): number
  /** A new tensor of float32 numbers, not initialised. */
  createTensor<T extends tf.Tensor>(shape: readonly number[]): T
  /** A view that is good until the memory grows: not to be kept. */
  view(address: number, count: number): Float32Array
  /** Room for `count` numbers under a name, kept and grown from call to call. */
  scratch(name: string, count: number): number
  allocate(bytes: number): number
  free(address: number): void
  dispose(): void
}

export function memoryOf(backend: WasmBackend): WebAssembly.Memory {
  const memory = backend.wasm.wasmMemory ?? backend.wasm.asm?.memory
  if (!memory) throw new Error('its memory is not accessible')
  return memory
}

export function createKernelMemory(backend: WasmBackend): KernelMemory {
  const memory = memoryOf(backend)
  const rooms = new Map<string, { address: number; count: number }>()
  const allocate = (bytes: number) => {
    const address = backend.wasm._malloc(bytes) >>> 0
    if (address === 0) {
      throw new AppError(
        'outOfMemory',
        `Training asked for ${Math.ceil(bytes / 2 ** 20)} MB more than WebAssembly may use. Use smaller batches or smaller pictures.`,
      )
    }
    return address
  }
  const free = (address: number) => backend.wasm._free(address)
  return {
    addressOf: (tensor) => backend.dataIdMap.get(tensor.dataId).memoryOffset,
    createTensor: <T extends tf.Tensor>(shape: readonly number[]) =>
      tf.engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32')) as T,
    view: (address, count) => new Float32Array(memory.buffer, address, count),
    scratch(name, count) {
      const room = rooms.get(name)
      if (room && room.count >= count) return room.address
      if (room) free(room.address)
      rooms.delete(name)
      // A vector load may reach beyond the last number.
      const address = allocate(count * 4 + 64)
      rooms.set(name, { address, count })
      return address
    },
    allocate,
    free,
    dispose() {
      for (const { address } of rooms.values()) free(address)
      rooms.clear()
    },
  }
}
