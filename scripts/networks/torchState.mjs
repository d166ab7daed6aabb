import { readPickle } from './pickle.mjs'

/**
 * Numbers in row-major order.
 *
 * @typedef {object} Tensor
 * @property {readonly number[]} shape
 * @property {Float32Array} values
 */

/**
 * @typedef {object} Storage
 * @property {string} type name of its class, for instance 'FloatStorage'
 * @property {Float32Array | null} numbers null: of another kind
 *
 * @typedef {object} View
 * @property {Storage} storage
 * @property {number} offset of its first number in the storage
 * @property {readonly number[]} size
 * @property {readonly number[]} stride
 */

/** Of the file and of the protocol: what the first two pickles are. */
const magicNumber = 0x1950a86a20f9469cfc6cn
const protocolVersion = 1001

/**
 * Reads the tensors of floats in a state file of torch as it was before version 1.6: five pickles
 * (a magic number, the protocol, the system, the state, the keys of the storages), then each storage
 * as its length and its numbers. Tensors of other kinds, such as counts of batches, are left out.
 *
 * @param {Buffer} bytes
 * @returns {Map<string, Tensor>} by name in the state
 * @throws Error where it is no such file
 */
export function readTorchState(bytes) {
  /** @type {Map<string, Storage>} */
  const storages = new Map()
  const meaning = {
    calls: {
      'collections OrderedDict': () => new Map(),
      'torch._utils _rebuild_tensor_v2': viewOf,
      'torch._utils _rebuild_parameter': (/** @type {View} */ view) => view,
    },
    persistent: (/** @type {unknown[]} */ id) => {
      const [, type, key] = /** @type {[string, { global: string }, string]} */ (id)
      const known = storages.get(key)
      if (known !== undefined) return known
      const storage = { type: type.global.replace(/^torch /, ''), numbers: null }
      storages.set(key, storage)
      return storage
    },
  }
  let at = 0
  const next = () => {
    const { value, end } = readPickle(bytes, at, meaning)
    at = end
    return value
  }
  if (next() !== magicNumber || next() !== protocolVersion) {
    throw new Error('It is no state file of torch before version 1.6')
  }
  next()
  /** @type {Map<string, View>} */
  const state = next()
  /** @type {string[]} */
  const keys = next()
  for (const key of keys) {
    const storage = storages.get(key)
    if (storage === undefined) throw new Error(`The state has no storage "${key}"`)
    const length = Number(bytes.readBigInt64LE(at))
    at += 8
    const size = length * bytesOf(storage.type)
    if (at + size > bytes.length) throw new Error('The state file is cut short')
    if (storage.type === 'FloatStorage') {
      storage.numbers = new Float32Array(new Uint8Array(bytes.subarray(at, at + size)).buffer)
    }
    at += size
  }
  return new Map(
    [...state].flatMap(([name, view]) => {
      const { numbers } = view.storage
      return numbers === null ? [] : [[name, tensorOf(view, numbers)]]
    }),
  )
}

/**
 * @param {Storage} storage
 * @param {number} offset
 * @param {readonly number[]} size
 * @param {readonly number[]} stride
 * @returns {View}
 */
const viewOf = (storage, offset, size, stride) => ({ storage, offset, size, stride })

/** @param {string} type */
function bytesOf(type) {
  const sizes = { FloatStorage: 4, LongStorage: 8, IntStorage: 4, DoubleStorage: 8 }
  const size = /** @type {Record<string, number>} */ (sizes)[type]
  if (size === undefined) throw new Error(`The state has a storage of an unknown kind, ${type}`)
  return size
}

/**
 * A storage need not be in the order of its tensor: weights that came from TensorFlow are not.
 *
 * @param {View} view
 * @param {Float32Array} numbers
 * @returns {Tensor}
 */
function tensorOf({ offset, size, stride }, numbers) {
  let places = [offset]
  size.forEach((length, axis) => {
    const step = /** @type {number} */ (stride[axis])
    places = places.flatMap((place) => Array.from({ length }, (_, i) => place + i * step))
  })
  return {
    shape: size,
    values: Float32Array.from(places, (place) => {
      const number = numbers[place]
      if (number === undefined) throw new Error('A tensor reaches beyond its storage')
      return number
    }),
  }
}
