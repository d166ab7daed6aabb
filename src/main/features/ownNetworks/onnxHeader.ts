import { basename } from 'node:path'
import type { FileHandle } from 'node:fs/promises'
import { fromBinary } from '@bufbuild/protobuf'
import { type ModelProto, ModelProtoSchema } from 'onnx-buf'
import { errnoOf } from '../../../shared/errors'
import { openRegular } from '../../files/regularFile'
import { refusedNetwork } from './refusal'

/** Graph, names and small constants of a network take less; its weights are not among them. */
const greatestHeader = 64 * 2 ** 20
/** A tensor that takes less stays in the header: shapes and indices are among those. */
const smallTensor = 1024
/** Read at a time. */
const windowBytes = 2 ** 18

/** Numbers of fields in `onnx.proto`, version 1.20. */
const graphField = 7
const initializerField = 5
const dataFields = { float: 4, raw: 9, double: 10 } as const
const externalDataField = 13
const dataLocationField = 14

/**
 * The model of an ONNX file without the weights inside it: large tensors of its graph are named as
 * external data, by their place in the file itself. So a file of gigabytes is known, and run, by a
 * header of kilobytes.
 * @throws AppError invalidInput where it is no ONNX file, or its graph alone is too large
 */
export async function readOnnxHeader(file: string): Promise<ModelProto> {
  const opened = await openRegular(file).catch((error: unknown) => {
    throw refusedNetwork(file, ...unreadable(error))
  })
  const { handle, size } = opened
  let header: Buffer
  try {
    header = await strip(new ByteWindow(handle, size), basename(file))
  } catch (error) {
    if (error instanceof Malformed) {
      throw refusedNetwork(file, ...noOnnx)
    }
    if (error instanceof TooLarge) {
      const limit = greatestHeader / 2 ** 20
      throw refusedNetwork(
        file,
        `its graph without the weights takes more than ${limit} MB. Export it again with its weights as initializers`,
        `除权重外，其计算图超过 ${limit} MB。请将权重作为 initializer 重新导出`,
      )
    }
    throw error
  } finally {
    await handle.close()
  }
  try {
    return fromBinary(ModelProtoSchema, header)
  } catch {
    throw refusedNetwork(file, ...noOnnx)
  }
}

const noOnnx = [
  'it is no ONNX file, or only a part of one',
  '它不是 ONNX 文件，或文件不完整',
] as const

function unreadable(error: unknown): readonly [reason: string, chinese: string] {
  const code = errnoOf(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') return ['there is no such file', '找不到该文件']
  const reason = error instanceof Error ? error.message : String(error)
  return [reason, `无法读取（${reason}）`]
}

class Malformed extends Error {}
class TooLarge extends Error {}

/** A file of which a piece is in memory. */
class ByteWindow {
  private bytes = Buffer.alloc(0)
  private start = 0

  constructor(
    private readonly handle: FileHandle,
    readonly size: number,
  ) {}

  /** The bytes, lent until the next call. */
  async at(position: number, length: number): Promise<Buffer> {
    if (position + length > this.size) throw new Malformed()
    const isInside = position >= this.start && position + length <= this.start + this.bytes.length
    if (!isInside) {
      const wanted = Math.min(Math.max(windowBytes, length), this.size - position)
      const bytes = Buffer.alloc(wanted)
      let read = 0
      while (read < wanted) {
        const { bytesRead } = await this.handle.read(bytes, read, wanted - read, position + read)
        if (bytesRead === 0) throw new Malformed()
        read += bytesRead
      }
      this.bytes = bytes
      this.start = position
    }
    return this.bytes.subarray(position - this.start, position - this.start + length)
  }
}

interface Field {
  readonly number: number
  /** 2 is the only one with a length of its own. */
  readonly wireType: number
  /** Of its tag. */
  readonly start: number
  readonly payload: number
  readonly end: number
}

/** Fields of a message, see the encoding of protocol buffers. */
async function* fieldsIn(file: ByteWindow, from: number, end: number): AsyncGenerator<Field> {
  for (let start = from; start < end;) {
    const [tag, afterTag] = await varintAt(file, start)
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    if (number === 0) throw new Malformed()
    let payload = afterTag
    let next: number
    if (wireType === 0) [, next] = await varintAt(file, afterTag)
    else if (wireType === 1) next = afterTag + 8
    else if (wireType === 5) next = afterTag + 4
    else if (wireType === 2) {
      const [length, afterLength] = await varintAt(file, afterTag)
      payload = afterLength
      next = afterLength + length
    } else throw new Malformed()
    if (next > end) throw new Malformed()
    yield { number, wireType, start, payload, end: next }
    start = next
  }
}

async function varintAt(file: ByteWindow, position: number): Promise<[value: number, end: number]> {
  const bytes = await file.at(position, Math.min(10, file.size - position))
  let value = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!
    // What is beyond 2^53 is no length of a file, and no field that is looked at.
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return [value, position + i + 1]
  }
  throw new Malformed()
}

