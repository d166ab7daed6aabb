import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gather } from '../../../src/core/inputSource'
import { Interruption } from '../../../src/core/interruption'
import { findExtractor, layersOf } from '../../../src/core/plan/features'
import { startBackend } from '../../../src/main/backend/startBackend'
import { extractInPasses } from '../../../src/main/features/extractInPasses'
import { extractors } from '../../../src/main/features/extractors'
import { loadFeatures } from '../../../src/main/features/loadFeatures'
import { decodeInBatches } from '../../../src/main/features/decodeInBatches'
import { startNodeProcess, type StartProcess } from '../../../src/main/processes/startProcess'
import type { FeaturesReport } from '../../../src/shared/model/training'
import { type ImageSet, readImageSet } from '../../bench/sets/imageSet'
import { hasOnnxRuntime, hasTensorflow } from '../backend/support'
import { type BuiltProgram, buildProgram, projectFolder } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'

const sample = join(projectFolder, 'resources', 'sample')

let folder: string
let program: BuiltProgram
let set: ImageSet
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-onnx-features-'))
  program = await buildProgram(false)
  await drawEmoji(join(folder, 'emoji'), 9, 48)
  set = await readImageSet(join(folder, 'emoji'), join(folder, 'thumbnails'))
})
afterAll(async () => {
  await program.dispose()
  await rm(folder, { recursive: true, force: true })
})

/** Pictures of the sample, one of each of its first labels. */
async function samplePixels(sidePx: number, count: number): Promise<Uint8Array> {
  const labels = (await readdir(sample, { withFileTypes: true })).filter((one) => one.isDirectory())
  const files = labels.slice(0, count).map(({ name }) => {
    const picture = join(sample, name, 'noto.png')
    return { thumbnail: picture, original: picture }
  })
  for await (const { pixels, failed } of decodeInBatches(files, sidePx, count)) {
    expect(failed).toEqual([])
    return pixels
  }
  throw new Error('no pictures')
}

function cosine(a: Float32Array, b: Float32Array): number {
  const product = (x: Float32Array, y: Float32Array) => x.reduce((sum, v, i) => sum + v * y[i]!, 0)
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b))
}

describe.skipIf(!hasOnnxRuntime)('features from ONNX Runtime', () => {
  it.each(extractors.map(({ id }) => id))(
    'of %s agree with those of every backend, layer by layer',
    async (id) => {
      const network = findExtractor(extractors, id)
      const layers = layersOf(network, network.defaultLayers.usual)
      const count = 6
      const pixels = await samplePixels(network.input.sidePx, count)
      const features = async (preferred: 'auto' | 'tensorflow' | 'wasm') => {
        let report: FeaturesReport | null = null
        const backend = await startBackend({
          preferred,
          workersFolder: program.workersFolder,
          projectFolder,
          onFeatures: (told) => (report = told),
        })
        const opened = await network.open({ backend, projectFolder }, layers)
        const found = (await extractInPasses(opened, pixels, count))!
        opened.dispose()
        backend.dispose()
        return { found, report: report as FeaturesReport | null }
      }
      const onnx = await features('auto')
      expect(onnx.report).toMatchObject({ rejected: [] })
      expect(onnx.report?.description).toMatch(/^ONNX Runtime [\d.]+, /)
      const rowSize = onnx.found.length / count
      for (const other of hasTensorflow ? (['tensorflow', 'wasm'] as const) : (['wasm'] as const)) {
        const { found, report } = await features(other)
        expect(report).toBeNull()
        let column = 0
        for (const { dimension } of layers) {
          for (let i = 0; i < count; i++) {
            const from = i * rowSize + column
            const part = (rows: Float32Array) => rows.subarray(from, from + dimension)
            expect(cosine(part(onnx.found), part(found))).toBeGreaterThan(0.9999)
          }
          column += dimension
        }
      }
    },
  )

  /** All features of the set, and what they were computed on. */
  async function load(cache: string, startProcess: StartProcess, project = projectFolder) {
    const told: FeaturesReport[] = []
    const backend = await startBackend({
      preferred: 'auto',
      workersFolder: program.workersFolder,
      projectFolder: project,
      startProcess,
      onFeatures: (report) => told.push(report),
    })
    const { sha256, files } = set
    let done = 0
    const loaded = await loadFeatures(
      { ids: Uint32Array.from(files.keys()), sha256, files },
      {
        backend,
        features: 'conv12',
        projectFolder: project,
        cacheFolder: join(folder, cache),
      },
      {
        interruption: new Interruption(),
        onProgress: (now) => {
          done = now
          onDone(now)
        },
      },
    )
    const { report } = backend
    backend.dispose()
    const { data } = gather(loaded!.source, Uint32Array.from(files.keys()))
    return { features: data, told, report, done }
  }
  let onDone: (done: number) => void = () => {}

  it('go on where its process is killed in the middle, with the same numbers', async () => {
    expect(set.files.length).toBeGreaterThan(64)
    let started = 0
    let kill: () => void = () => {}
    const startProcess: StartProcess = (request) => {
      const process_ = startNodeProcess(request)
      if (request.name === 'ONNX Runtime') {
        started++
        kill = () => process_.kill()
      }
      return process_
    }
    onDone = (done) => {
      if (done === 32) kill()
    }
    const broken = await load('broken', startProcess)
    expect(started).toBe(2)
    expect(broken.done).toBe(set.files.length)
    onDone = () => {}
    const whole = await load('whole', startProcess)
    expect(started).toBe(3)
    expect(broken.features).toEqual(whole.features)
  })

  it('come from the backend where the process ends again and again', async () => {
    onDone = () => {}
    let runtimes = 0
    const startProcess: StartProcess = (request) => {
      const process_ = startNodeProcess(request)
      // The first one is ended as soon as it has features to give, each later one at once.
      if (request.name === 'ONNX Runtime' && runtimes++ > 0) process_.kill()
      else if (request.name === 'ONNX Runtime') onDone = (done) => done >= 32 && process_.kill()
      return process_
    }
    const { features, told, done } = await load('lost', startProcess)
    onDone = () => {}
    expect(done).toBe(set.files.length)
    expect(told.map(({ rejected }) => rejected.length)).toEqual([0, 1])
    expect(told[1]?.rejected[0]?.reason).toContain('SIGKILL')
    const onnx = await load('kept', startNodeProcess)
    expect(cosine(features, onnx.features)).toBeGreaterThan(0.9999)
  })

  it('come from the backend, with the reason, where the library is absent', async () => {
    const bare = join(folder, 'bare')
    await mkdir(join(bare, 'node_modules'), { recursive: true })
    await writeFile(join(bare, 'package.json'), '{}')
    await symlink(join(projectFolder, 'resources'), join(bare, 'resources'))
    for (const name of await readdir(join(projectFolder, 'node_modules'))) {
      if (name.startsWith('onnxruntime')) continue
      await symlink(join(projectFolder, 'node_modules', name), join(bare, 'node_modules', name))
    }
    const { features, told, report, done } = await load('absent', startNodeProcess, bare)
    expect(done).toBe(set.files.length)
    expect(report.features).toEqual({
      description: report.description,
      rejected: [{ name: 'ONNX Runtime', reason: 'its package is not installed' }],
    })
    expect(told).toEqual([])
    const onnx = await load('present', startNodeProcess)
    expect(onnx.report.features?.description).toMatch(/^ONNX Runtime/)
    expect(cosine(features, onnx.features)).toBeGreaterThan(0.9999)
  })
})
