import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { TensorProto_DataType } from 'onnx-buf'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import { extractors } from '../../../src/main/features/extractors'
import type { PictureFile } from '../../../src/main/features/pictures'
import { inspectNetwork } from '../../../src/main/features/ownNetworks/inspectNetwork'
import { openOwn } from '../../../src/main/features/ownNetworks/ownExtractor'
import { placeKnown } from '../../../src/main/features/ownNetworks/placeNetwork'
import { startOwnRuntime } from '../../../src/main/features/ownNetworks/ownRuntime'
import { tryNetwork } from '../../../src/main/features/ownNetworks/tryNetwork'
import type { AppError } from '../../../src/shared/errors'
import type { FoundNetwork, NetworkAnswers } from '../../../src/shared/model/ownNetwork'
import { type NetworkForm, node, value, writeModel, writeNetwork } from '../../onnx/writeOnnx'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'

const folder = mkdtempSync(join(tmpdir(), 'semblance-own-'))
let program: BuiltProgram
let runtime: ReturnType<typeof startOwnRuntime>
let pictures: PictureFile[]

beforeAll(async () => {
  program = await buildProgram(false)
  runtime = startOwnRuntime({
    workersFolder: program.workersFolder,
    projectFolder: process.cwd(),
  })
  pictures = await Promise.all(
    ['#c33', '#3c3', '#33c', '#cc3'].map(async (background, i) => {
      const original = join(folder, `${i}.png`)
      const spot = {
        create: { width: 12 + 4 * i, height: 20, channels: 3, background: '#fff' },
      } as const
      await sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .composite([{ input: await sharp(spot).png().toBuffer(), left: 8 * i, top: 10 }])
        .png()
        .toFile(original)
      return { original, thumbnail: join(folder, 'none.webp') }
    }),
  )
}, 300_000)
afterAll(async () => {
  runtime.dispose()
  await program.dispose()
  rmSync(folder, { recursive: true, force: true })
})

let networks = 0
async function put(form: NetworkForm): Promise<string> {
  const own = join(folder, `network-${++networks}`)
  await mkdir(own)
  const { model, data } = writeNetwork(form)
  if (form.location !== undefined) await writeFile(join(own, form.location), data)
  await writeFile(join(own, 'small.onnx'), model)
  return join(own, 'small.onnx')
}
const inspect = (file: string, answers: NetworkAnswers = {}) =>
  inspectNetwork(file, answers, runtime.open)

const sidePx = 32
const random = createRandom('pictures')
const pixels = Uint8Array.from({ length: 5 * sidePx ** 2 * 3 }, () => random.integer(256))

/** Rows of the layers of a network for the five pictures. */
async function rowsOf(
  { file, network }: FoundNetwork,
  layers = network.layers,
): Promise<Float32Array> {
  const opened = await openOwn({ file, network }, layers, runtime.open)
  try {
    return await opened.extract(pixels, 5)
  } finally {
    opened.dispose()
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, squaresA, squaresB] = [0, 0, 0]
  a.forEach((one, i) => {
    product += one * b[i]!
    squaresA += one ** 2
    squaresB += b[i]! ** 2
  })
  return product / Math.sqrt(squaresA * squaresB)
}

const summary = ({ network: { layers, defaultLayers } }: FoundNetwork) => ({
  layers: layers.map(({ name, dimension }) => `${name} ${dimension}`),
  defaultLayers,
})

