import { expect, it } from 'vitest'
import { FrameReader, frameOf } from '../../../../src/main/processes/frames'

function wire(value: unknown): Uint8Array {
  const { head, arrays } = frameOf(value)
  return Buffer.concat([head, ...arrays])
}

function read(bytes: Uint8Array, pieceLength: number): unknown[] {
  const found: unknown[] = []
  const reader = new FrameReader((value) => found.push(value))
  for (let from = 0; from < bytes.length; from += pieceLength) {
    reader.push(bytes.subarray(from, from + pieceLength))
  }
  return found
}

const values = [
  { name: 'embed', input: { id: 3, batch: Float32Array.of(1.5, -2, NaN, Infinity), rows: 2 } },
  { value: undefined },
  {
    value: {
      tensors: [
        { name: 'a', shape: [2, 1], data: Float32Array.of(1, 2) },
        { name: 'none', shape: [0], data: new Float32Array(0) },
      ],
      chance: [1, -2, 3],
    },
  },
  { pixels: Uint8Array.of(255, 0, 7), wide: Float64Array.of(Math.PI), last: new Uint8Array(0) },
]

it.each([1, 3, 64, 1 << 20])('puts frames together from pieces of %i bytes', (length) => {
  expect(read(Buffer.concat(values.map(wire)), length)).toEqual(values)
})

it('sends of an array that is a part of another only that part', () => {
  const whole = Float32Array.of(1, 2, 3, 4)
  const { arrays } = frameOf({ part: whole.subarray(1, 3) })
  expect(arrays.map(({ byteLength }) => byteLength)).toEqual([8])
  expect(read(wire({ part: whole.subarray(1, 3) }), 5)).toEqual([{ part: Float32Array.of(2, 3) }])
})

it('takes no memory for a form that no call of ours has', () => {
  const length = Uint8Array.of(255, 255, 255, 255)
  expect(() => read(length, 4)).toThrow('too long')
})
