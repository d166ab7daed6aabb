import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PictureBatch } from '../../../src/main/features/decodeBatch'
import { decodeInBatches } from '../../../src/main/features/decodeInBatches'
import { startDecodingThread } from '../../../src/main/features/decodingThread'
import { decodeSquare, type PictureFile } from '../../../src/main/features/pictures'
import { augmentationPolicies } from '../../../src/shared/model/augmentation'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'

const sidePx = 48
let folder: string
let program: BuiltProgram
let files: PictureFile[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-decode-'))
  program = await buildProgram(false)
  files = []
  for (let i = 0; i < 9; i++) {
    const original = join(folder, `${i}.jpg`)
    const noise = { type: 'gaussian', mean: 90 + 10 * i, sigma: 30 } as const
    await sharp({
      create: { width: 40 + 9 * i, height: 90 - 7 * i, channels: 3, background: '#888', noise },
    })
      .jpeg()
      .toFile(original)
    files.push({ original, thumbnail: join(folder, 'none') })
  }
  const broken = join(folder, 'broken.jpg')
  await writeFile(broken, 'no picture')
  files.splice(4, 0, { original: broken, thumbnail: join(folder, 'none') })
}, 120_000)

afterAll(async () => {
  await program.dispose()
  await rm(folder, { recursive: true, force: true })
})

async function read(workersFolder: string | undefined, isVaried = false): Promise<PictureBatch[]> {
  const varied = {
    variation: { kind: 'augmented', policy: augmentationPolicies.strong, seed: 3, version: 1 },
    sha256: files.map((_, i) => `${i}`.repeat(64)),
  } as const
  const batches: PictureBatch[] = []
  const options = { workersFolder, varied: isVaried ? varied : null }
  for await (const batch of decodeInBatches(files, sidePx, 4, options)) batches.push(batch)
  return batches
}

describe('pictures in batches', () => {
  it.each([false, true])('are the same from a thread of their own (varied: %s)', async (varied) => {
    const here = await read(undefined, varied)
    expect(here.map(({ indices }) => indices)).toEqual([
      [0, 1, 2, 3],
      [5, 6, 7],
      [8, 9],
    ])
    expect(here[1]!.failed).toMatchObject([{ index: 4 }])
    expect(await read(program.workersFolder, varied)).toEqual(here)
    const thread = startDecodingThread(program.workersFolder)!
    const request = { files, from: 0, sidePx, lanes: 2, varied: null }
    expect((await thread.decode(request)).indices).toHaveLength(9)
    thread.close()
  })

  it('go on in this thread where that one ends', async () => {
    const workersFolder = join(folder, 'workers')
    await mkdir(workersFolder)
    await writeFile(join(workersFolder, 'decoding.js'), 'throw new Error("it does not start")')
    const thread = startDecodingThread(workersFolder)!
    const request = { files, from: 0, sidePx, lanes: 2, varied: null }
    await expect(thread.decode(request)).rejects.toThrow('it does not start')
    await expect(thread.decode(request)).rejects.toThrow('it does not start')
    expect(await read(workersFolder)).toEqual(await read(undefined))
  })

  it('leave nothing behind where they are given up', async () => {
    const controller = new AbortController()
    const { workersFolder } = program
    let count = 0
    for await (const batch of decodeInBatches(files, sidePx, 2, {
      signal: controller.signal,
      workersFolder,
    })) {
      expect(batch.indices).toHaveLength(2)
      controller.abort()
      count += 1
    }
    expect(count).toBe(1)
  })
})

describe('a picture in a square', () => {
  const kinds = {
    JPEG: (picture) => picture.jpeg(),
    'turned JPEG': (picture) => picture.withMetadata({ orientation: 6 }).jpeg(),
    'JPEG of four inks': (picture) => picture.toColourspace('cmyk').jpeg(),
    'grey PNG': (picture) => picture.toColourspace('b-w').png(),
    'PNG of 16 bits': (picture) => picture.toColourspace('rgb16').png(),
    'transparent PNG': (picture) => picture.ensureAlpha(0.5).png(),
    'WebP of Display P3': (picture) => picture.withIccProfile('p3').webp(),
  } satisfies Record<string, (picture: Sharp) => Sharp>

  it.each(Object.entries(kinds))('has the bytes that the decoder gives (%s)', async (_, write) => {
    const sizes = [
      [800, 600],
      [31, 77],
      [3, 200],
      [63, 64],
      [48, 48],
      [5, 3],
    ] as const
    for (const [width, height] of sizes) {
      const noise = { type: 'gaussian', mean: 120, sigma: 40 } as const
      const create = { width, height, channels: 3, background: '#888', noise } as const
      const original = join(folder, 'picture')
      await write(sharp({ create })).toFile(original)
      const thumbnail = join(folder, 'thumbnail')
      await copyFile(original, thumbnail)
      const given = (picture: Sharp) =>
        picture
          .resize(sidePx, sidePx, { fit: 'contain', background: '#ffffff' })
          .toColourspace('srgb')
          .removeAlpha()
          .raw({ depth: 'uchar' })
          .toBuffer()
      const ours = async (file: PictureFile) => Buffer.from(await decodeSquare(file, sidePx))
      const none = join(folder, 'none')
      expect(
        (await ours({ thumbnail, original: none })).equals(await given(sharp(thumbnail))),
      ).toBe(true)
      const upright = sharp(original).autoOrient().flatten({ background: '#ffffff' })
      expect((await ours({ thumbnail: none, original })).equals(await given(upright))).toBe(true)
    }
  })
})
