import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('residual', { labels: 6, sizePx: 32 })

type Row = Readonly<Record<string, string>>
const readCsv = async (file: string): Promise<Row[]> =>
  parse(await readFile(file, 'utf8'), { columns: true }) as Row[]

describe('a residual network from the pixels', () => {
  it('is trained with depth, width and augmentation, saved, embeds again, and is read strictly', async () => {
    const out = join(cli.folder, 'out')
    const { code, error } = await cli.run(
      ...['train', cli.images, '--network', 'residual', '--depth', '1', '--width', '8'],
      ...['--image-size', '24', '--embedding-size', '12', '--augmentation', 'strong'],
      ...['--steps', '30', '--seed', '4', '--out', out],
    )
    expect(code, error).toBe(0)
    expect(error).toContain('a residual network, 1 deep and 8 wide, from 24 px pictures')
    const written = JSON.parse(await readFile(join(out, 'run.json'), 'utf8')) as object
    expect(written).toMatchObject({
      request: { network: 'residual', networkDepth: 1, networkWidth: 8, augmentation: 'strong' },
    })

    const file = join(out, 'model', 'manifest.json')
    const manifest = JSON.parse(await readFile(file, 'utf8')) as object
    expect(manifest).toMatchObject({ kind: 'residual', residual: { depth: 1, width: 8 } })
    const embed = () =>
      cli.run(
        'embed',
        cli.images,
        '--model',
        join(out, 'model'),
        '--out',
        join(cli.folder, 'e.csv'),
      )
    const embedded = await embed()
    expect(embedded.code, embedded.error).toBe(0)
    const again = new Map(
      (await readCsv(join(cli.folder, 'e.csv'))).map((row) => [row['image'], row]),
    )
    const before = await readCsv(join(out, 'embeddings.csv'))
    expect(before.length).toBe(again.size)
    for (const row of before) {
      for (const column of ['e0', 'e11']) {
        expect(Number(again.get(row['image'])![column])).toBeCloseTo(Number(row[column]), 4)
      }
    }

    await writeFile(file, JSON.stringify({ ...manifest, residual: { depth: 8, width: 128 } }))
    const refused = await embed()
    expect(refused.code).not.toBe(0)
    expect(refused.error).toContain('claims more numbers than its weights have')
  }, 120_000)
})
