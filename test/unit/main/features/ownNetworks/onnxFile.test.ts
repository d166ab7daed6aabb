import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, open, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toBinary } from '@bufbuild/protobuf'
import { ModelProtoSchema, TensorProto_DataLocation, TensorProto_DataType } from 'onnx-buf'
import { afterAll, describe, expect, it } from 'vitest'
import { findDataFiles, hashNetwork } from '../../../../../src/main/features/ownNetworks/dataFiles'
import { findInput } from '../../../../../src/main/features/ownNetworks/onnxInput'
import { readOnnxHeader } from '../../../../../src/main/features/ownNetworks/onnxHeader'
import { readPreprocessor } from '../../../../../src/main/features/ownNetworks/preprocessor'
import { node, value, writeModel, writeNetwork } from '../../../../onnx/writeOnnx'

const folder = mkdtempSync(join(tmpdir(), 'semblance-onnx-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
async function put(bytes: Uint8Array, name = `${++files}.onnx`): Promise<string> {
  const file = join(folder, name)
  await writeFile(file, bytes)
  return file
}
const { FLOAT, INT64, DOUBLE } = TensorProto_DataType

/** A file with one node between inputs and output. */
const graph = (inputs: Parameters<typeof writeModel>[0]['inputs']) =>
  writeModel({
    inputs,
    outputs: [value('out', FLOAT, ['batch', 8])],
    nodes: [node('Relu', [inputs[0]?.name ?? ''], 'out')],
    initializers: [],
  })

async function inputOf(bytes: Uint8Array) {
  const file = await put(bytes)
  return findInput(file, await readOnnxHeader(file))
}

describe('the header of an ONNX file', () => {
  it('has the graph and names large weights by their place in the file', async () => {
    const { model } = writeNetwork({ kind: 'maps' })
    const file = await put(model)
    const header = await readOnnxHeader(file)
    expect(header.graph?.node.map(({ opType }) => opType)).toContain('GlobalAveragePool')
    const bytes = toBinary(ModelProtoSchema, header)
    expect(bytes.length).toBeLessThan(model.length / 10)
    const weight = header.graph!.initializer.find(({ name }) => name === 'w2')!
    expect(weight.rawData).toHaveLength(0)
    expect(weight.dataLocation).toBe(TensorProto_DataLocation.EXTERNAL)
    const facts = new Map(weight.externalData.map(({ key, value }) => [key, value]))
    const [offset, length] = [Number(facts.get('offset')), Number(facts.get('length'))]
    expect(length).toBe(24 * 16 * 9 * 4)
    // The numbers that lie there are those of the tensor: spread .12, the seed's.
    const numbers = new Float32Array(model.slice(offset, offset + length).buffer)
    const spread = Math.sqrt(numbers.reduce((sum, one) => sum + one * one, 0) / numbers.length)
    expect(spread).toBeCloseTo(0.12, 2)
  })

  it('is read of a file of 3 GB without reading its weights', async () => {
    const file = join(folder, 'large.onnx')
    const handle = await open(file, 'w')
    const start = writeNetwork({ kind: 'maps' }).model
    await handle.write(start)
    // A second graph is merged with the first: one tensor of 3 GB, of which the file has a hole.
    const length = 3 * 2 ** 30
    const varint = (of: number): number[] =>
      of < 128 ? [of] : [(of % 128) + 128, ...varint(Math.floor(of / 128))]
    const raw = [9 * 8 + 2, ...varint(length)]
    const tensor = [5 * 8 + 2, ...varint(raw.length + length)]
    const head = Buffer.from([
      7 * 8 + 2,
      ...varint(tensor.length + raw.length + length),
      ...tensor,
      ...raw,
    ])
    await handle.write(head)
    await handle.truncate(start.length + head.length + length)
    await handle.close()
    const before = process.memoryUsage().rss
    const header = await readOnnxHeader(file)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20)
    const facts = header.graph!.initializer.at(-1)!.externalData.map(({ value }) => value)
    expect(facts).toEqual(['large.onnx', String(start.length + head.length), String(length)])
  })

  it.each([
    ['text', Buffer.from('no network at all, but a note'), 'no ONNX file'],
    ['nothing', Buffer.alloc(0), 'no ONNX file'],
    ['zeros', Buffer.alloc(4096), 'no ONNX file'],
    ['half of one', writeNetwork({ kind: 'maps' }).model.subarray(0, 9000), 'only a part of one'],
  ])('is refused where the file holds %s', async (_, bytes, reason) => {
    await expect(readOnnxHeader(await put(bytes))).rejects.toThrow(reason)
  })

  it('is refused where it is no file, or a header of hundreds of megabytes', async () => {
    await expect(readOnnxHeader(join(folder, 'absent.onnx'))).rejects.toThrow(
      'there is no such file',
    )
    await expect(readOnnxHeader(folder)).rejects.toThrow('no ordinary file')
    const file = join(folder, 'wordy.onnx')
    const handle = await open(file, 'w')
    // One text of 300 MB where the name of its producer is.
    await handle.write(Buffer.from([2 * 8 + 2, 0x80, 0x80, 0x80, 0x96, 0x01]))
    await handle.truncate(6 + 0x96 * 2 ** 21)
    await handle.close()
    await expect(readOnnxHeader(file)).rejects.toThrow('without the weights takes more than 64 MB')
  })

  it('survives any byte that is changed', async () => {
    const { model } = writeNetwork({ kind: 'tokens', location: 'weights.bin' })
    const file = join(folder, 'changed.onnx')
    for (let at = 0; at < model.length; at += 7) {
      const bytes = Uint8Array.from(model)
      bytes[at] = bytes[at]! ^ 0xff
      await writeFile(file, bytes)
      try {
        const header = await readOnnxHeader(file)
        findInput(file, header)
        await findDataFiles(file, header)
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalidInput' })
      }
    }
  })
})

describe('the input of a network', () => {
  it('is found in either layout, with any or one number of pictures, in half precision', async () => {
    expect(await inputOf(writeNetwork({ kind: 'maps' }).model)).toEqual({
      ...{ name: 'pixels', isHalf: false, layout: 'nchw', sidePx: 32, batch: null },
    })
    const other = writeNetwork({
      kind: 'maps',
      layout: 'nhwc',
      batch: 1,
      half: true,
      sidePx: 'side',
    })
    expect(await inputOf(other.model)).toEqual({
      ...{ name: 'pixels', isHalf: true, layout: 'nhwc', sidePx: null, batch: 1 },
    })
    const open = [value('x', FLOAT, ['n', 'a', 'b', 'c'])]
    expect(await inputOf(graph(open))).toMatchObject({ layout: null, sidePx: null, batch: null })
  })

  it.each([
    ['a model of text', [value('input_ids', INT64, ['n', 'length'])], 'as a model of text does'],
    [
      'pictures beside text',
      [value('input_ids', INT64, ['n', 'length']), value('pixels', FLOAT, ['n', 3, 32, 32])],
      'Export its part for pictures alone',
    ],
    [
      'two pictures',
      [value('a', FLOAT, ['n', 3, 32, 32]), value('b', FLOAT, ['n', 3, 32, 32])],
      'takes 2 inputs (a, b)',
    ],
    ['no input', [], 'takes no input'],
    ['double numbers', [value('x', DOUBLE, ['n', 3, 32, 32])], 'the type double'],
    ['a vector', [value('x', FLOAT, ['n', 512])], 'has 2 dimensions'],
    ['one colour', [value('x', FLOAT, ['n', 1, 28, 28])], 'n x 1'.replace('n', '?')],
    ['no square', [value('x', FLOAT, ['n', 3, 224, 320])], '224 x 320 px'],
    ['a side of 8 px', [value('x', FLOAT, ['n', 3, 8, 8])], 'squares of 8 px'],
    ['a side of 4,096 px', [value('x', FLOAT, ['n', 3, 4096, 4096])], 'squares of 4096 px'],
    ['5,000 pictures at once', [value('x', FLOAT, [5000, 3, 32, 32])], '5000 pictures at a time'],
  ])('is refused where it is %s', async (_, inputs, reason) => {
    await expect(inputOf(graph(inputs))).rejects.toThrow(reason)
  })
})

describe('weights in files beside a network', () => {
  const network = (location: string) => writeNetwork({ kind: 'maps', location })
  const found = async (location: string, data: Buffer | null) => {
    const { model } = network(location)
    const own = join(folder, `beside-${++files}`)
    await mkdir(join(own, 'weights'), { recursive: true })
    const file = join(own, 'network.onnx')
    await writeFile(file, model)
    if (data !== null) await writeFile(join(own, location), data)
    return { file, names: findDataFiles(file, await readOnnxHeader(file)) }
  }

  it('are found, and change its hash', async () => {
    const { data } = network('weights/all.bin')
    const { file, names } = await found('weights/all.bin', data)
    expect(await names).toEqual(['weights/all.bin'])
    const { contentHash, bytes } = await hashNetwork(file, await names)
    expect(bytes).toBeGreaterThan(data.length)
    data[0] = data[0]! ^ 1
    const other = await found('weights/all.bin', data)
    expect((await hashNetwork(other.file, await other.names)).contentHash).not.toBe(contentHash)
  })

  it.each(['../outside.bin', '/etc/hostname', 'C:\\weights.bin', 'a/../../b', '..\\b', ''])(
    'are refused at %j',
    async (location) => {
      await expect((await found(location, null)).names).rejects.toThrow('outside its own folder')
    },
  )

  it('are refused where one is missing, too short, a folder or a link out of it', async () => {
    const { data } = network('all.bin')
    await expect((await found('all.bin', null)).names).rejects.toThrow('is not beside it')
    const short = data.subarray(0, 100)
    await expect((await found('all.bin', short)).names).rejects.toThrow(
      `100 of ${data.length} bytes`,
    )
    await expect((await found('weights', null)).names).rejects.toThrow('is no file')
    const outside = await put(data, 'outside.bin')
    const linked = await found('all.bin', data)
    const link = join(linked.file, '..', 'weights', 'link.bin')
    await symlink(outside, link)
    await writeFile(linked.file, network('weights/link.bin').model)
    const header = await readOnnxHeader(linked.file)
    await expect(findDataFiles(linked.file, header)).rejects.toThrow('leads outside')
  })
})

describe('a preprocessor_config.json', () => {
  const config = async (content: string) => {
    const own = join(folder, `config-${++files}`)
    await mkdir(own)
    await writeFile(join(own, 'preprocessor_config.json'), content)
    return readPreprocessor(join(own, 'network.onnx'))
  }

  it('answers side, mean and deviation', async () => {
    const clip = {
      ...{ do_normalize: true, image_mean: [0.5, 0.4, 0.3], image_std: [0.25, 0.5, 0.2] },
      ...{ rescale_factor: 1 / 255, size: { shortest_edge: 256 } },
      crop_size: { height: 224, width: 224 },
    }
    const found = await config(JSON.stringify(clip))
    expect(found?.sidePx).toBe(224)
    const near = (expected: readonly number[]) =>
      expected.map((one) => expect.closeTo(one, 6) as number)
    expect(found?.mean).toEqual(near([127.5, 102, 76.5]))
    expect(found?.deviation).toEqual(near([63.75, 127.5, 51]))
    const plain = await config(JSON.stringify({ do_normalize: false, size: 128 }))
    expect(plain).toMatchObject({ sidePx: 128, mean: [0, 0, 0] })
    expect(plain?.deviation).toEqual(near([255, 255, 255]))
  })

  it.each(['', '[]', '{"image_std": [0, 1, 1]}', '{"size": "large"}', '{"image_mean": [1]}'])(
    'says nothing where it is %j',
    async (content) => {
      const found = await config(content)
      expect(found ?? {}).toEqual({})
    },
  )
})
