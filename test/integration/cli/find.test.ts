import { copyFile, mkdir, readdir, writeFile } from 'node:fs/promises'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parse } from 'csv-parse/sync'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../src/core/math/random'
import { findingKinds } from '../../../src/shared/model/findings'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('find', { labels: 0 })
const place = (name: string) => join(cli.folder, name)
const sample = resolve(import.meta.dirname, '../../../resources/sample')
const findIn = (folder: string, ...rest: string[]) =>
  cli.run('find', place(folder), '--out', place(`${folder}-out`), '--backend', 'wasm', ...rest)

type Row = Record<
  'kind' | 'image' | 'label' | 'suggestion' | 'score' | 'group' | 'evidence',
  string
>
const rowsOf = (folder: string): Row[] =>
  parse(readFileSync(join(place(`${folder}-out`), 'findings.csv')), { columns: true })

async function drawingsOf(label: string): Promise<string[]> {
  return (await readdir(join(sample, label))).sort()
}
const labelsOf = async () =>
  (await readdir(sample, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()

/** The sample with 5 % of the labels flipped at random. @returns paths of those */
async function plantFlips(folder: string): Promise<ReadonlySet<string>> {
  const random = createRandom('flips')
  const labels = await labelsOf()
  const images: { label: string; name: string }[] = []
  for (const label of labels) {
    await mkdir(join(folder, label), { recursive: true })
    for (const name of await drawingsOf(label)) images.push({ label, name })
  }
  const order = random.shuffle(Uint32Array.from(images.keys()))
  const flipped = new Set(order.subarray(0, Math.round(0.05 * images.length)))
  const paths = new Set<string>()
  for (const [at, { label, name }] of images.entries()) {
    const others = labels.filter((other) => other !== label)
    const given = flipped.has(at) ? others[random.integer(others.length)]! : label
    const path = `${given}/${label}-${name}`
    if (flipped.has(at)) paths.add(path)
    await copyFile(join(sample, label, name), join(folder, path))
  }
  return paths
}

/** Another file of a picture: what is done to it, and what it is called. */
const changes: Readonly<Record<string, (file: string, to: string) => Promise<unknown>>> = {
  ...Object.fromEntries(
    [40, 70, 95].map((quality) => [
      `q${quality}.jpg`,
      (file: string, to: string) =>
        sharp(file).flatten({ background: '#fff' }).jpeg({ quality }).toFile(to),
    ]),
  ),
  'crop.png': async (file, to) => {
    const { width = 0, height = 0 } = await sharp(file).metadata()
    const [left, top] = [Math.round(0.03 * width), Math.round(0.03 * height)]
    const rest = { left, top, width: width - left, height: height - top }
    await sharp(file).extract(rest).png().toFile(to)
  },
  'large.png': async (file, to) => {
    const { width = 0 } = await sharp(file).metadata()
    await sharp(file)
      .resize(2 * width)
      .png()
      .toFile(to)
  },
  'turned.jpg': (file, to) =>
    sharp(file)
      .flatten({ background: '#fff' })
      .rotate(90)
      .withMetadata({ orientation: 8 })
      .jpeg({ quality: 90 })
      .toFile(to),
}

describe('find', () => {
  it('puts four of five flipped labels into the first 8 % of the list', async () => {
    const flipped = await plantFlips(place('flipped'))
    const { code, error } = await findIn('flipped', '--kinds', 'mislabel')
    expect(code, error).toBe(0)
    const rows = rowsOf('flipped')
    const first = rows.slice(0, Math.floor(0.08 * 320))
    const found = first.filter(({ image }) => flipped.has(image))
    expect(flipped.size).toBe(16)
    expect(found.length / flipped.size).toBeGreaterThanOrEqual(0.8)
    for (const { image, label, suggestion, evidence } of rows) {
      expect(label).toBe(image.split('/')[0])
      expect(suggestion).not.toBe(label)
      expect(evidence).toMatch(/^\d+ % of 10 neighbours/)
    }
    // Of those that were flipped most get their own label back.
    const right = found.filter(({ image, suggestion }) =>
      image.split('/')[1]!.startsWith(`${suggestion}-`),
    )
    expect(right.length / found.length).toBeGreaterThan(0.6)
  })

  it('finds the copies of pictures, on one side or two, and joins no two drawings', async () => {
    const drawn = new Map<string, string>()
    for (const [at, label] of (await labelsOf()).entries()) {
      const [side, other] = at % 2 === 0 ? ['train', 'test'] : ['train', 'train']
      for (const folder of ['train', 'test']) {
        await mkdir(join(place('copies'), folder, label), { recursive: true })
      }
      for (const [i, name] of (await drawingsOf(label)).entries()) {
        const path = `${side}/${label}/${name}`
        await copyFile(join(sample, label, name), join(place('copies'), path))
        drawn.set(path, path)
        if (i !== at % 8) continue
        for (const [ending, change] of Object.entries(changes)) {
          const copy = `${other}/${label}/${name}.${ending}`
          await change(join(sample, label, name), join(place('copies'), copy))
          drawn.set(copy, path)
        }
        await copyFile(join(sample, label, name), join(place('copies'), `${path}.again.png`))
        drawn.set(`${path}.again.png`, path)
      }
    }
    await writeFile(join(place('copies'), 'train', 'broken.png'), 'not a picture')
    const kinds = 'identical,samePicture,leak'
    const { code, error, out } = await findIn('copies', '--kinds', kinds, '--json')
    expect(code, error).toBe(0)
    const { counts } = JSON.parse(out) as { counts: Record<string, number> }
    const rows = rowsOf('copies')
    expect(rows).toHaveLength(Object.values(counts).reduce((sum, one) => sum + one, 0))
    expect(counts['identical']).toBe(2 * 40)
    const groups = new Map<string, string[]>()
    for (const { kind, image, group } of rows) {
      if (kind === 'samePicture') groups.set(group, [...(groups.get(group) ?? []), image])
    }
    for (const members of groups.values()) {
      expect(new Set(members.map((image) => drawn.get(image))).size, members.join()).toBe(1)
    }
    const inGroup = new Map([...groups].flatMap(([group, own]) => own.map((one) => [one, group])))
    const pairs = [...drawn].filter(([copy, path]) => copy !== path)
    const found = pairs.filter(
      ([copy, path]) => inGroup.get(copy) !== undefined && inGroup.get(copy) === inGroup.get(path),
    )
    expect(pairs).toHaveLength(7 * 40)
    expect(found.length / pairs.length).toBeGreaterThanOrEqual(0.99)
    // Copies of every second drawing stand on the other side.
    const leaks = new Set(rows.filter(({ kind }) => kind === 'leak').map(({ group }) => group))
    expect(leaks.size).toBe(20)
    const report = readFileSync(join(place('copies-out'), 'import-report.json'), 'utf8')
    expect(report).toContain('train/broken.png')
  })

  it('measures pictures without labels, and says which lists it cannot make', async () => {
    await mkdir(place('loose'))
    const draw = (name: string, color: string, width = 64, height = 64) =>
      sharp({ create: { width, height, channels: 3, background: color } })
        .png()
        .toFile(join(place('loose'), name))
    await draw('=dark.png', '#000')
    await draw('light.png', '#fff')
    await draw('narrow.png', '#777', 200, 20)
    const { code, error, out } = await findIn('loose')
    expect(code, error).toBe(0)
    const of = (kind: string) => rowsOf('loose').filter((row) => row.kind === kind)
    // Names that a spreadsheet would run are guarded.
    expect(of('dark').map(({ image }) => image)).toEqual(["'=dark.png"])
    expect(of('light').map(({ image }) => image)).toEqual(['light.png'])
    expect(of('oddShape').map(({ image }) => image)).toEqual(['narrow.png'])
    expect(of('blank')).toHaveLength(3)
    for (const kind of ['mislabel', 'overlap', 'tooFew', 'labelName']) {
      expect(out).toContain(`No list of ${kind}: no image has a label.`)
    }
  })

  it('leaves the lists of before where it is cancelled', async () => {
    const file = join(place('loose-out'), 'findings.csv')
    const before = readFileSync(file, 'utf8')
    const { child, ended, whenSaid } = cli.start([
      'find',
      place('loose'),
      '--out',
      place('loose-out'),
      '--backend',
      'wasm',
      '--at-least',
      '9',
    ])
    await whenSaid('Importing images')
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    expect(readFileSync(file, 'utf8')).toBe(before)
  })

  it('refuses a kind that there is not, before any work', async () => {
    await mkdir(place('none'))
    const { code, error } = await findIn('none', '--kinds', 'mislabel,fuzzy')
    expect(code).toBe(2)
    expect(error).toContain('"fuzzy"')
    for (const kind of findingKinds) expect(error).toContain(kind)
    expect(existsSync(place('none-out'))).toBe(false)
    const empty = await findIn('none')
    expect(empty.code).toBe(1)
    expect(empty.error).toContain('no images')
  })
})
