import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('degenerate', { labels: 0 })
const { run } = cli

type Channels = readonly [number, number, number]
const sidePx = 24
const png = (data: Uint8Array, channels: 3 | 4 = 3, side = sidePx): Promise<Buffer> =>
  sharp(data, { raw: { width: side, height: side, channels } })
    .png()
    .toBuffer()
const plain = (color: Channels, side = sidePx) =>
  png(
    Uint8Array.from({ length: 3 * side * side }, (_, i) => color[i % 3]!),
    3,
    side,
  )
const grey = (level: number) => plain([level, level, level])
/** Its own picture for each number: patches of many colours. */
const patches = (seed: number) =>
  png(
    Uint8Array.from({ length: 3 * sidePx ** 2 }, (_, i) => {
      const pixel = Math.floor(i / 3)
      const patch = 4 * Math.floor(pixel / sidePx / 6) + Math.floor((pixel % sidePx) / 6)
      return (97 * (patch + 1) * (seed + 3) + 53 * (i % 3) * (patch + seed)) % 256
    }),
  )
/** A drawing of one level behind which all is transparent. */
const onTransparent = (level: number) => (image: number) =>
  png(
    Uint8Array.from({ length: 4 * sidePx ** 2 }, (_, i) => {
      const pixel = Math.floor(i / 4)
      const isInk = pixel % sidePx < 4 + 3 * image && pixel / sidePx < 16 - 2 * image
      return i % 4 < 3 ? level : isInk ? 255 : 0
    }),
    4,
  )
const withOnePixel = (image: number) => {
  const data = new Uint8Array(3 * sidePx ** 2).fill(90)
  data[3 * (37 * image + 5)] = 200
  return png(data)
}
const gradient = (image: number) =>
  png(
    Uint8Array.from({ length: 3 * sidePx ** 2 }, (_, i) =>
      Math.min(255, (Math.floor(i / 3) % sidePx) * (4 + image)),
    ),
  )
const grey16 = (image: number) =>
  sharp(
    Uint16Array.from({ length: sidePx ** 2 }, (_, i) => 30_000 + 40 * ((i * (image + 1)) % 97)),
    { raw: { width: sidePx, height: sidePx, channels: 1 } },
  )
    .toColourspace('grey16')
    .png()
    .toBuffer()

type Pictures = Readonly<Record<string, Buffer>>
const labelNames = ['a', 'b', 'c', 'd']
/** `each` pictures in each of some labels; `image` counts through all of them. */
async function labelled(
  labels: readonly string[],
  each: number | ((label: number) => number),
  draw: (label: number, within: number, image: number) => Promise<Buffer>,
): Promise<Pictures> {
  const pictures: Record<string, Buffer> = {}
  let image = 0
  for (const [at, label] of labels.entries()) {
    const count = typeof each === 'number' ? each : each(at)
    for (let i = 0; i < count; i++) pictures[`${label}/${i}.png`] = await draw(at, i, image++)
  }
  return pictures
}

interface Case {
  readonly name: string
  readonly make: () => Promise<Pictures>
  readonly code: number
  /** What the program says of the set. */
  readonly says: string
  /** Beside the ones that make it quick. */
  readonly args?: readonly string[]
  /** Whether the folder is embedded with the model, too. */
  readonly embeds?: true
}

