import { readdirSync, readFileSync } from 'node:fs'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { commandOnDrawings } from '../cli/startProgram'
import { passesFile } from './secondExtractor/register'

const entries = 'test/integration/features/secondExtractor'
const withSecond = commandOnDrawings('second', {
  instead: { cli: `${entries}/cli.ts`, 'workers/training': `${entries}/training.worker.ts` },
})
const withoutSecond = commandOnDrawings('first', { labels: 0 })

interface Metrics {
  readonly options: Readonly<Record<string, unknown>>
  readonly before: { readonly mapAtR: number }
  readonly after: { readonly mapAtR: number }
}

/** A network of the test's own, registered without a change to the program. */
describe('a second network', () => {
  const chosen = ['--extractor', 'colours-and-grid', '--steps', '20', '--embedding-size', '16']
  const images = 10 * 8
  const place = (name: string) => join(withSecond.folder, name)
  const train = (name: string, ...more: string[]) =>
    withSecond.run('train', withSecond.images, ...chosen, ...more, '--out', place(name))
  const json = async <Content>(...path: string[]) =>
    JSON.parse(await readFile(join(withSecond.folder, ...path), 'utf8')) as Content
  /** How many pictures it was given so far. */
  const extracted = () =>
    readFileSync(process.env[passesFile]!, 'utf8')
      .split('\n')
      .reduce((sum, line) => sum + Number(line), 0)

  beforeAll(async () => {
    vi.stubEnv(passesFile, place('passes.txt'))
    await writeFile(place('passes.txt'), '')
    const { code, error } = await train('one', '--seed', '3')
    expect(code, error).toBe(0)
  })
  afterAll(() => {
    vi.unstubAllEnvs()
  })

  it('is named with its layers by the help', async () => {
    const text = (await withSecond.run('train', '--help')).out.replaceAll(/\s+/g, ' ')
    expect(text).toMatch(/efficientnet-lite0, .*mobilenet-v2-1.4-mid, .*colours-and-grid/)
    expect(text).toContain('colours-and-grid has colours, grid.')
  })

  it('is planned and trained on', async () => {
    const { options, before, after } = await json<Metrics>('one', 'metrics.json')
    expect(options).toMatchObject({ extractor: 'colours-and-grid', features: 'colours+grid' })
    // The eight drawings of a label are alike: chance finds about one in forty.
    expect(before.mapAtR).toBeGreaterThan(0.1)
    expect(after.mapAtR).toBeGreaterThan(0.1)
    expect(extracted()).toBe(images)
  })

  it('computes nothing that is cached, and gives the same numbers from there', async () => {
    const again = await train('two', '--run-file', place('one/run.json'))
    expect(again.code, again.error).toBe(0)
    expect(extracted()).toBe(images)
    const table = (name: string) => readFile(join(place(name), 'embeddings.csv'), 'utf8')
    expect(await table('two')).toBe(await table('one'))
    const folders = readdirSync(place('cache/semblance/headless/features')).sort()
    expect(folders).toEqual([
      expect.stringMatching(/^colours-and-grid_[0-9a-f]{16}_colours-64\.\d+$/),
      expect.stringMatching(/^colours-and-grid_[0-9a-f]{16}_grid-64\.\d+$/),
    ])
  })

  it('takes single layers of it, and none of the other network', async () => {
    const grid = await train('grid', '--features', 'grid', '--json')
    expect(grid.code, grid.error).toBe(0)
    const { input, inputShape } = await json<{ input: object; inputShape: number[] }>(
      ...['grid', 'model', 'manifest.json'],
    )
    expect(input).toMatchObject({ kind: 'features', extractor: 'colours-and-grid/grid' })
    expect(inputShape).toEqual([64])
    expect(extracted()).toBe(images)
    const wrong = await train('wrong', '--features', 'conv12')
    expect(wrong.code).toBe(2)
    expect(wrong.error).toContain('colours-and-grid with +, each once: colours, grid')
  })

  it('is embedded with from a saved model', async () => {
    const model = place('one/model')
    const embedded = await withSecond.run(
      ...['embed', withSecond.images, '--model', model, '--out', place('embedded.csv')],
    )
    expect(embedded.code, embedded.error).toBe(0)
    const rows = (file: string) => {
      const table = parse(readFileSync(place(file)), { columns: true }) as Record<string, string>[]
      const numbers = table.map(({ image, label: _, split: __, ...row }) => {
        return [image!, Object.values(row).map(Number)] as const
      })
      return new Map(numbers)
    }
    const trained = rows('one/embeddings.csv')
    const found = rows('embedded.csv')
    expect([...found.keys()].sort()).toEqual([...trained.keys()].sort())
    for (const [image, row] of found) {
      trained.get(image)!.forEach((value, k) => expect(row[k], image).toBeCloseTo(value, 6))
    }
  })

  it('is asked for by its model where it is not there, or has other weights', async () => {
    const embed = (run: typeof withSecond.run, model: string) =>
      run('embed', withSecond.images, '--model', place(model), '--out', place('refused.csv'))
    const absent = await embed(withoutSecond.run, 'one/model')
    expect(absent.code).toBe(1)
    expect(absent.error).toMatch(
      /colours-and-grid\/colours\+grid.*not in this program.*train again/,
    )
    await cp(place('one/model'), place('other model'), { recursive: true })
    const manifest = await json<{ input: object }>('one', 'model', 'manifest.json')
    const input = { ...manifest.input, contentHash: '0'.repeat(64) }
    await writeFile(
      join(place('other model'), 'manifest.json'),
      JSON.stringify({ ...manifest, input }),
    )
    const other = await embed(withSecond.run, 'other model')
    expect(other.code).toBe(1)
    expect(other.error).toMatch(/weights 000000000000.*train again/)
    const unknown = await withoutSecond.run(
      ...['train', withSecond.images, '--extractor', 'colours-and-grid', '--out', place('unknown')],
    )
    expect(unknown.code).toBe(2)
    expect(unknown.error).toContain('mobilenet-v2-1.4-mid')
  })
})
