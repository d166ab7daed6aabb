import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('prediction', { labels: 10 })
const place = (name: string) => join(cli.folder, name)
const rowsOf = (file: string) => {
  const [header, ...lines] = readFileSync(place(file), 'utf8').trimEnd().split('\r\n')
  const names = header!.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((name, at) => [name, cells[at] ?? '']))
  })
}
const model = () => place('run/model')
const predict = (...rest: string[]) => cli.run('predict', ...rest, '--backend', 'wasm')

let trained = ''
beforeAll(async () => {
  const { code, error, out } = await cli.run(
    ...['train', cli.images, '--out', place('run'), '--backend', 'wasm', '--steps', '8'],
  )
  expect(code, error).toBe(0)
  trained = out
})

describe('predict', () => {
  it('follows a training that says how well it does', async () => {
    expect(trained).toMatch(/Prediction by .*accuracy [\d.]+.*AUROC of unknown against known/)
    const { prediction } = JSON.parse(readFileSync(place('run/metrics.json'), 'utf8')) as {
      prediction: object | null
    }
    expect(prediction).not.toBeNull()
    expect(await readdir(model())).toEqual(
      expect.arrayContaining(['prediction.json', 'references.f32', 'references.u32']),
    )
  })

  it('names the label of each image, how sure that is, and the images that are nearest', async () => {
    const { code, error } = await predict(
      ...[cli.images, '--model', model(), '--k', '3', '--out', place('all.csv')],
    )
    expect(code, error).toBe(0)
    const rows = rowsOf('all.csv')
    expect(Object.keys(rows[0]!)).toEqual([
      ...['image', 'label', 'confidence', 'distance', 'known'],
      ...[1, 2, 3].flatMap((n) => [`n${n}`, `n${n}Label`, `n${n}Distance`]),
    ])
    expect(rows.length).toBeGreaterThan(70)
    for (const row of rows) {
      expect(['0', '1']).toContain(row['known'])
      const confidence = Number(row['confidence'])
      expect(confidence).toBeGreaterThanOrEqual(0)
      expect(confidence).toBeLessThanOrEqual(1)
      // Each is among the references itself.
      expect(Number(row['n1Distance'])).toBeCloseTo(0, 3)
      expect(row['n1Label']).toBe(row['n1']!.split('/')[0])
    }
    // The more unknown images may be taken for known, the more known ones are.
    const known = (file: string) => rowsOf(file).filter((row) => row['known'] === '1').length
    const wide = await predict(
      ...[cli.images, '--model', model(), '--false-accept', '1', '--out', place('wide.csv')],
    )
    expect(wide.code, wide.error).toBe(0)
    expect(known('wide.csv')).toBe(rows.length)
    expect(known('all.csv')).toBeLessThanOrEqual(known('wide.csv'))
  })

  it('takes single files, and says what a model cannot do', async () => {
    const [label] = (await readdir(cli.images)).filter((name) => !name.includes('.'))
    const [first, second] = await readdir(join(cli.images, label!))
    const files = [first!, second!].map((name) => join(cli.images, label!, name))
    const { code, error } = await predict(...files, '--model', model(), '--out', place('two.csv'))
    expect(code, error).toBe(0)
    expect(rowsOf('two.csv')).toHaveLength(2)

    cpSync(model(), place('old'), { recursive: true })
    rmSync(join(place('old'), 'prediction.json'))
    const old = await predict(cli.images, '--model', place('old'), '--out', place('no.csv'))
    expect(old.code).not.toBe(0)
    expect(old.error).toMatch(/[Tt]rain again/)
    cpSync(model(), place('forged'), { recursive: true })
    const numbers = readFileSync(join(model(), 'references.f32'))
    numbers.writeFloatLE(NaN, 0)
    writeFileSync(join(place('forged'), 'references.f32'), numbers)
    const forged = await predict(cli.images, '--model', place('forged'), '--out', place('no.csv'))
    expect(forged.code).not.toBe(0)
    expect(await readdir(cli.folder)).not.toContain('no.csv')
  })

  it('ranks images by what they are like and unlike', async () => {
    const [one, other] = (await readdir(cli.images)).filter((name) => !name.includes('.')).sort()
    const picture = async (label: string) =>
      join(cli.images, label, (await readdir(join(cli.images, label)))[0]!)
    await mkdir(place('liked'))
    const { code, error } = await cli.run(
      ...['search', cli.images, '--model', model(), '--top', '5', '--backend', 'wasm'],
      ...['--like', await picture(one!), '--unlike', await picture(other!)],
      ...['--out', place('found.csv')],
    )
    expect(code, error).toBe(0)
    const found = rowsOf('found.csv')
    expect(found).toHaveLength(5)
    expect(found[0]!['image']).toContain(`${one!}/`)
  })
})

describe('the report of a training', () => {
  it('is one page that needs nothing else, with pictures, figures and how to repeat it', () => {
    const page = readFileSync(place('run/report.html'), 'utf8')
    expect(page).toMatch(/default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-/)
    expect(page).not.toMatch(/<script|javascript:|<[^>]*\son\w+=|https?:/i)
    const addresses = [...page.matchAll(/(?:src|href)="([^"]{0,11})/g)].map(([, start]) => start)
    expect(addresses.length).toBeGreaterThan(3)
    expect(new Set(addresses)).toEqual(new Set(['data:image/']))
    for (const [english, chinese] of [
      ['Quality', '质量'],
      ['Hardest triplets', '最难的三元组'],
      ['Prediction', '预测'],
    ]) {
      expect(page).toContain(`>${english!}</span`)
      expect(page).toContain(`>${chinese!}</span`)
    }
    expect(page).toContain('--run-file run.json')
  })
})