const broken = Buffer.from('not a picture')
const cases: readonly Case[] = [
  {
    name: 'equal grey pictures',
    make: () => labelled(labelNames, 4, () => grey(128)),
    code: 1,
    says: 'All 16 labelled images are copies of one file',
  },
  {
    name: 'the same pixels in files that differ',
    make: async () => {
      const data = new Uint8Array(3 * sidePx ** 2).fill(128)
      const raw = { raw: { width: sidePx, height: sidePx, channels: 3 } } as const
      return labelled(labelNames.slice(0, 2), 4, (_, __, image) =>
        sharp(data, raw)
          .png({ compressionLevel: image })
          .withExif({ IFD0: { Copyright: `${image}` } })
          .toBuffer(),
      )
    },
    code: 1,
    says: 'have the same features',
  },
  {
    name: 'one colour a picture',
    make: () => labelled(labelNames, 4, (label, i) => plain([60 * label, 60 * i, 90])),
    code: 0,
    says: 'features are the same in all images to train on',
  },
  {
    name: 'one colour a label',
    make: () => labelled(labelNames, 4, (label) => plain([60 * label, 255 - 60 * label, 90])),
    code: 0,
    says: 'each of the 4 labels with several images holds copies of one picture',
    embeds: true,
  },
  {
    name: 'copies within each label',
    make: () => labelled(labelNames, 4, (label) => patches(label)),
    code: 0,
    says: 'there is nothing to test on',
  },
  {
    name: 'copies within each of many labels',
    make: () => labelled(Array.from('abcdefghij'), 2, (label) => patches(label)),
    code: 0,
    says: 'each of the 10 labels with several images holds copies of one picture',
  },
  {
    name: 'the same pictures under two labels',
    make: () => labelled(['a', 'b'], 4, (_, i) => patches(i)),
    code: 0,
    says: 'the labels "a" and "b" hold the same 4 pictures',
    embeds: true,
  },
  {
    name: 'white on transparent',
    make: () => labelled(['a', 'b'], 4, (_, __, image) => onTransparent(255)(image)),
    code: 0,
    says: 'transparent',
    embeds: true,
  },
  {
    name: 'black on transparent',
    make: () => labelled(['a', 'b'], 4, (_, __, image) => onTransparent(0)(image)),
    code: 0,
    says: '8 images, 2 labels',
  },
  {
    name: 'one pixel in all',
    make: () => labelled(labelNames, 4, (_, __, image) => plain([15 * image, 99, 9], 1)),
    code: 0,
    says: '16 images, 4 labels',
  },
  {
    name: 'one pixel apart',
    make: () => labelled(labelNames, 4, (_, __, image) => withOnePixel(image)),
    code: 0,
    says: '16 images, 4 labels',
  },
  {
    name: 'gradients',
    make: () => labelled(labelNames, 4, (_, __, image) => gradient(image)),
    code: 0,
    says: '16 images, 4 labels',
  },
  {
    name: 'grey of 16 bits',
    make: () => labelled(labelNames, 4, (_, __, image) => grey16(image)),
    code: 0,
    says: '16 images, 4 labels',
  },
  {
    name: 'one label',
    make: () => labelled(['a'], 6, (_, i) => patches(i)),
    code: 1,
    says: 'All labelled images have the same label',
  },
  {
    name: 'one image a label',
    make: () => labelled(labelNames, 1, (label) => patches(label)),
    code: 1,
    says: 'No label has two images to train on',
  },
  {
    name: 'two labels of two images',
    make: () => labelled(['a', 'b'], 2, (_, __, image) => patches(image)),
    code: 0,
    says: 'no test part',
  },
  {
    name: 'a label of many images, others of one',
    make: () =>
      labelled(
        labelNames,
        (label) => (label === 0 ? 20 : 1),
        (_, __, image) => patches(image),
      ),
    code: 0,
    says: '23 images, 4 labels',
  },
  {
    name: 'no label at all',
    make: async () => ({ '0.png': await patches(0), '1.png': await patches(1) }),
    code: 1,
    says: 'None of the images has a label',
  },
  {
    name: 'one image',
    make: () => labelled(['a'], 1, () => patches(0)),
    code: 1,
    says: 'at least two',
  },
  { name: 'nothing', make: async () => ({}), code: 1, says: 'There are no images' },
  {
    name: 'nothing that can be read',
    make: () => labelled(['a', 'b'], 3, () => Promise.resolve(broken)),
    code: 1,
    says: 'There are no images',
  },
  {
    name: 'one that can be read among others that cannot',
    make: () =>
      labelled(['a', 'b'], 2, (_, __, image) =>
        image === 0 ? patches(0) : Promise.resolve(broken),
      ),
    code: 1,
    says: 'at least two',
  },
  {
    name: 'a test by image without two images of a label',
    make: () => labelled(['a', 'b'], 3, (_, __, image) => patches(image)),
    args: ['--split', 'byImage', '--run-file', 'shuffled.json'],
    code: 0,
    says: '6 images, 2 labels',
  },
]

const quick = ['--features', 'conv10', '--embedding-size', '12', '--steps', '20']

