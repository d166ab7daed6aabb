import { deserialize, serialize } from 'node:v8'

type NumberArray = Float32Array | Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array

const arrayTypes = {
  Float32Array,
  Float64Array,
  Int32Array,
  Uint32Array,
  Uint16Array,
  Uint8Array,
} as const
type ArrayName = keyof typeof arrayTypes

interface FrameHead {
  /** The value, with an {@link ArrayPlace} where an array stands. */
  readonly value: unknown
  readonly arrays: readonly { readonly type: ArrayName; readonly length: number }[]
}

/** Stands in the head of a frame for an array whose numbers follow it. */
interface ArrayPlace {
  readonly $array: number
}

/** Of ours the longest is that of a model: names and shapes of its arrays. */
const longestForm = 16 * 1024 * 1024

/** A value as it goes over the wire: its form, then the bytes of each of its arrays. */
export interface Frame {
  readonly head: Uint8Array
  readonly arrays: readonly Uint8Array[]
}

/**
 * A plain value and the typed arrays in it, whose numbers are not copied: `head` holds four bytes
 * of length and the form, and the bytes of the arrays follow it as they are in memory.
 */
export function frameOf(value: unknown): Frame {
  const arrays: NumberArray[] = []
  const form = replaceArrays(value, (array) => ({ $array: arrays.push(array) - 1 }))
  const head: FrameHead = {
    value: form,
    arrays: arrays.map((array) => ({
      type: array.constructor.name as ArrayName,
      length: array.length,
    })),
  }
  const body = serialize(head)
  const bytes = new Uint8Array(4 + body.length)
  new DataView(bytes.buffer).setUint32(0, body.length, true)
  bytes.set(body, 4)
  return { head: bytes, arrays: arrays.map(bytesOf) }
}

/** Puts frames together from the pieces in which a stream gives them. */
export class FrameReader {
  private readonly length = new Uint8Array(4)
  private part: Uint8Array = this.length
  private filled = 0
  private head: FrameHead | null = null
  private arrays: NumberArray[] = []

  constructor(private readonly onFrame: (value: unknown) => void) {}

  push(piece: Uint8Array): void {
    for (let from = 0; from < piece.length;) {
      const count = Math.min(piece.length - from, this.part.length - this.filled)
      this.part.set(piece.subarray(from, from + count), this.filled)
      this.filled += count
      from += count
      if (this.filled === this.part.length) this.next()
    }
  }

  private next(): void {
    if (this.part === this.length) {
      const length = new DataView(this.length.buffer).getUint32(0, true)
      if (length > longestForm) throw new Error(`The form of a frame is too long: ${length} bytes`)
      return this.expect(new Uint8Array(length))
    }
    if (this.head === null) {
      this.head = deserialize(this.part) as FrameHead
      this.arrays = []
    }
    // Arrays without numbers bring no bytes that would lead here again.
    while (this.arrays.length < this.head.arrays.length) {
      const { type, length } = this.head.arrays[this.arrays.length]!
      const array = new arrayTypes[type](length)
      this.arrays.push(array)
      if (length > 0) return this.expect(bytesOf(array))
    }
    const { arrays, head } = this
    this.head = null
    this.expect(this.length)
    this.onFrame(putBack(head.value, arrays))
  }

  private expect(part: Uint8Array): void {
    this.part = part
    this.filled = 0
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: NumberArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

function replaceArrays(value: unknown, place: (array: NumberArray) => ArrayPlace): unknown {
  if (ArrayBuffer.isView(value)) return place(value as NumberArray)
  if (Array.isArray(value)) return value.map((part) => replaceArrays(part, place))
  return isRecord(value) ? mapValues(value, (part) => replaceArrays(part, place)) : value
}

function putBack(value: unknown, arrays: readonly NumberArray[]): unknown {
  if (Array.isArray(value)) return value.map((part) => putBack(part, arrays))
  if (!isRecord(value)) return value
  return '$array' in value
    ? arrays[value['$array'] as number]
    : mapValues(value, (part) => putBack(part, arrays))
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const mapValues = (
  value: Record<string, unknown>,
  change: (part: unknown) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, part]) => [key, change(part)]))
