import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('tuning', { labels: 8 })
const place = (name: string) => join(cli.folder, name)
const train = (out: string, ...rest: string[]) =>
  cli.run(
    ...['train', cli.images, '--out', place(out), '--backend', 'wasm'],
    ...['--features', 'expand15', '--embedding-size', '32', '--steps', '6', ...rest],
  )
const json = <Content>(path: string) => JSON.parse(readFileSync(place(path), 'utf8')) as Content

interface Metrics {
  readonly options: { readonly tuned?: object }
  readonly kept: {
    readonly what: string
    readonly tuned?: object
    readonly refitted?: object
    readonly heldOut: { readonly network?: object }
  }
}

describe('train --train', () => {
  it('trains the last block, weighs it, and embeds by what it kept as the run did', async () => {
    const { code, error, out } = await train('last', '--train', 'last:1')
    expect(code, error).toBe(0)
    expect(error).toContain('Training the last 1 blocks of the network and a head')
    expect(out).toMatch(/ {2}tuned +P@1 [\d.]+/)
    expect(out).toMatch(/ {2}tuned, refitted +P@1 [\d.]+/)
    expect(out).toMatch(/MAP@R [\d.]+ tuned, [\d.]+ with the closed form fitted again/)
    const { options, kept } = json<Metrics>('last/metrics.json')
    expect(options.tuned).toMatchObject({ place: 'block14/sum', blocks: 1, channels: 192 })
    expect(json('last/run.json')).toMatchObject({ request: { trainedPart: 'last:1' } })
    expect(kept.heldOut.network).toBeDefined()
    expect(kept.tuned).toBeDefined()
    expect(kept.refitted).toBeDefined()
    const again = place('again.csv')
    const embedded = await cli.run(
      ...['embed', cli.images, '--model', place('last/model'), '--out', again],
      ...['--backend', 'wasm'],
    )
    expect(embedded.code, embedded.error).toBe(0)
    const rows = (file: string) =>
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split(','))
    const columns = (row: readonly string[]) => row.slice(-32)
    const [whole, second] = [rows(place('last/embeddings.csv')), rows(again)]
    expect(second.map(columns)).toEqual(whole.map(columns))
  }, 240_000)

  it('says what cannot be trained', async () => {
    const refused = async (...rest: string[]) => {
      const { code, error } = await train('refused', ...rest)
      expect(code, error).toBe(2)
      return error
    }
    expect(await refused('--train', 'last:40')).toContain('16 blocks as far as expand15, not 40')
    expect(await refused('--train', 'some')).toContain('--train cannot be "some"')
    expect(await refused('--train', 'all', '--start', 'pca')).toContain('from a closed form')
  }, 240_000)
})