describe('a network of a person’s own', () => {
  it('that averages maps offers them, what it sees before its classifier, and its classes', async () => {
    const found = await inspect(await put({ kind: 'maps' }))
    expect(summary(found)).toEqual({
      layers: ['map16 16', 'generalised 24', 'pooled 24', 'output 10'],
      defaultLayers: 'pooled',
    })
    expect(found.sources).toEqual({
      ...{ layout: 'file', sidePx: 'file', mean: 'guess', deviation: 'guess' },
    })
    // 16 x 16 places of 16 filters of 27 weights.
    expect(found.network.layers[0]?.multiplyAdds).toBeCloseTo((16 * 16 * 16 * 27) / 1e6, 4)
    const own = found.network.layers.find(({ name }) => name === 'pooled')!
    const map = { ...own, tensor: 'map', shape: [24, 8, 8], pooling: 'mean' as const }
    const [averaged, pooled] = await Promise.all([
      rowsOf({ ...found, network: { ...found.network, layers: [map] } }),
      rowsOf(found, [own]),
    ])
    expect(cosine(averaged, pooled)).toBeCloseTo(1, 6)
  })

  it('that has a class token offers it and means over the others', async () => {
    const found = await inspect(await put({ kind: 'tokens' }))
    expect(summary(found)).toEqual({
      layers: ['class 32', 'mean 32', 'generalised 32'],
      defaultLayers: 'class',
    })
    expect(found.network.layers.map(({ ownTokens }) => ownTokens)).toEqual([1, 1, 1])
  })

  it.each([
    ['a fixed number of pictures', { batch: 2 }, 0.999999],
    ['one picture at a time', { batch: 1 }, 0.999999],
    ['weights in a file beside it', { location: 'weights.bin' }, 0.999999],
    ['half precision', { half: true }, 0.999],
  ] as const)('gives the same with %s', async (_, form, least) => {
    for (const kind of ['maps', 'tokens'] as const) {
      const plain = await inspect(await put({ kind }))
      const other = await inspect(await put({ kind, ...form }))
      expect(summary(other)).toEqual(summary(plain))
      expect(other.network.id).not.toBe(plain.network.id)
      const [a, b] = [await rowsOf(plain), await rowsOf(other)]
      expect(cosine(a, b)).toBeGreaterThan(least)
    }
  })

  it('gives the same of pictures whose colours come last', async () => {
    const first = await inspect(await put({ kind: 'maps' }))
    const last = await inspect(await put({ kind: 'maps', layout: 'nhwc' }))
    expect(last.network.input.layout).toBe('nhwc')
    expect(cosine(await rowsOf(first), await rowsOf(last))).toBeGreaterThan(0.999999)
  })

  it('takes the answers of a person, and no others than the file has', async () => {
    const file = await put({ kind: 'maps', sidePx: 'side' })
    const guessed = await inspect(file)
    expect([guessed.network.input.sidePx, guessed.sources.sidePx]).toEqual([224, 'guess'])
    const asked = await inspect(file, { sidePx: 48, mean: [0.5, 0.5, 0.5] })
    expect(asked.network.input).toMatchObject({ sidePx: 48, mean: [127.5, 127.5, 127.5] })
    expect(asked.network.id).not.toBe(guessed.network.id)
    await writeFile(join(file, '..', 'preprocessor_config.json'), '{"size": 64}')
    expect((await inspect(file)).sources.sidePx).toBe('beside')
    const fixed = await put({ kind: 'maps' })
    await expect(inspect(fixed, { sidePx: 64 })).rejects.toThrow('squares of 32 px alone')
    await expect(inspect(fixed, { layout: 'nhwc' })).rejects.toThrow('is nchw, not nhwc')
  })

  it('is tried on three pictures, with its time', async () => {
    const found = await inspect(await put({ kind: 'maps' }))
    const trial = await tryNetwork(found, pictures, runtime.open)
    expect(trial.pictures).toBe(3)
    expect(trial.leftOut).toEqual([])
    expect(trial.msPerPicture).toBeGreaterThan(0)
    expect(trial.placed.network).toEqual(found.network)
  })

  it('is refused by the trial where pictures make no difference, or give no numbers', async () => {
    const { FLOAT } = TensorProto_DataType
    const dead = async (...nodes: Parameters<typeof writeModel>[0]['nodes']) => {
      const file = join(folder, `dead-${++networks}.onnx`)
      await writeFile(
        file,
        writeModel({
          inputs: [value('x', FLOAT, ['n', 3, 16, 16])],
          outputs: [value('out', FLOAT, ['n', 768])],
          nodes: [...nodes, node('Flatten', ['last'], 'out', { axis: 1 })],
          initializers: [],
        }),
      )
      return inspect(file)
    }
    const zeros = await dead(node('Sub', ['x', 'x'], 'zero'), node('Exp', ['zero'], 'last'))
    await expect(tryNetwork(zeros, pictures, runtime.open)).rejects.toThrow(
      'on 3 pictures of the set pooled gave the same numbers for different pictures',
    )
    const nothing = await dead(node('Sub', ['x', 'x'], 'zero'), node('Div', ['x', 'zero'], 'last'))
    await expect(tryNetwork(nothing, pictures, runtime.open)).rejects.toThrow('not finite')
    await expect(tryNetwork(nothing, [], runtime.open)).rejects.toThrow('none of the pictures')
  })

  it('is refused with an operation that is not known, a later version, or nothing to take', async () => {
    const { FLOAT } = TensorProto_DataType
    const of = async (opType: string, opset = 17) => {
      const file = join(folder, `refused-${++networks}.onnx`)
      await writeFile(
        file,
        writeModel({
          inputs: [value('x', FLOAT, ['n', 3, 16, 16])],
          outputs: [value('out', FLOAT, ['n'])],
          nodes: [node(opType, ['x'], 'out')],
          initializers: [],
          opset,
        }),
      )
      return inspect(file)
    }
    await expect(of('Dream')).rejects.toThrow('uses the operation Dream, which')
    await expect(of('Relu', 99)).rejects.toThrow('Export it with opset 17')
    await expect(of('Relu')).rejects.toThrow('none of its tensors holds features')
  })

  it('is known again by its contents alone', async () => {
    const file = await put({ kind: 'tokens', location: 'weights.bin' })
    const found = await inspect(file)
    const moved = join(folder, 'moved elsewhere')
    await rename(join(file, '..'), moved)
    const again = await inspect(join(moved, 'small.onnx'))
    expect(again.network).toEqual(found.network)
    await expect(rowsOf(found)).rejects.toThrow(/no such file.*put it back/)
    await writeFile(join(moved, 'weights.bin'), Buffer.alloc(1e5, 1))
    await expect(rowsOf(again)).rejects.toThrow('has changed since it was added')
    const inChinese = await Promise.all(
      [found, again].map((one) =>
        rowsOf(one).catch((error: unknown) => (error as AppError).details),
      ),
    )
    expect(inChinese).toMatchObject([
      { unsuitableChinese: expect.stringContaining('请放回原处') as string },
      { unsuitableChinese: expect.stringContaining('在添加之后已经改变') as string },
    ])
    const refusals = await Promise.all(
      [join(moved, 'small.onnx'), file].map((place) =>
        placeKnown(again, place).catch((error: unknown) => (error as AppError).details),
      ),
    )
    expect(refusals).toMatchObject([
      { unsuitableChinese: expect.stringContaining('其中是另一个网络') as string },
      { unsuitableChinese: expect.stringContaining('：找不到该文件。请放回') as string },
    ])
  })
})

