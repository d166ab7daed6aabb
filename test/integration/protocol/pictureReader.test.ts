import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  convertOriginal,
  convertPicture,
  convertVaried,
  maximumOriginalPixels,
} from '../../../src/main/protocol/convertPicture'
import { changedBytes } from '../../../src/core/augmentation/changePicture'
import { changeOf } from '../../../src/core/augmentation/pictureChange'
import { createPictureReader } from '../../../src/main/protocol/pictureReader'
import { thumbnailFile } from '../../../src/main/workspace'
import { augmentationPolicies } from '../../../src/shared/model/augmentation'

let folder: string
let images: string
const workspace = { cacheFolder: '' }
const paths = new Map<number, string>()

const read = (address: string): Promise<Uint8Array | null> =>
  createPictureReader({
    workspace,
    find: async (datasetId, imageId) => {
      const relativePath = paths.get(imageId)
      if (datasetId !== 1 || relativePath === undefined) return null
      return { folder: images, relativePath, sha256: `ab${imageId}` }
    },
    findAsked: () => null,
    convert: convertPicture,
    convertOriginal,
    vary: convertVaried,
  })(address)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-pictures-'))
  images = join(folder, 'images')
  workspace.cacheFolder = join(folder, 'cache')
  await mkdir(join(images, 'cats'), { recursive: true })
  const red = { r: 200, g: 10, b: 10 }
  const picture = sharp({ create: { width: 3000, height: 1500, channels: 3, background: red } })
  await picture
    .clone()
    .jpeg()
    .withMetadata({ orientation: 6 })
    .toFile(join(images, 'cats', 'turned.jpg'))
  await sharp({
    create: { width: 40, height: 30, channels: 4, background: { ...red, alpha: 0 } },
  })
    .png()
    .toFile(join(images, 'clear.png'))
  await picture.clone().png().toFile(join(folder, 'outside.png'))
  await symlink(join(folder, 'outside.png'), join(images, 'link.png'))
  await writeFile(join(images, 'broken.png'), 'no picture')
  await writeFile(join(images, 'empty.png'), '')
  await writeFile(
    join(images, 'exchanged.png'),
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>',
  )
  for (const [id, path] of [
    'cats/turned.jpg',
    'clear.png',
    'link.png',
    '../outside.png',
    'broken.png',
    'empty.png',
    'gone.png',
    'cats',
    'exchanged.png',
  ].entries()) {
    paths.set(id + 1, path)
  }
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the picture reader', () => {
  it('gives the picture upright, as WebP, of bearable size', async () => {
    const bytes = await read('image://picture/1/1?size=full')
    const { format, width, height } = await sharp(bytes ?? new Uint8Array()).metadata()
    expect([format, width, height]).toEqual(['webp', 1024, 2048])
  })

  it('gives the original upright and pixel by pixel', async () => {
    const noise = Buffer.from(Array.from({ length: 40 * 30 * 3 }, (_, i) => (i * 7919) % 256))
    const raw = { width: 40, height: 30, channels: 3 } as const
    await sharp(noise, { raw })
      .png()
      .withMetadata({ orientation: 6 })
      .toFile(join(images, 'noise.png'))
    paths.set(50, 'noise.png')
    const bytes = await read('image://picture/1/50?size=original')
    expect((await sharp(bytes ?? new Uint8Array()).metadata()).format).toBe('png')
    const shown = await sharp(bytes ?? new Uint8Array())
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([shown.info.width, shown.info.height]).toEqual([30, 40])
    const turned = await sharp(noise, { raw }).rotate(90).raw().toBuffer()
    expect(shown.data.equals(turned)).toBe(true)
  })

  it('gives an original of too many pixels as large as the limit allows', async () => {
    const large = { width: 9000, height: 7000, channels: 3, background: '#808080' } as const
    await sharp({ create: large }).jpeg().toFile(join(images, 'large.jpg'))
    paths.set(51, 'large.jpg')
    const bytes = await read('image://picture/1/51?size=original')
    const { width, height } = await sharp(bytes ?? new Uint8Array()).metadata()
    expect(width * height).toBeLessThanOrEqual(maximumOriginalPixels)
    expect(width * height).toBeGreaterThan(maximumOriginalPixels * 0.99)
    expect(width / height).toBeCloseTo(9 / 7, 2)
  })

  it('gives a version of a picture as training sees it', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 256))
    const thumbnail = thumbnailFile(workspace, 'ab2')
    await mkdir(dirname(thumbnail), { recursive: true })
    const picture = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
    await picture.webp({ lossless: true }).toFile(thumbnail)
    const variation = { policy: augmentationPolicies.strong, seed: 3, version: 6 }
    const varied = (more: object) =>
      read(`image://picture/1/2?varied=${encodeURIComponent(JSON.stringify(more))}`)
    const shown = await varied({ ...variation, sidePx: 64 })
    const change = changeOf({ kind: 'augmented', ...variation }, 'ab2', 64)
    const pixels = await sharp(shown ?? new Uint8Array())
      .raw()
      .toBuffer()
    expect(pixels.equals(changedBytes(noise, 64, change))).toBe(true)
    await rm(thumbnail)
    expect(await varied({ ...variation, sidePx: 64 })).toBeNull()
  })

  it('shows what is transparent on white', async () => {
    const bytes = await read('image://picture/1/2?size=full')
    const { data, info } = await sharp(bytes ?? new Uint8Array())
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([40, 30])
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255])
  })

  it('takes the thumbnail of the cache, else makes one', async () => {
    const made = await read('image://picture/1/1?size=256')
    expect((await sharp(made ?? new Uint8Array()).metadata()).height).toBe(256)
    const cached = thumbnailFile(workspace, 'ab1')
    await mkdir(dirname(cached), { recursive: true })
    await writeFile(cached, 'cached')
    const found = await read('image://picture/1/1?size=256')
    expect(Buffer.from(found ?? []).toString()).toBe('cached')
  })

  it.each([
    ['a link that leads outside', 3],
    ['a path that leads outside', 4],
    ['what is no picture', 5],
    ['an empty file', 6],
    ['a file that is gone', 7],
    ['a folder', 8],
    ['a picture that became an SVG', 9],
    ['an unknown id', 99],
  ])('gives nothing for %s', async (_what, id) => {
    expect(await read(`image://picture/1/${id}?size=full`)).toBeNull()
    expect(await read(`image://picture/1/${id}?size=256`)).toBeNull()
    expect(await read(`image://picture/1/${id}?size=original`)).toBeNull()
  })

  it('gives nothing of another dataset', async () => {
    expect(await read('image://picture/2/1?size=full')).toBeNull()
  })
})
