import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('train', { imagesName: 'bilder 图像' })
const { start, run } = cli

beforeAll(async () => {
  await writeFile(join(cli.images, 'broken.png'), 'not a picture')
  await writeFile(join(cli.images, 'root.png'), await plainPicture())
  await mkdir(join(cli.images, '=1+1'))
  await writeFile(join(cli.images, '=1+1', 'a, "b".png'), await plainPicture())
})

const plainPicture = () =>
  sharp({ create: { width: 40, height: 30, channels: 3, background: '#3366aa' } })
    .png()
    .toBuffer()

const quick = ['--network', 'small', '--image-size', '24', '--embedding-size', '12']

/** What metrics.json says but for what depends on the clock. */
function withoutClock(text: string): unknown {
  const {
    durationSeconds: _,
    imagesPerSecond: __,
    ...rest
  } = JSON.parse(text) as Record<string, unknown>
  return { ...rest, options: { ...(rest['options'] as object), backend: null } }
}

type Row = Readonly<Record<string, string>>
const readCsv = async (file: string): Promise<Row[]> =>
  parse(await readFile(file, 'utf8'), { columns: true }) as Row[]

/** MAP@R and P@1 of rows of embeddings.csv by the definition, with plain loops. */
function retrievalOf(rows: readonly Row[]): { mapAtR: number; precisionAt1: number } {
  const vectors = rows.map((row) =>
    Object.keys(row)
      .filter((name) => /^e\d+$/.test(name))
      .map((name) => Number(row[name])),
  )
  const norm = (v: readonly number[]) => Math.hypot(...v)
  const cosine = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, k) => sum + value * b[k]!, 0) / (norm(a) * norm(b))
  let map = 0
  let first = 0
  let queries = 0
  rows.forEach((row, q) => {
    const others = rows.map((_, i) => i).filter((i) => i !== q)
    const wanted = others.filter((i) => rows[i]!['label'] === row['label']).length
    if (wanted === 0) return
    const similarity = new Map(others.map((i) => [i, cosine(vectors[q]!, vectors[i]!)]))
    others.sort((a, b) => similarity.get(b)! - similarity.get(a)! || a - b)
    let hits = 0
    let sum = 0
    others.slice(0, wanted).forEach((i, k) => {
      if (rows[i]!['label'] !== row['label']) return
      hits++
      sum += hits / (k + 1)
    })
    map += sum / wanted
    first += rows[others[0]!]!['label'] === row['label'] ? 1 : 0
    queries++
  })
  return { mapAtR: map / queries, precisionAt1: first / queries }
}