/** A Python that has what exports networks, or why not. */
function findPython(): { readonly python: string } | { readonly why: string } {
  const python = process.env['SEMBLANCE_PYTHON'] ?? 'python3'
  try {
    execFileSync(python, ['-c', 'import torch, torchvision, onnx, onnxscript'], { stdio: 'pipe' })
    return { python }
  } catch {
    return { why: `${python} has no torch, torchvision, onnx and onnxscript` }
  }
}
const exporter = findPython()
const title = 'why' in exporter ? `(left out: ${exporter.why})` : `by ${exporter.python}`

describe.skipIf('why' in exporter)(`networks that PyTorch exports ${title}`, () => {
  const exported = join(folder, 'exported')
  beforeAll(() => {
    if ('why' in exporter) return
    execFileSync(exporter.python, ['test/onnx/exportNetworks.py', exported], { stdio: 'pipe' })
  }, 300_000)

  const residual = ['map8 128', 'map4 256', 'generalised 512', 'pooled 512', 'output 20']
  const tokens = ['depth50 64', 'depth75 64', 'class 64', 'mean 64', 'generalised 64']
  const convnext = ['map8 32', 'map4 64', 'generalised 128', 'pooled 128', 'output 20']

  it.each([
    ['resnet', residual, 'pooled'],
    ['resnet-rows', residual, 'pooled'],
    ['resnet-one', residual, 'pooled'],
    ['resnet-half', residual, 'pooled'],
    ['vit', [...tokens, 'output 1000'], 'class'],
    ['vit-beside', [...tokens, 'output 1000'], 'class'],
    ['convnext', convnext, 'pooled'],
    ['convnext-beside', convnext, 'pooled'],
  ])('%s is taken', async (name, layers, defaultLayers) => {
    const found = await inspect(join(exported, `${name}.onnx`))
    expect(summary(found)).toEqual({ layers, defaultLayers })
    const trial = await tryNetwork(found, pictures, runtime.open)
    expect(trial.leftOut).toEqual([])
    expect(found.filesBeside).toEqual(name.endsWith('beside') ? [`${name}.onnx.data`] : [])
  })

  it('are all tried', () => {
    expect(readdirSync(exported).filter((name) => name.endsWith('.onnx'))).toHaveLength(8)
  })
})

it('registers nothing by itself', () => {
  expect(extractors.some(({ id }) => id.startsWith('own-'))).toBe(false)
})
