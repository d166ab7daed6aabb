import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMatrix } from '../../../src/core/math/matrix'
import { normalizeInPlace } from '../../../src/core/math/normalizeRows'
import { createRandom } from '../../../src/core/math/random'
import { restoreModel } from '../../../src/core/network'
import { savedFeatures } from '../../../src/core/network/plainFeatures'
import type { SavedModel } from '../../../src/core/network/savedModel'
import { nodesBetween } from '../../../src/core/network/graph/graphNodes'
import { dimensionOf, findExtractor, layersOf } from '../../../src/core/plan/features'
import type { Backend } from '../../../src/main/backend/backend'
import { startBackend } from '../../../src/main/backend/startBackend'
import { readPicture } from '../../../src/main/dataset/readPicture'
import { exportModel } from '../../../src/main/exporting/model/exportModel'
import { extractors } from '../../../src/main/features/extractors'
import type { Extractor } from '../../../src/main/features/extractors/extractor'
import { decodeSquare } from '../../../src/main/features/pictures'
import { inputOfFeatures } from '../../../src/main/features/modelFeatures'
import { inspectNetwork } from '../../../src/main/features/ownNetworks/inspectNetwork'
import { startOwnRuntime } from '../../../src/main/features/ownNetworks/ownRuntime'
import { OnnxRuntime } from '../../../src/main/onnx/onnxRuntime'
import { registerNetworks } from '../../../src/main/features/ownNetworks/registeredNetworks'
import { loadModel, type ModelInput, saveModel } from '../../../src/main/runs/modelFiles'
import { thumbnailName } from '../../../src/main/workspace'
import type { ExtractorLayer } from '../../../src/shared/model/extractor'
import { type NetworkForm, writeNetwork } from '../../onnx/writeOnnx'
import { hasOnnxRuntime, projectFolder } from '../backend/support'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'

const folder = mkdtempSync(join(tmpdir(), 'semblance-model-'))
const random = createRandom('exported models')
let program: BuiltProgram
let runtime: ReturnType<typeof startOwnRuntime>
let onnx: OnnxRuntime
let backend: Backend

beforeAll(async () => {
  program = await buildProgram(true)
  const { workersFolder } = program
  runtime = startOwnRuntime({ workersFolder, projectFolder })
  onnx = new OnnxRuntime({ workersFolder, projectFolder })
  backend = await startBackend({ preferred: 'wasm', workersFolder, projectFolder })
}, 300_000)
afterAll(async () => {
  backend.dispose()
  runtime.dispose()
  onnx.dispose()
  await program.dispose()
  rmSync(folder, { recursive: true, force: true })
})

interface Case {
  readonly model: SavedModel
  readonly input: ModelInput
  readonly sidePx: number
  /** What the program feeds its model with, of pictures of bytes. */
  readonly rowsOf: (pixels: Uint8Array, n: number) => Promise<Float32Array>
}

const size = 12
const drawn = (count: number, by: number) =>
  Float32Array.from({ length: count }, () => random.normal() * by)

const withNumbers = (saved: SavedModel): SavedModel => ({
  ...saved,
  tensors: saved.tensors.map((tensor) => {
    const { name, data } = tensor
    // A residual network begins with zeros, and statistics are not those of pictures yet.
    const isEmpty = data.every((value) => value === 0)
    const isVariance = name.endsWith('variance')
    if (isVariance) return { ...tensor, data: data.map(() => 0.5 + random.next()) }
    return isEmpty ? { ...tensor, data: drawn(data.length, 0.05) } : tensor
  }),
})

async function headOn(extractor: Extractor, layers: readonly ExtractorLayer[]): Promise<Case> {
  const inputSize = dimensionOf(layers)
  const start = { mean: drawn(inputSize, 0.1), projection: drawn(inputSize * size, 0.05) }
  const head = backend.models.linearHead({ inputSize, embeddingSize: size, start, random })
  const model = withNumbers(head.snapshot())
  head.dispose()
  return { ...onFeatures(extractor, layers), model }
}

