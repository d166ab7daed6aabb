import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { sweepFile } from '../../../src/main/exporting/resultNames'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('extension', { labels: 8 })

/** A file as a person would write it; the scale makes two versions train otherwise. */
const source = (version: string, scale: number) => `
export default ({ defineLoss, defineMiner, numberOption, pairAgainstNegatives, pairsOf, wholeResult }) => ({
  losses: [
    defineLoss({
      name: 'ownRatio',
      version: '${version}',
      title: { en: 'Own ratio', 'zh-CN': '自定义比值' },
      description: { en: 'Each positive against all negatives.', 'zh-CN': '每个正样本与全部负样本比较。' },
      formula: '',
      source: 'Made up 2026',
      kind: 'pairs',
      distance: 'euclidean',
      distances: ['euclidean'],
      reducer: 'mean',
      madeFor: ['everything'],
      minedBy: 'everything',
      options: { scale: numberOption(${scale}, 1e-3, 1e4, 'sharpness', '缩放系数') },
      evaluate: (context, { scale }) =>
        pairAgainstNegatives(context, -scale, (distance, derivative) => {
          derivative[0] = -scale
          return -scale * distance
        }),
    }),
  ],
})
`
let file = ''
beforeAll(async () => {
  file = join(cli.folder, 'own.mjs')
  await writeFile(file, source('1', 4))
})
const json = async (path: string) =>
  JSON.parse(await readFile(join(cli.folder, path), 'utf8')) as Record<string, never>

describe('a loss from a file of the person', () => {
  it('is offered by the help, with the file alone', async () => {
    const { out } = await cli.run('help', '--extension', file)
    expect(out).toMatch(/ownRatio/)
    expect((await cli.run('help')).out).not.toMatch(/ownRatio/)
  })

  const train = (out: string, ...rest: string[]) =>
    cli.run(
      ...['train', cli.images, '--out', join(cli.folder, out), '--steps', '12'],
      ...['--embedding-size', '16', '--backend', 'wasm', ...rest],
    )

  it('trains in the worker with the miner that it asks for; the run file says its version', async () => {
    const { code, error } = await train('run', '--extension', file, '--loss', 'ownRatio')
    expect(error).not.toMatch(/semblance:/)
    expect(code).toBe(0)
    const run = await json('run/run.json')
    expect(run['request']).toMatchObject({ loss: { name: 'ownRatio' }, miner: { name: 'all' } })
    expect(run['outside']).toEqual([
      { kind: 'loss', name: 'ownRatio', version: expect.stringMatching(/^1\+[0-9a-f]{12}$/) },
    ])
  })

  it('is asked for by its run file, which notes another version', async () => {
    const runFile = ['--run-file', join(cli.folder, 'run', 'run.json')]
    const without = await train('again', ...runFile)
    expect(without.code).toBe(2)
    expect(without.error).toMatch(/the loss ownRatio, version 1\+.*--extension/)
    const other = join(cli.folder, 'other.mjs')
    await writeFile(other, source('2', 5))
    const again = await train('again', ...runFile, '--extension', other)
    expect(again.error).toMatch(
      /Note: the run used version 1\+\S+ of the loss ownRatio, and this is 2/,
    )
    expect(again.code).toBe(0)
  })

  it('does not go on with a run that another version of it began', async () => {
    const own = join(cli.folder, 'going on.mjs')
    await writeFile(own, source('1', 4))
    const out = join(cli.folder, 'going on')
    const args = (...rest: string[]) => [
      ...['train', cli.images, '--out', out, '--steps', '1000000', '--embedding-size', '16'],
      ...['--network', 'small', '--image-size', '24', '--backend', 'wasm'],
      ...['--extension', own, '--loss', 'ownRatio', ...rest],
    ]
    const { child, ended, whenSaid } = cli.start(args())
    await whenSaid('Training: step')
    child.kill('SIGTERM')
    await ended
    await writeFile(own, source('2', 5))
    const { code, error } = await cli.run(...args('--resume'))
    expect(code, error).not.toBe(0)
    expect(error).toMatch(/ownRatio/)
    expect(error).toMatch(/version/)
  })

  it('is trained anew by a sweep when its file has changed, and what has not is not', async () => {
    const sweep = async (...rest: string[]) => {
      const { code, error } = await cli.run(
        ...['sweep', cli.images, '--out', join(cli.folder, 'sweep'), '--losses', 'supCon,ownRatio'],
        ...['--steps', '12', '--embedding-size', '16', '--backend', 'wasm', ...rest],
      )
      expect(error).not.toMatch(/semblance:/)
      expect(code).toBe(0)
      const journal = await readFile(join(cli.folder, 'sweep', sweepFile.journal), 'utf8')
      return journal.trim().split('\n').length
    }
    const first = await sweep('--extension', file)
    expect(await sweep('--extension', file)).toBe(first)
    await writeFile(file, source('1', 6))
    expect(await sweep('--extension', file)).toBe(first + 1)
  })
})

describe('an extension that cannot be used is refused with the reason', () => {
  it.each([
    ['no file', null, /cannot be used/],
    ['no function', 'export const losses = []', /its default export is no function/],
    ['nothing', 'export default () => ({})', /neither losses nor miners/],
    ['null', 'export default () => null', /neither losses nor miners/],
    ['no list', 'export default () => ({ losses: {} })', /must be lists/],
    ['an entry that is nothing', 'export default () => ({ losses: [null] })', /is no name/],
    [
      'what nothing defined',
      "export default async () => ({ losses: [{ name: 'own', version: '1' }] })",
      /own was not made by defineLoss/,
    ],
    ['no sound code', 'export default (', /cannot be used/],
    ['no version', source('1', 4).replace("version: '1',", ''), /ownRatio has no version/],
    ['a name taken', source('1', 4).replace("'ownRatio'", "'triplet'"), /a loss named "triplet"/],
    ['no name', source('1', 4).replace("'ownRatio'", "'../x'"), /is no name/],
  ])('%s', async (_, text, reason) => {
    const bad = join(cli.folder, `bad-${String(text?.length ?? 0)}.mjs`)
    if (text !== null) await writeFile(bad, text)
    const { code, error } = await cli.run('help', '--extension', bad)
    expect(error).toMatch(reason)
    expect(code).toBe(2)
  })
})
