import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { keepUnseen } from '../../../src/core/evaluation/keptUnseen'
import { findNearDuplicates } from '../../../src/main/dataset/nearDuplicates'
import { readTrainingImages } from '../../../src/main/training/trainingImages'
import { useImporting } from './importing'
import { put } from './pictures'

const importing = useImporting()
const sample = join(process.cwd(), 'resources/sample')

/** Pictures of the sample: label and file of each. */
async function drawings(labels: number): Promise<readonly (readonly [string, string])[]> {
  const folders = (await readdir(sample, { withFileTypes: true })).filter((one) =>
    one.isDirectory(),
  )
  const lists = await Promise.all(
    folders
      .slice(0, labels)
      .map(async ({ name }) =>
        (await readdir(join(sample, name))).map((file) => [name, file] as const),
      ),
  )
  return lists.flat()
}
const read = (label: string, file: string) =>
  readFile(join(sample, label, file)).then((bytes) => sharp(bytes).flatten({ background: '#fff' }))

async function groups() {
  const { id, report } = await importing.importAll()
  const { store } = importing.temporary
  const training = await readTrainingImages(store, id, importing.pictures)
  const rows = await store.images.trainingRows(id)
  const contentOf = new Map(rows.relativePaths.map((path, at) => [path, training.contents[at]!]))
  return { report, training, contentOf }
}

describe('copies that were scaled or encoded again', () => {
  it('show the same as their original, and other pictures do not', async () => {
    const { pictures } = importing
    const all = await drawings(12)
    for (const [label, file] of all) {
      await put(pictures, `${label}/${file}`, await (await read(label, file)).png().toBuffer())
    }
    const copied = all.filter((_, at) => at % 6 === 0)
    for (const [at, [label, file]] of copied.entries()) {
      const picture = await read(label, file)
      const copy = at % 2 === 0 ? picture.jpeg({ quality: 60 }) : picture.resize(80).png()
      await put(pictures, `${label}/copy-${file}`, await copy.toBuffer())
    }
    const { report, training, contentOf } = await groups()
    const found = copied.filter(
      ([label, file]) =>
        contentOf.get(`${label}/${file}`) === contentOf.get(`${label}/copy-${file}`),
    )
    expect(found.length / copied.length).toBeGreaterThan(0.9)
    expect(report.duplicates).toBe(0)
    const { store } = importing.temporary
    const listed = await findNearDuplicates(store, report.datasetId)
    const paths = new Map(
      (
        await store.images.summaries(Uint32Array.from(listed.groups.flatMap((g) => g.imageIds)))
      ).map((image) => [image.id, image.relativePath]),
    )
    for (const [label, file] of found) {
      const own = listed.groups.find(({ imageIds }) =>
        imageIds.some((image) => paths.get(image) === `${label}/${file}`),
      )
      expect(own?.imageIds.map((image) => paths.get(image))).toContain(`${label}/copy-${file}`)
    }
    expect(listed.groupTotal).toBe(listed.groups.length)
    expect(report.nearDuplicates).toBeGreaterThanOrEqual(found.length)
    // Of different drawings only those that one maker drew in two styles.
    expect(report.nearDuplicates).toBeLessThan(found.length + 6)
    const { labels, labelKeys, contents } = training
    const kept = keepUnseen({
      kind: 'byImage',
      labels,
      labelKeys,
      contents,
      testShare: 0.3,
      seed: 1,
    })
    const sides = new Map<string, Set<number>>()
    kept.parts.forEach((part, at) => {
      if (part === 0) return
      sides.set(contents[at]!, (sides.get(contents[at]!) ?? new Set()).add(part))
    })
    expect([...sides.values()].filter((parts) => parts.size > 1)).toEqual([])
  })

  it('are told from one scene with something in another place', async () => {
    const { pictures } = importing
    const size = { width: 96, height: 96 }
    for (let at = 0; at < 24; at += 1) {
      // A fixed camera: the same noise and light, and a small part in one of two places.
      const data = Buffer.alloc(96 * 96 * 3)
      for (let i = 0; i < 96 * 96; i += 1) {
        const [x, y] = [i % 96, Math.floor(i / 96)]
        const isPart = Math.hypot(x - (at % 2 === 0 ? 30 : 36), y - 40 - (at >> 1)) < 4
        const value = isPart ? 230 : 100 + 60 * Math.sin(x / 9) + 40 * Math.cos(y / 13)
        data.fill(Math.round(value), i * 3, i * 3 + 3)
      }
      const scene = sharp(data, { raw: { ...size, channels: 3 } })
      await put(
        pictures,
        `${at % 2 === 0 ? 'good' : 'bad'}/${at}.png`,
        await scene.png().toBuffer(),
      )
    }
    const { contentOf } = await groups()
    const of = (label: string) =>
      [...contentOf].flatMap(([path, content]) => (path.startsWith(label) ? [content] : []))
    const good = new Set(of('good'))
    expect(of('bad').filter((content) => good.has(content))).toEqual([])
    // Neighbours of one label, a step of one pixel apart, may go together; not all of them.
    expect(good.size).toBeGreaterThan(4)
  })
})