function onFeatures(extractor: Extractor, layers: readonly ExtractorLayer[]): Case {
  return {
    model: savedFeatures(dimensionOf(layers)),
    input: inputOfFeatures(extractor, layers),
    sidePx: extractor.input.sidePx,
    async rowsOf(pixels, n) {
      const means = { backend, projectFolder, openOnnx: runtime.open }
      const opened = await extractor.open(means, layers)
      try {
        return await opened.extract(pixels, n)
      } finally {
        opened.dispose()
      }
    },
  }
}

const frozen = (id: string, features: string) => {
  const extractor = findExtractor(extractors, id)
  return [extractor, layersOf(extractor, features)] as const
}

async function tuned(place: string, layer: string): Promise<Case> {
  const [extractor, [tapped]] = frozen('efficientnet-lite0', layer)
  const network = await extractor.readTrainable!(projectFolder)
  const tap = network.tapOf(tapped!)
  const nodes = nodesBetween(network.nodes, place, [tap.node])
  const map = extractor.maps!.find((one) => one.place === place)!
  const trained = backend.models.tunedNetwork({
    structure: { from: place, nodes, taps: [tap] },
    inputShape: [map.sidePx, map.sidePx, map.channels],
    weights: network.weights,
    embeddingSize: size,
    networkRate: 1,
    random,
  })
  const model = withNumbers(trained.snapshot())
  trained.dispose()
  const { contentHash, input } = extractor
  return {
    model,
    input: { kind: 'maps', extractor: extractor.id, contentHash, place },
    sidePx: input.sidePx,
    async rowsOf(pixels, n) {
      if (place === 'input') {
        return Float32Array.from(pixels, (value, i) => (value - input.mean[i % 3]!) / 128)
      }
      const dimension = map.sidePx ** 2 * map.channels
      const whole = { ...tapped!, rootScale: null, dimension, place }
      return onFeatures(extractor, [whole]).rowsOf(pixels, n)
    },
  }
}

const fromPixels = (made: { snapshot(): SavedModel; dispose(): void }, sidePx: number): Case => {
  const model = withNumbers(made.snapshot())
  made.dispose()
  return {
    ...{ model, sidePx, input: { kind: 'pixels', sizePx: sidePx } },
    rowsOf: (pixels) => Promise.resolve(Float32Array.from(pixels, (value) => value / 255)),
  }
}

let networks = 0
async function own(form: NetworkForm): Promise<Case> {
  const place = join(folder, `network-${++networks}`)
  await mkdir(place)
  const { model, data } = writeNetwork(form)
  if (form.location !== undefined) await writeFile(join(place, form.location), data)
  await writeFile(join(place, 'own.onnx'), model)
  const found = await inspectNetwork(join(place, 'own.onnx'), {}, runtime.open)
  registerNetworks([found])
  const extractor = findExtractor(extractors, found.network.id)
  return headOn(extractor, extractor.layers)
}

const cases: Readonly<Record<string, () => Promise<Case>>> = {
  'features of one layer': () =>
    Promise.resolve(onFeatures(...frozen('efficientnet-lite0', 'expand8'))),
  'a head on several layers': () => headOn(...frozen('efficientnet-lite0', 'expand8+expand11')),
  'a head on MobileNetV2': () => headOn(...frozen('mobilenet-v2-1.4-mid', 'conv10+pooled')),
  'a head on two networks': () =>
    headOn(...frozen('efficientnet-lite0-and-mobilenet-v2', 'lite0.expand10+mobilenet.conv12')),
  'a network tuned behind its last blocks': () => tuned('block14/sum', 'expand15'),
  'a network tuned as a whole': () => tuned('input', 'expand8'),
  'the small network': () =>
    Promise.resolve(
      fromPixels(backend.models.smallNetwork({ imageSizePx: 33, embeddingSize: size, random }), 33),
    ),
  'the residual network': () =>
    Promise.resolve(
      fromPixels(
        backend.models.residualNetwork({
          ...{ imageSizePx: 32, embeddingSize: size, depth: 2, width: 16, random },
        }),
        32,
      ),
    ),
  'a network of a person’s own': () => own({ kind: 'maps' }),
  'one with tokens, one picture at a time': () => own({ kind: 'tokens', batch: 1 }),
  'one of two pictures, its weights beside it': () =>
    own({ kind: 'maps', batch: 2, location: 'weights.bin' }),
  'one in half precision': () => own({ kind: 'tokens', half: true }),
}