describe('headless train', () => {
  it('writes every file, and its metrics can be recomputed from them', async () => {
    // Inside the folder of images: the second import must not see the results of the first.
    const out = join(cli.images, 'results')
    const args = [
      ...['train', cli.images, ...quick, '--steps', '25', '--seed', '4'],
      ...['--out', out, '--json'],
    ]
    const { code, out: text, error } = await run(...args)
    expect(error).not.toContain('    at ')
    expect(code, error).toBe(0)
    const metrics = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8')) as {
      version: string
      seed: number
      before: { mapAtR: number }
      after: { mapAtR: number; precisionAt1: number }
      epochs: unknown[]
    }
    expect(JSON.parse(text)).toMatchObject({ seed: 4, after: metrics.after })
    expect(metrics.version).toMatch(/^\d+\.\d+\.\d+/)
    expect(metrics.epochs.length).toBeGreaterThan(0)

    const embeddings = await readCsv(join(out, 'embeddings.csv'))
    const header = (await readFile(join(out, 'embeddings.csv'), 'utf8')).split(/\r?\n/, 1)[0]!
    expect(header.split(',')).toEqual([
      'image',
      'label',
      'split',
      ...Array.from({ length: 12 }, (_, k) => `e${k}`),
    ])
    expect(embeddings).toHaveLength(82)
    const names = embeddings.map((row) => row['image']!)
    expect(names).toContain('root.png')
    expect(names.some((name) => name.endsWith('a, "b".png'))).toBe(true)
    expect(embeddings.find((row) => row['image'] === 'root.png')).toMatchObject({
      label: '',
      split: 'none',
    })
    for (const row of embeddings) expect(row['label']).not.toMatch(/^[=+\-@]/)
    const test = embeddings.filter((row) => row['split'] === 'test')
    const recomputed = retrievalOf(test)
    expect(recomputed.mapAtR).toBeCloseTo(metrics.after.mapAtR, 4)
    expect(recomputed.precisionAt1).toBeCloseTo(metrics.after.precisionAt1, 4)

    const triplets = await readCsv(join(out, 'triplets.csv'))
    expect(Object.keys(triplets[0]!)).toEqual([
      'epoch',
      'step',
      'anchor',
      'positive',
      'negative',
      'd_ap',
      'd_an',
      'loss',
    ])
    const labelOf = new Map(embeddings.map((row) => [row['image'], row['label']]))
    for (const row of triplets.slice(0, 30)) {
      expect(labelOf.get(row['anchor'])).toBe(labelOf.get(row['positive']))
      expect(labelOf.get(row['anchor'])).not.toBe(labelOf.get(row['negative']))
      expect(labelOf.has(row['negative'])).toBe(true)
    }
    const perClass = await readCsv(join(out, 'perClass.csv'))
    expect(new Set(perClass.map((row) => row['label']))).toEqual(
      new Set(test.map((row) => row['label'])),
    )
    expect(perClass.reduce((sum, row) => sum + Number(row['images']), 0)).toBe(test.length)
    const confusion = await readCsv(join(out, 'confusion.csv'))
    for (const row of confusion) expect(row['label']).not.toBe(row['predicted'])
    const map = await readCsv(join(out, 'map.csv'))
    expect(Object.keys(map[0]!)).toEqual(['image', 'label', 'x', 'y'])
    expect(map).toHaveLength(82)
    const picture = await sharp(join(out, 'map.png')).stats()
    expect(picture.entropy).toBeGreaterThan(0.01)
    const report = JSON.parse(await readFile(join(out, 'import-report.json'), 'utf8')) as {
      leftOut: { path: string; reason: string }[]
    }
    expect(report.leftOut).toEqual([expect.objectContaining({ path: 'broken.png' })])
    expect((await readdir(join(out, 'model'))).sort()).toEqual([
      ...['manifest.json', 'prediction.json'],
      ...['references.f32', 'references.json', 'references.u32', 'weights.bin'],
    ])

    const table = join(cli.folder, 'again.csv')
    const embed = await run('embed', cli.images, '--model', join(out, 'model'), '--out', table)
    expect(embed.code, embed.error).toBe(0)
    const again = new Map((await readCsv(table)).map((row) => [row['image'], row]))
    // The picture of the map lies in the folder now, and is no image of it.
    expect(again.size).toBe(82)
    for (const row of embeddings.slice(0, 20)) {
      expect(Number(again.get(row['image'])!['e0'])).toBeCloseTo(Number(row['e0']), 4)
    }
    await rm(out, { recursive: true })
  })

  it('trains the same again from a run file, all numbers alike', async () => {
    const [first, second] = [join(cli.folder, 'first'), join(cli.folder, 'second')]
    const one = await run('train', cli.images, ...quick, '--steps', '25', '--out', first)
    expect(one.code, one.error).toBe(0)
    const file = join(first, 'run.json')
    const other = await run('train', cli.images, '--run-file', file, '--out', second)
    expect(other.code, other.error).toBe(0)
    const text = async (place: string, name: string) => readFile(join(place, name), 'utf8')
    expect(withoutClock(await text(second, 'metrics.json'))).toEqual(
      withoutClock(await text(first, 'metrics.json')),
    )
    for (const name of ['run.json', 'embeddings.csv', 'triplets.csv', 'perClass.csv']) {
      expect(await text(second, name)).toBe(await text(first, name))
    }
  })

  it('ends with 130 when it is interrupted, and keeps what was finished', async () => {
    const out = join(cli.folder, 'cancelled')
    const { child, ended } = start([
      ...['train', cli.images, ...quick, '--steps', '1000000', '--out', out],
    ])
    let seen = ''
    await new Promise<void>((resolve) => {
      child.stderr.on('data', (data) => {
        seen += String(data)
        if (seen.includes('Training: step')) resolve()
      })
      child.on('close', () => resolve())
    })
    child.kill('SIGINT')
    const { code, error } = await ended
    expect(code, error).toBe(130)
    expect(error).toContain('Cancelling; what is finished is kept. Once more ends at once.')
    expect(existsSync(join(out, 'embeddings.csv'))).toBe(true)
    expect(JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8'))).toMatchObject({
      status: 'cancelled',
    })
  })

  it.each([
    [['train', '.', '--out', 'x', '--epoch', '3'], 2, 'Did you mean --epochs?'],
    [['train', './no such folder', '--out', 'x'], 2, 'There is no folder'],
    [['train', '.', '--out', 'x', '--loss', 'triplt'], 2, 'Did you mean triplet?'],
    [['train', '.', '--out', 'x', '--proxy-start', 'random'], 2, 'representatives of labels'],
    [['train', '.', '--out', 'x', '--run-file', 'package.json'], 2, 'is not a run file'],
    [['train', '.', '--out', 'x', '--run-file', 'nowhere.json'], 2, 'cannot be read'],
    [['embed', '.', '--model', '.', '--out', 'x.csv'], 2, 'holds no model'],
    [['frobnicate'], 2, 'There is no command'],
  ] as const)('refuses %j', async (args, expected, part) => {
    const { code, error, out } = await run(...args)
    expect(code).toBe(expected)
    expect(error).toContain(part)
    expect(error).not.toContain('    at ')
    expect(out).toBe('')
  })

  it('says what is needed where nothing can be learned, with exit code 1', async () => {
    const empty = join(cli.folder, 'empty')
    await mkdir(empty)
    const nothing = await run('train', empty, '--out', join(cli.folder, 'nothing'))
    expect(nothing.code).toBe(1)
    expect(nothing.error).toContain('There are no images')
    const one = join(cli.folder, 'one')
    await mkdir(join(one, 'only'), { recursive: true })
    await writeFile(join(one, 'only', 'a.png'), await plainPicture())
    const single = await run('train', one, '--out', join(cli.folder, 'nothing'))
    expect(single.code).toBe(1)
    expect(single.error).toContain('at least two')
  })

  it('prints help and version', async () => {
    const help = await run('help')
    expect(help.code).toBe(0)
    expect(help.out).toContain('--embedding-size')
    expect(help.out).toContain('supCon')
    const version = await run('version', '--json')
    expect(JSON.parse(version.out)).toEqual({ version: expect.stringMatching(/^\d/) as string })
  })
})
