import type { io } from '@tensorflow/tfjs-core'
import { float16ToNumbers } from '../../../core/math/float16'

export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array
}

/**
 * Weights of a graph model by name, without a backend: of 32 bits, or quantized, as TensorFlow.js
 * stores them.
 * @throws Error where a weight is stored in another way, or the bytes do not suffice
 */
export function decodeWeights(
  specs: readonly io.WeightsManifestEntry[],
  bytes: Uint8Array,
): ReadonlyMap<string, Weight> {
  const weights = new Map<string, Weight>()
  let offset = 0
  for (const { name, shape, dtype, quantization } of specs) {
    const count = shape.reduce((product, size) => product * size, 1)
    const stored = quantization?.dtype ?? dtype
    const size = bytesOf[stored]
    if (size === undefined || (dtype !== 'float32' && dtype !== 'int32')) {
      throw new Error(`the weight ${name} is stored as ${stored}`)
    }
    const part = bytes.slice(offset, offset + count * size)
    if (part.length !== count * size) throw new Error(`the bytes of the weight ${name} are missing`)
    offset += part.length
    weights.set(name, { shape, data: numbersOf(part, stored, dtype, quantization) })
  }
  return weights
}

const bytesOf: Readonly<Partial<Record<string, number>>> = {
  float32: 4,
  int32: 4,
  uint16: 2,
  float16: 2,
  uint8: 1,
}

function numbersOf(
  { buffer }: Uint8Array<ArrayBuffer>,
  stored: string,
  dtype: 'float32' | 'int32',
  quantization: io.WeightsManifestEntry['quantization'],
): Float32Array | Int32Array {
  if (stored === 'float32') return new Float32Array(buffer)
  if (stored === 'int32') return new Int32Array(buffer)
  if (stored === 'float16') return float16ToNumbers(new Uint16Array(buffer))
  const steps = stored === 'uint8' ? new Uint8Array(buffer) : new Uint16Array(buffer)
  const { scale = 1, min = 0 } = quantization ?? {}
  return dtype === 'float32'
    ? Float32Array.from(steps, (step) => step * scale + min)
    : Int32Array.from(steps, (step) => Math.round(step * scale + min))
}