async function saved(name: string, { model, input }: Case, isNormalized = true): Promise<string> {
  const place = join(folder, name)
  await saveModel(place, { model, input, isNormalized, lossParameters: {} })
  return place
}

const exported = (model: string, out: string, signal?: AbortSignal) =>
  exportModel({
    ...{ model, out, formats: ['onnx'], projectFolder },
    workersFolder: program.workersFolder,
    ...(signal === undefined ? {} : { signal }),
  })

describe.skipIf(!hasOnnxRuntime)('a model as one ONNX file', () => {
  it.each(Object.entries(cases))(
    'gives what the program gives of %s',
    async (name, make) => {
      const one = await make()
      const n = 3
      const pixels = Uint8Array.from({ length: n * one.sidePx ** 2 * 3 }, () => random.integer(256))
      const model = restoreModel(one.model, backend.models)
      const expected = model.embed(await one.rowsOf(pixels, n), n)
      model.dispose()
      normalizeInPlace(createMatrix(n, expected.length / n, expected))
      const out = join(folder, `${name} out`)
      await exported(await saved(name, one), out)
      const file = join(out, 'model.onnx')
      const session = await onnx.open({ model: file, inputName: 'pixels', outputs: ['embedding'] })
      try {
        const run = async (from: number, count: number) => {
          const part = one.sidePx ** 2 * 3
          const data = pixels.subarray(from * part, (from + count) * part)
          const dims = [count, one.sidePx, one.sidePx, 3]
          const [embedding] = await session.run({ type: 'uint8', data }, dims)
          return embedding!
        }
        const all = await run(0, n)
        expect(all.dims).toEqual([n, one.model.embeddingSize])
        let worst = 0
        all.data.forEach((value, i) => (worst = Math.max(worst, Math.abs(value - expected[i]!))))
        expect(worst).toBeLessThan(1e-4)
        expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.05)
        const alone = await run(1, 1)
        alone.data.forEach((value, i) =>
          expect(value).toBeCloseTo(all.data[one.model.embeddingSize + i]!, 5),
        )
      } finally {
        session.dispose()
      }
    },
    120_000,
  )

  it('is not written of numbers that are not finite, nor over a folder of something else', async () => {
    const one = await cases['the small network']!()
    const model = await saved('damaged', one)
    const out = join(folder, 'damaged out')
    await mkdir(out)
    await writeFile(join(out, 'mine.txt'), 'mine')
    await expect(exported(model, out)).rejects.toMatchObject({ code: 'notOurFolder' })
    expect(await readdir(out)).toEqual(['mine.txt'])
    const weights = await readFile(join(model, 'weights.bin'))
    weights.writeFloatLE(NaN, 0)
    await writeFile(join(model, 'weights.bin'), weights)
    await expect(exported(model, join(folder, 'none'))).rejects.toMatchObject({
      code: 'modelUnreadable',
    })
    await expect(loadModel(model)).rejects.toMatchObject({ code: 'modelUnreadable' })
  }, 60_000)

  it('leaves nothing where it was cancelled, and the former one as it was', async () => {
    const model = await saved('cancelled', await cases['the small network']!())
    const out = join(folder, 'cancelled out')
    await exported(model, out)
    const before = await readdir(folder)
    expect(await exported(model, out, AbortSignal.abort())).toBeNull()
    expect(await readdir(folder)).toEqual(before)
    expect((await readdir(out)).sort()).toEqual(['embed.mjs', 'embed.py', 'model.onnx'])
  }, 60_000)
})