/** Every file below a folder. */
async function filesOf(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

const packed = /\.(f32|bin)$/
/** No number of any file is NaN or infinite, in whatever form it is written. */
async function expectFinite(root: string): Promise<readonly string[]> {
  const files = await filesOf(root)
  for (const file of files) {
    const bytes = await readFile(file)
    if (packed.test(file)) {
      const numbers = new Float32Array(Uint8Array.from(bytes).buffer)
      expect(
        numbers.findIndex((value) => !Number.isFinite(value)),
        file,
      ).toBe(-1)
    } else if (file.endsWith('.csv')) {
      for (const [i, row] of (parse(bytes) as string[][]).entries()) {
        for (const cell of row)
          expect(cell, `${file}, row ${i}`).not.toMatch(/^[-+]?(nan|inf(inity)?)$/i)
      }
    } else if (/\.jsonl?$|journal/.test(file)) {
      expect(bytes.toString('utf8'), file).not.toMatch(/:\s*-?(NaN|Infinity)/)
    }
  }
  return files
}

interface Figures {
  readonly queries: number
  readonly precisionAt1: number | null
  readonly rPrecision: number | null
  readonly mapAtR: number | null
  readonly mapAtRLow?: number | null
}

/** Figures are there where there were queries, and nowhere else. */
function expectMeasured(figures: Figures | null): void {
  if (figures === null) return
  const { queries, precisionAt1, rPrecision, mapAtR, mapAtRLow = null } = figures
  for (const value of [precisionAt1, rPrecision, mapAtR, mapAtRLow]) {
    if (queries === 0) expect(value).toBeNull()
    else expect(value).toBeTypeOf('number')
  }
}

async function expectResults(out: string): Promise<Figures> {
  const metrics = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8')) as {
    readonly before: Figures
    readonly closedForm: Figures | null
    readonly after: Figures
    readonly epochs: readonly Omit<Figures, 'queries'>[]
  }
  const { before, closedForm, after, epochs } = metrics
  for (const figures of [before, closedForm, after]) expectMeasured(figures)
  expect(epochs.length).toBeGreaterThan(0)
  for (const { mapAtR } of epochs) expect(mapAtR === null).toBe(after.queries === 0)
  const rows = parse(await readFile(join(out, 'perClass.csv')), { columns: true }) as Record<
    string,
    string
  >[]
  for (const row of rows) {
    const isAsked = Number(row['images']) > 1
    for (const name of ['mapAtR', 'precisionAt1', 'rPrecision']) {
      expect(row[name] !== '', `${name} of ${row['label']}`).toBe(isAsked)
    }
  }
  return after
}

describe.each(cases)('$name', ({ name, make, code, says, args = [], embeds = false }) => {
  it('trains to finite figures, or says what is wrong with the set', async () => {
    const place = join(cli.folder, name)
    const images = join(place, 'images')
    const out = join(place, 'out')
    await mkdir(images, { recursive: true })
    for (const [path, bytes] of Object.entries(await make())) {
      await mkdir(dirname(join(images, path)), { recursive: true })
      await writeFile(join(images, path), bytes)
    }
    const shuffled = join(place, 'shuffled.json')
    await writeFile(shuffled, JSON.stringify({ splitBy: 'shuffle', splitSeed: 1, testShare: 0.34 }))
    const given = args.map((arg) => (arg === 'shuffled.json' ? shuffled : arg))
    const trained = await run('train', images, '--out', out, ...quick, ...given)
    const told = `${trained.error}\n${trained.out}`
    expect(told).toContain(says)
    expect(told).not.toMatch(/NaN|Infinity|not positive definite|converge/)
    expect(trained.code, told).toBe(code)
    const files = await expectFinite(place)
    if (code !== 0) {
      expect(
        trained.error.split('\n').filter((line) => line.startsWith('semblance: ')),
      ).toHaveLength(1)
      expect(files.filter((file) => packed.test(file))).toEqual([])
      return
    }
    const after = await expectResults(out)
    if (after.queries === 0) {
      expect(trained.out).toMatch(/kept +P@1 –|after +P@1 –/)
      expect(trained.out).not.toContain('0.000')
    }
    if (!embeds) return
    const table = join(place, 'embedded.csv')
    const embedded = await run('embed', images, '--model', join(out, 'model'), '--out', table)
    expect(embedded.code, embedded.error).toBe(0)
    await expectFinite(place)
  }, 600_000)
})

describe('a sweep', () => {
  it.each([
    ['copies within each label', 0, 'nothing to test on'],
    ['the same pixels in files that differ', 1, 'have the same features'],
    ['one colour a picture', 0, 'features are the same in all images to train on'],
  ] as const)(
    'of %s writes no figure that is none',
    async (name, code, says) => {
      const place = join(cli.folder, name)
      const out = join(place, 'sweep')
      const swept = await run(
        ...[
          'sweep',
          join(place, 'images'),
          '--out',
          out,
          '--losses',
          'triplet,contrastive',
          ...quick,
        ],
      )
      expect(`${swept.error}\n${swept.out}`).toContain(says)
      expect(swept.code, swept.error).toBe(code)
      await expectFinite(place)
      if (code !== 0) return
      const { warnings } = JSON.parse(await readFile(join(out, 'sweep.json'), 'utf8')) as {
        readonly warnings: readonly { readonly kind: string }[]
      }
      const kinds = warnings.map(({ kind }) => kind)
      expect(kinds.includes('constantFeatures')).toBe(says.startsWith('features'))
      const rows = parse(await readFile(join(out, 'sweep.csv')), { columns: true }) as Record<
        string,
        string
      >[]
      expect(rows).toHaveLength(2)
      for (const row of rows) expect(row['mapAtR']).not.toBe('')
    },
    600_000,
  )
})
