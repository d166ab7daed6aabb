import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('sweep')
const { start, run } = cli

const quick = ['--network', 'small', '--image-size', '24', '--embedding-size', '12']
const sweepOf = (out: string, ...args: string[]) => [
  ...['sweep', cli.images, ...quick, '--steps', '15', '--out', out],
  ...args,
]
const table = async (out: string) =>
  parse(await readFile(join(out, 'sweep.csv'), 'utf8'), { columns: true }) as Record<
    string,
    string
  >[]

describe('the sweep command', () => {
  it('goes on after it was killed, and ends with a table of all runs', async () => {
    const out = join(cli.folder, 'killed')
    const args = sweepOf(
      out,
      '--losses',
      'triplet,proxyNCA,supCon',
      '--miners',
      'default,batchHard',
    )
    const first = start(args)
    await first.whenSaid('MAP@R 0')
    // A run is told once the journal has it; the table is written just after.
    const isWritten = async () => (await table(out).catch(() => [])).length > 0
    await expect.poll(isWritten, { timeout: 60_000, interval: 5 }).toBe(true)
    first.child.kill('SIGKILL')
    await first.ended
    const kept = await table(out)
    expect(kept.length).toBeGreaterThan(0)
    expect(kept.length).toBeLessThan(3)

    const { code, out: said, error } = await run(...args)
    expect(code, error).toBe(0)
    expect(error).toContain('Left out: The loss proxyNCA compares images with class')
    expect(error).toContain('of them are there from an earlier start')
    expect(said).toContain('= before training')
    const rows = await table(out)
    expect(rows.map((row) => row['loss']).toSorted()).toEqual(['proxyNCA', 'supCon', 'triplet'])
    for (const row of kept) expect(rows).toContainEqual(row)
    expect(existsSync(join(out, 'import-report.json'))).toBe(true)
  })

  it('ends with 130 when it is interrupted, and keeps what was finished', async () => {
    const out = join(cli.folder, 'interrupted')
    const args = sweepOf(out, '--losses', 'all', '--seeds', '50')
    const { child, ended, whenSaid } = start(args)
    await whenSaid('MAP@R 0')
    child.kill('SIGINT')
    const { code, error, out: said } = await ended
    expect(code, error).toBe(130)
    expect(said).toContain('The same command with the same --out goes on')
    expect((await table(out)).length).toBeGreaterThan(0)
    expect(JSON.parse(await readFile(join(out, 'sweep.json'), 'utf8'))).toMatchObject({
      status: 'cancelled',
    })
  })

  it('ends with 1 where every run fails', async () => {
    const out = join(cli.folder, 'failing')
    const { code, out: said } = await run(
      ...sweepOf(out, '--losses', 'triplet', '--distances', 'dot', '--learning-rate', '10'),
      ...['--weight-decay', '0.9', '--gradient-clip', 'none'],
    )
    expect(said).toContain('Failed: triplet')
    expect(code).toBe(1)
    expect((await table(out))[0]!['error']).toContain('no longer a number')
  })

  it.each([
    [['--losses', 'triplt'], 'Did you mean triplet?'],
    [['--losses', ','], '--losses needs at least one name'],
    [['--miners', 'hard'], '--miners cannot be "hard"'],
    [['--loss', 'triplet'], 'Did you mean --losses?'],
    [['--losses', 'nPair', '--miners', 'batchHard'], 'None of the combinations'],
  ] as const)('refuses %j', async (args, part) => {
    const { code, error, out } = await run(...sweepOf(join(cli.folder, 'refused'), ...args))
    expect(error).toContain(part)
    expect(code).toBe(2)
    expect(out).toBe('')
  })
})
