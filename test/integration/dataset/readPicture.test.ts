import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { decodeBitmap } from '../../../src/main/dataset/bitmap'
import { decodeSquare } from '../../../src/main/features/pictures'
import { convertOriginal, convertPicture } from '../../../src/main/protocol/convertPicture'
import type { PictureNote } from '../../../src/shared/model/importReport'
import { useImporting } from './importing'
import { inkProfile } from './inkProfile'
import { drawing, put } from './pictures'
import { type Samples, tiff } from './tiff'

const importing = useImporting()

/** Mean colour of the thumbnail, of the whole picture as the window shows it, and of what trains. */
async function meansOf(name: string, contents: Buffer): Promise<readonly (readonly number[])[]> {
  const { temporary, pictures, service } = importing
  await put(pictures, name, contents)
  const { id, report } = await importing.importAll()
  expect(report.leftOut).toEqual([])
  const rows = await temporary.store.images.trainingRows(id)
  const at = rows.relativePaths.indexOf(name)
  const thumbnail = (await service.thumbnail(rows.ids[at]! as never))!
  const trained = await decodeSquare(
    { thumbnail: join(pictures, 'none'), original: join(pictures, name) },
    32,
  )
  const shown = [
    sharp(thumbnail),
    sharp(await convertPicture(contents, 2048)),
    sharp(await convertOriginal(contents)),
    sharp(trained, { raw: { width: 32, height: 32, channels: 3 } }),
  ]
  return Promise.all(
    shown.map(async (picture) =>
      (await picture.stats()).channels.slice(0, 3).map(({ mean }) => mean),
    ),
  )
}

async function notesOf(): Promise<Partial<Record<PictureNote, readonly string[]>>> {
  const { report } = await importing.importAll()
  return Object.fromEntries(
    Object.entries(report.pictures ?? {}).map(([note, { paths }]) => [note, paths]),
  )
}

function expectAll(found: readonly (readonly number[])[], wanted: readonly number[], by = 4) {
  for (const means of found) {
    means.forEach((mean, channel) => expect(Math.abs(mean - wanted[channel]!)).toBeLessThan(by))
  }
}

const size = { width: 40, height: 40 }
const plain = (color: string) =>
  sharp({ create: { ...size, channels: 3, background: color } })
    .raw()
    .toBuffer()

/** Frames of 40 x 40 RGB one below the other. */
async function frames(format: 'gif' | 'webp' | 'tiff', ...pixels: readonly Buffer[]) {
  const all = sharp(Buffer.concat(pixels), {
    raw: { width: 40, height: 40 * pixels.length, channels: 3, pageHeight: 40 },
  })
  return format === 'webp' ? all.webp({ lossless: true }).toBuffer() : all[format]().toBuffer()
}

describe('files of several frames', () => {
  it.each(['gif', 'webp', 'tiff'] as const)(
    '%s: take the first that shows something',
    async (format) => {
      const shown = await drawing(7, 40, 40).raw().toBuffer()
      const file = await frames(
        format,
        await plain('#fff'),
        await plain('#000'),
        shown,
        await plain('#f00'),
      )
      const wanted = (await drawing(7, 40, 40).stats()).channels.map(({ mean }) => mean)
      expectAll(await meansOf(`a.${format}`, file), wanted, 6)
      expect(await notesOf()).toEqual({ frame: [`a.${format}`] })
    },
  )

  it('stay with the first that shows something, and are named where none does', async () => {
    const first = await drawing(3, 40, 40).raw().toBuffer()
    const wanted = (await drawing(3, 40, 40).stats()).channels.map(({ mean }) => mean)
    expectAll(await meansOf('a.gif', await frames('gif', first, await plain('#fff'))), wanted, 6)
    await put(
      importing.pictures,
      'b.gif',
      await frames('gif', await plain('#fff'), await plain('#fff')),
    )
    expect(await notesOf()).toEqual({ blank: ['b.gif'] })
  })

  it('take the largest page where the first is a preview', async () => {
    const file = tiff([
      { width: 8, height: 8, bits: 8, format: 'unsigned', values: (x) => x * 30 },
      { width: 80, height: 60, bits: 8, format: 'unsigned', values: (x) => (x < 40 ? 0 : 200) },
    ])
    expectAll(await meansOf('a.tif', file).then((all) => all.slice(0, 3)), [100, 100, 100])
    expect(await notesOf()).toEqual({ page: ['a.tif'] })
    const { id } = await importing.importAll()
    const { ids } = await importing.service.columns({ datasetId: id, filter: {}, order: 'path' })
    const [image] = await importing.service.images({ ids })
    expect([image!.widthPx, image!.heightPx]).toEqual([80, 60])
  })
})