/** Pictures of all sorts, in a folder. */
async function drawPictures(place: string): Promise<void> {
  await mkdir(place)
  const noise = (width: number, height: number, channels: 1 | 3 | 4) => {
    const raw = { width, height, channels }
    const small = { width: Math.ceil(width / 8), height: Math.ceil(height / 8), channels }
    const bytes = Buffer.from(
      Array.from({ length: small.width * small.height * channels }, () => random.integer(256)),
    )
    return sharp(bytes, { raw: small }).resize(raw.width, raw.height, { fit: 'fill' })
  }
  const write = (name: string, picture: Sharp) => picture.toFile(join(place, name))
  await write('large.jpg', noise(1203, 801, 3))
  for (const orientation of [2, 3, 5, 6, 7]) {
    await write(`turned${orientation}.jpg`, noise(640, 433, 3).withMetadata({ orientation }))
  }
  await write('odd.png', noise(301, 177, 3))
  await write('wide.png', noise(500, 31, 3))
  await write('tiny.png', noise(13, 9, 3))
  await write('palette.png', noise(300, 200, 3).png({ palette: true, colours: 32 }))
  await write('grey.png', noise(400, 300, 1).toColourspace('b-w'))
  await write('grey16.png', noise(400, 300, 1).toColourspace('grey16'))
  await write('clear.png', noise(400, 300, 4))
  await write('clearSmall.png', noise(60, 90, 4))
  await write('large.webp', noise(900, 700, 3))
  await write('picture.tiff', noise(300, 200, 3))
  const frames = await Promise.all([1, 2].map(() => noise(280, 200, 3).png().toBuffer()))
  await write('moving.gif', sharp(frames, { join: { animated: true } }))
  await write('moving.webp', sharp(frames, { join: { animated: true } }))
}

/** A Python that runs such models, or why not. */
function findPython(): { readonly python: string } | { readonly why: string } {
  const python = process.env['SEMBLANCE_PYTHON'] ?? 'python3'
  try {
    execFileSync(python, ['-c', 'import numpy, onnxruntime, PIL'], { stdio: 'pipe' })
    return { python }
  } catch {
    return { why: `${python} has no numpy, onnxruntime and pillow` }
  }
}
const found = findPython()
const runners = [
  { script: 'embed.mjs', program: process.execPath, why: null },
  'why' in found
    ? { script: 'embed.py', program: '', why: found.why }
    : { script: 'embed.py', program: found.python, why: null },
]

describe.skipIf(!hasOnnxRuntime)('the scripts beside it', () => {
  /** Where the packages of this program are found from. */
  let out: string
  let pictures: string
  const expected = new Map<string, Float32Array>()

  beforeAll(async () => {
    const one = await cases['the residual network']!()
    out = join(program.folder, 'exported')
    pictures = join(folder, 'pictures')
    await exported(await saved('for the scripts', one), out)
    await drawPictures(pictures)
    const thumbnails = join(folder, 'thumbnails')
    const model = restoreModel(one.model, backend.models)
    for (const name of await readdir(pictures)) {
      const original = join(pictures, name)
      const read = await readPicture(original, thumbnails)
      if (read.kind !== 'image') throw new Error(`${name} was not read`)
      const thumbnail = join(thumbnails, thumbnailName(read.sha256))
      const pixels = await decodeSquare({ thumbnail, original }, one.sidePx)
      const rows = model.embed(await one.rowsOf(pixels, 1), 1)
      normalizeInPlace(createMatrix(1, rows.length, rows))
      expected.set(name, rows)
    }
    model.dispose()
    await writeFile(join(pictures, 'notes.txt'), 'no picture')
  }, 60_000)

  for (const { script, program: runner, why } of runners) {
    const title = `${script} gives what the program gives of pictures of all sorts`
    it.skipIf(why !== null)(
      why === null ? title : `${title} (left out: ${why})`,
      () => {
        const result = spawnSync(runner, [join(out, script), pictures], { encoding: 'utf8' })
        expect(result.status, result.stderr).toBe(0)
        expect(result.stderr).toContain('notes.txt is left out')
        expect(result.stderr).not.toContain('libwebp')
        const [, ...lines] = result.stdout.trim().split('\n')
        const differences: Record<string, number> = {}
        for (const line of lines) {
          const [file = '', ...numbers] = line.split(',')
          const wanted = expected.get(basename(file))!
          expect(numbers.length).toBe(wanted.length)
          differences[basename(file)] = Math.max(
            ...numbers.map((number, i) => Math.abs(Number(number) - wanted[i]!)),
          )
        }
        expect(Object.keys(differences).sort()).toEqual([...expected.keys()].sort())
        const strange = Object.entries(differences).filter(([, by]) => !(by < 1e-4))
        expect(strange).toEqual([])
      },
      60_000,
    )
  }
})
