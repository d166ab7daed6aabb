import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Interruption } from '../../../src/core/interruption'
import { createRandom } from '../../../src/core/math/random'
import type { Backend } from '../../../src/main/backend/backend'
import { startBackend } from '../../../src/main/backend/startBackend'
import { loadEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { saveModel } from '../../../src/main/runs/modelFiles'
import { embedImages } from '../../../src/main/training/embedImages'
import { projectFolder } from './builtProgram'

const sidePx = 24
const embeddingSize = 6
const pictures = ['a', 'b', 'c']

let folder: string
let backend: Backend

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-views-'))
  backend = await startBackend({ preferred: 'js', workersFolder: folder, projectFolder })
  for (const name of pictures) {
    const random = createRandom(`picture ${name}`)
    const bytes = Uint8Array.from({ length: sidePx ** 2 * 3 }, () => random.integer(256))
    const picture = sharp(bytes, { raw: { width: sidePx, height: sidePx, channels: 3 } })
    await picture.png().toFile(join(folder, `${name}.png`))
    await picture.flop().toFile(join(folder, `${name} mirrored.png`))
  }
  const network = backend.models.smallNetwork({
    ...{ imageSizePx: sidePx, embeddingSize, random: createRandom('weights') },
  })
  const model = network.snapshot()
  network.dispose()
  for (const isNormalized of [false, true]) {
    await saveModel(join(folder, isNormalized ? 'normalised' : 'raw'), {
      ...{ model, isNormalized, lossParameters: {} },
      input: { kind: 'pixels', sizePx: sidePx },
    })
  }
})
afterAll(async () => {
  backend?.dispose()
  await rm(folder, { recursive: true, force: true })
})

/** @returns embeddings [pictures, embeddingSize] */
async function embed(views: number, { model = 'raw', kind = '' } = {}): Promise<Float32Array> {
  const outputFolder = await mkdtemp(join(folder, 'out-'))
  const files = pictures.map((name) => join(folder, `${name}${kind}.png`))
  await embedImages(
    {
      ...{ kind: 'embed', backend: 'js', views, outputFolder, modelFolder: join(folder, model) },
      ...{ cacheFolder: join(folder, 'cache'), workersFolder: folder, projectFolder },
      images: {
        ids: Uint32Array.from(pictures.keys()),
        sha256: pictures.map((name) => `${name}${kind}`.padEnd(64, '0')),
        files: files.map((file) => ({ thumbnail: file, original: file })),
      },
    },
    {
      ...{ backend, interruption: new Interruption(), post: () => {} },
      openOnnx: () => Promise.reject(new Error('Nothing runs here but the small network')),
    },
  )
  const { embeddings } = await loadEmbeddings(outputFolder)
  return embeddings
}

const normalised = (rows: Float32Array): number[] =>
  Array.from(rows, (value, at) => {
    const from = at - (at % embeddingSize)
    return value / Math.hypot(...rows.subarray(from, from + embeddingSize))
  })

function expectNear(found: ArrayLike<number>, wanted: readonly number[]): void {
  expect(found).toHaveLength(wanted.length)
  wanted.forEach((value, at) => expect(found[at]).toBeCloseTo(value, 4))
}

describe('embeddings of several views', () => {
  it('are those of the picture itself where there is one view', async () => {
    const plain = await embed(1)
    expect(Math.max(...plain.map(Math.abs))).toBeGreaterThan(0.01)
    expectNear(await embed(1, { model: 'normalised' }), normalised(plain))
  })

  it('are of two the mean of the picture and its mirror image, normalised after', async () => {
    const plain = await embed(1)
    const mirrored = await embed(1, { kind: ' mirrored' })
    const means = plain.map((value, at) => (value + mirrored[at]!) / 2)
    expectNear(await embed(2), [...means])
    expectNear(await embed(2, { model: 'normalised' }), normalised(means))
    // Else the two would be one and the test say nothing.
    const apart = plain.map((value, at) => Math.abs(value - mirrored[at]!))
    expect(Math.max(...apart)).toBeGreaterThan(0.001)
    const ofNormalised = normalised(plain).map(
      (value, at) => (value + normalised(mirrored)[at]!) / 2,
    )
    expect(ofNormalised).not.toEqual(normalised(means))
  })
})