describe('values of many kinds', () => {
  const ramp = (x: number) => x / 39
  const kinds: readonly (readonly [string, Samples])[] = [
    ['fractions 0 to 1', { bits: 32, format: 'float', values: ramp }],
    ['fractions far below and above', { bits: 32, format: 'float', values: (x) => x * 1e6 - 3e7 }],
    ['no numbers', { bits: 32, format: 'float', values: (x, y) => (y === 0 ? NaN : ramp(x)) }],
    ['32 bits', { bits: 32, format: 'unsigned', values: (x) => x * 1e8 }],
    ['32 bits with a sign', { bits: 32, format: 'signed', values: (x) => x * 1000 - 20_000 }],
    ['16 bits with a sign', { bits: 16, format: 'signed', values: (x) => x * 100 }],
    ['16 bits below zero', { bits: 16, format: 'signed', values: (x) => x * 100 - 2_000 }],
    ['all 16 bits', { bits: 16, format: 'signed', values: (x) => x * 1_680 - 32_768 }],
  ]
  it.each(kinds)('%s are scaled by their range', async (_, samples) => {
    const found = await meansOf('a.tif', tiff([{ width: 40, height: 40, ...samples }]))
    expectAll(found, [127, 127, 127], 6)
    expect(await notesOf()).toEqual({ range: ['a.tif'] })
  })

  it('of 16 bits below zero in a BigTIFF are scaled like those of a TIFF', async () => {
    const samples: Samples = { bits: 16, format: 'signed', values: (x) => x * 100 - 2_000 }
    const found = await meansOf('a.tif', tiff([{ width: 40, height: 40, ...samples }], true))
    expectAll(found, [127, 127, 127], 6)
  })

  it.each([
    ['TIFF', false],
    ['BigTIFF', true],
  ])('64 bits in a %s are refused with the reason', async (_, isBig) => {
    const samples: Samples = { bits: 64, format: 'float', values: ramp }
    await put(importing.pictures, 'a.tif', tiff([{ ...size, ...samples }], isBig))
    const { report } = await importing.importAll()
    expect(report.leftOut).toMatchObject([
      { path: 'a.tif', detail: expect.stringContaining('samples have 64 bits') as string },
    ])
  })

  it('16 bits are as they are', async () => {
    const file = tiff([
      { ...size, bits: 16, format: 'unsigned', values: (x) => (x < 20 ? 0 : 25_700) },
    ])
    expectAll(await meansOf('a.tif', file), [50, 50, 50])
    expect(await notesOf()).toEqual({})
  })
})

describe('transparent pictures', () => {
  const icon = (grey: number) => {
    const data = Buffer.alloc(40 * 40 * 4, grey)
    for (let at = 0; at < 1600; at += 1) data[at * 4 + 3] = at % 40 < 20 ? 255 : 0
    return sharp(data, { raw: { ...size, channels: 4 } })
      .png()
      .toBuffer()
  }
  it('lie on white', async () => {
    expectAll(await meansOf('a.png', await icon(0)), [127, 127, 127])
    expect(await notesOf()).toEqual({})
  })
  it('lie on black where they vanish on white', async () => {
    expectAll(await meansOf('a.png', await icon(250)), [125, 125, 125])
    expect(await notesOf()).toEqual({ ground: ['a.png'] })
  })
})

it('pictures of one colour are named, and stay named while they are as they are', async () => {
  await put(
    importing.pictures,
    'a.jpg',
    await sharp(await plain('#837261'), { raw: { ...size, channels: 3 } })
      .jpeg({ quality: 40 })
      .toBuffer(),
  )
  await put(importing.pictures, 'b.png', await drawing(4).png().toBuffer())
  expect(await notesOf()).toEqual({ blank: ['a.jpg'] })
  expect(await notesOf()).toEqual({ blank: ['a.jpg'] })
})

describe('large pictures', () => {
  it('of 108 megapixels come in as JPEG, decoded smaller', async () => {
    const grey = {
      create: { width: 12_000, height: 9_000, channels: 3, background: '#808080' },
    } as const
    const file = await sharp({ ...grey, limitInputPixels: false })
      .jpeg({ quality: 50 })
      .toBuffer()
    await put(importing.pictures, 'a.jpg', file)
    const { id, report } = await importing.importAll()
    expect(report.leftOut).toEqual([])
    const { ids } = await importing.service.columns({ datasetId: id, filter: {}, order: 'path' })
    const [image] = await importing.service.images({ ids })
    expect([image!.widthPx, image!.heightPx]).toEqual([12_000, 9_000])
  })

  it('are refused by the memory they take, in our words', async () => {
    const head = Buffer.from(tiff([{ ...size, bits: 8, format: 'unsigned', values: () => 0 }]))
    // Width and height of the only page: the first two entries of its directory.
    const directory = head.readUInt32LE(4)
    head.writeUInt32LE(30_000, directory + 2 + 8)
    head.writeUInt32LE(30_000, directory + 2 + 12 + 8)
    await put(importing.pictures, 'a.tif', head)
    const { report } = await importing.importAll()
    expect(report.leftOut).toEqual([
      {
        path: 'a.tif',
        reason: 'tooLarge',
        detail: '30000 x 30000 pixels take 900 MB decoded; at most 800 MB are read.',
      },
    ])
  })
})

