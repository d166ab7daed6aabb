/** A tensor of floats as torch keeps it: a view of a storage, whatever order that has. */
export interface StoredTensor {
  readonly name: string
  readonly storage: Float32Array
  readonly offset?: number
  readonly size: readonly number[]
  readonly stride: readonly number[]
}

const text = (value: string) => {
  const bytes = Buffer.from(value)
  const head = Buffer.from('X\0\0\0\0')
  head.writeUInt32LE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}
const integer = (value: number) => {
  const bytes = Buffer.from('J\0\0\0\0')
  bytes.writeInt32LE(value, 1)
  return bytes
}
const named = (module: string, name: string) => Buffer.from(`c${module}\n${name}\n`)
const tuple = (...items: readonly Buffer[]) => Buffer.concat([op('('), ...items, op('t')])
const op = (code: string) => Buffer.from(code, 'latin1')
const pickle = (...parts: readonly Buffer[]) => Buffer.concat([op('\x80\x02'), ...parts, op('.')])
const called = (what: Buffer, values: Buffer) => Buffer.concat([what, values, op('R')])

/** The state file that torch before version 1.6 writes of these, with a count of batches in it. */
export function torchStateFile(tensors: readonly StoredTensor[]): Buffer {
  const view = (type: string, key: string, length: number, tensor: Omit<StoredTensor, 'name'>) =>
    called(
      named('torch._utils', '_rebuild_tensor_v2'),
      tuple(
        Buffer.concat([
          tuple(
            ...[text('storage'), named('torch', type), text(key), text('cpu')],
            ...[integer(length), op('N')],
          ),
          op('Q'),
        ]),
        integer(tensor.offset ?? 0),
        tuple(...tensor.size.map(integer)),
        tuple(...tensor.stride.map(integer)),
        op('\x89'),
        called(named('collections', 'OrderedDict'), op(')')),
      ),
    )
  const count = { storage: new Float32Array(1), size: [], stride: [] }
  const entries = [
    ...tensors.flatMap((tensor, i) => [
      text(tensor.name),
      view('FloatStorage', `key${i}`, tensor.storage.length, tensor),
    ]),
    text('_bn0.num_batches_tracked'),
    view('LongStorage', 'count', 1, count),
  ]
  const state = [called(named('collections', 'OrderedDict'), op(')')), op('('), ...entries, op('u')]
  const keys = [op(']('), ...tensors.map((_, i) => text(`key${i}`)), text('count'), op('e')]
  const magic = Buffer.from('8a0a6cfc9c46f9206aa85019', 'hex')
  const length = (numbers: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt(numbers))
    return bytes
  }
  return Buffer.concat([
    pickle(magic),
    pickle(Buffer.from('4de903', 'hex')),
    pickle(op('}')),
    pickle(...state),
    pickle(...keys),
    ...tensors.flatMap(({ storage }) => [
      length(storage.length),
      Buffer.from(storage.buffer, storage.byteOffset, storage.byteLength),
    ]),
    length(1),
    Buffer.alloc(8, 7),
  ])
}