/** Pieces of a header, with a limit to all of them. */
class Pieces {
  private readonly pieces: Buffer[] = []
  private length = 0

  add(...pieces: readonly Buffer[]): void {
    for (const piece of pieces) {
      this.length += piece.length
      if (this.length > greatestHeader) throw new TooLarge()
      this.pieces.push(piece)
    }
  }

  async copy(file: ByteWindow, from: number, end: number): Promise<void> {
    if (this.length + end - from > greatestHeader) throw new TooLarge()
    this.add(Buffer.from(await file.at(from, end - from)))
  }

  joined(): Buffer {
    return Buffer.concat(this.pieces)
  }
}

async function strip(file: ByteWindow, name: string): Promise<Buffer> {
  const model = new Pieces()
  let hasGraph = false
  for await (const field of fieldsIn(file, 0, file.size)) {
    if (field.number !== graphField || field.wireType !== 2) {
      await model.copy(file, field.start, field.end)
      continue
    }
    hasGraph = true
    const graph = await stripGraph(file, field, name)
    model.add(lengthDelimited(graphField, graph))
  }
  if (!hasGraph) throw new Malformed()
  return model.joined()
}

async function stripGraph(file: ByteWindow, { payload, end }: Field, name: string) {
  const graph = new Pieces()
  for await (const field of fieldsIn(file, payload, end)) {
    const isLarge = field.end - field.payload > smallTensor
    if (field.number === initializerField && field.wireType === 2 && isLarge) {
      graph.add(lengthDelimited(initializerField, await stripTensor(file, field, name)))
    } else await graph.copy(file, field.start, field.end)
  }
  return graph.joined()
}

/** Numbers that lie in the file as they do in memory are named by their place. */
async function stripTensor(file: ByteWindow, { payload, end }: Field, name: string) {
  const tensor = new Pieces()
  for await (const field of fieldsIn(file, payload, end)) {
    const length = field.end - field.payload
    const isData = Object.values<number>(dataFields).includes(field.number)
    if (!isData || field.wireType !== 2 || length <= smallTensor) {
      await tensor.copy(file, field.start, field.end)
      continue
    }
    const place = { location: name, offset: field.payload, length }
    for (const [key, value] of Object.entries(place)) {
      tensor.add(lengthDelimited(externalDataField, entry(key, String(value))))
    }
    tensor.add(Buffer.from([dataLocationField * 8, 1]))
  }
  return tensor.joined()
}

const entry = (key: string, value: string): Buffer =>
  Buffer.concat([lengthDelimited(1, Buffer.from(key)), lengthDelimited(2, Buffer.from(value))])

function lengthDelimited(field: number, payload: Buffer): Buffer {
  const head: number[] = [field * 8 + 2]
  for (let rest = payload.length; ; rest = Math.floor(rest / 128)) {
    head.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) break
  }
  return Buffer.concat([Buffer.from(head), payload])
}