describe('CMYK', () => {
  /** Inks in percent, and the sRGB that Fogra39 (ISO 12647-2, coated) gives for them. */
  const inks: readonly (readonly [string, readonly number[], readonly number[]])[] = [
    ['paper', [0, 0, 0, 0], [255, 255, 255]],
    ['cyan', [100, 0, 0, 0], [0, 158, 227]],
    ['magenta', [0, 100, 0, 0], [230, 0, 126]],
    ['yellow', [0, 0, 100, 0], [255, 237, 0]],
    ['black', [0, 0, 0, 100], [29, 29, 27]],
    ['red', [0, 100, 100, 0], [227, 6, 19]],
    ['green', [100, 0, 100, 0], [0, 150, 64]],
    ['blue', [100, 100, 0, 0], [49, 39, 131]],
  ]
  it.each(inks)('without a profile is as in print: %s', async (_, percent, wanted) => {
    const file = tiff([
      {
        ...size,
        bits: 8,
        format: 'unsigned',
        inks: percent.map((of) => Math.round(of * 2.55)),
        values: () => 0,
      },
    ])
    const jpeg = await sharp(file).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
    expectAll((await meansOf('a.tif', file)).slice(0, 3), wanted, 36)
    expect((await sharp(jpeg).metadata()).space).toBe('cmyk')
    expectAll((await meansOf('b.jpg', jpeg)).slice(0, 3), wanted, 36)
  })

  it('with a profile is what the profile says', async () => {
    // Cyan prints as red, magenta as a dark grey: no other profile says so.
    const profile = inkProfile(([c, m, y, k]) => {
      if (k === 1 || c! + m! + y! > 1) return [0, 0, 0]
      return c === 1 ? [53, 80, 67] : m === 1 ? [30, 0, 0] : [100, 0, 0]
    })
    const file = (inks: readonly number[]) =>
      tiff([{ ...size, bits: 8, format: 'unsigned', inks, profile, values: () => 0 }])
    expect((await sharp(file([255, 0, 0, 0])).metadata()).hasProfile).toBe(true)
    expectAll(await meansOf('a.tif', file([255, 0, 0, 0])), [255, 0, 0], 12)
    expectAll((await meansOf('b.tif', file([0, 255, 0, 0]))).slice(0, 3), [71, 71, 71], 12)
    expectAll((await meansOf('c.tif', file([0, 0, 0, 0]))).slice(0, 3), [255, 255, 255], 6)
  })
})

describe('run-length bitmaps', () => {
  /** 8 bits a pixel, RLE; the palette is grey. */
  function runs(widthPx: number, heightPx: number, body: Buffer): Buffer {
    const head = Buffer.alloc(54 + 1024)
    head.write('BM', 0, 'latin1')
    head.writeUInt32LE(head.length, 10)
    head.writeUInt32LE(40, 14)
    head.writeInt32LE(widthPx, 18)
    head.writeInt32LE(heightPx, 22)
    head.writeUInt16LE(1, 26)
    head.writeUInt16LE(8, 28)
    head.writeUInt32LE(1, 30)
    for (let grey = 0; grey < 256; grey += 1) head.fill(grey, 54 + grey * 4, 57 + grey * 4)
    return Buffer.concat([head, body])
  }
  /** Runs of 255 that never leave the first row. */
  const bomb = (count: number) => Buffer.alloc(2 * count, Buffer.from([255, 200]))

  it('cost by their size and pixels, not by what their runs promise', async () => {
    const end = Buffer.from([0, 1])
    const rows = Buffer.from([40, 10, 0, 0, 40, 90, 0, 1])
    expectAll((await meansOf('a.bmp', runs(40, 2, rows))).slice(0, 3), [50, 50, 50])
    const started = process.cpuUsage()
    const { widthPx, heightPx } = decodeBitmap(
      runs(100, 100, Buffer.concat([bomb(4_000_000), end])),
    )
    expect([widthPx, heightPx]).toEqual([100, 100])
    const { user } = process.cpuUsage(started)
    // A thousand million steps of one pixel each take several seconds.
    expect(user / 1e6).toBeLessThan(1.5)
  })

  it('that declare more than memory may hold are refused before it is taken', async () => {
    await put(importing.pictures, 'a.bmp', runs(20_000, 20_000, Buffer.from([0, 1])))
    await put(importing.pictures, 'b.bmp', runs(20_000, -20_000, Buffer.from([0, 1])))
    const { report } = await importing.importAll()
    expect(report.leftOut.map(({ path, reason }) => [path, reason])).toEqual([
      ['a.bmp', 'tooLarge'],
      ['b.bmp', 'tooLarge'],
    ])
  })
})
