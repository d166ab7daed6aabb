import { execFileSync } from 'node:child_process'
import {
  cp,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import * as tf from '@tensorflow/tfjs-core'
import '@tensorflow/tfjs-backend-cpu'
import * as v from 'valibot'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSmallNetwork, plainOperations } from '../../../src/core/network'
import { createRandom } from '../../../src/core/math/random'
import { lockFolder, isLock } from '../../../src/main/db/folderLock'
import { sweepFile } from '../../../src/main/exporting/resultNames'
import { jsonFile } from '../../../src/main/settings/jsonFile'
import { readSweep, readToday } from '../../../src/main/sweep/sweepFiles'
import { findCheckpoint } from '../../../src/main/runs/checkpoint'
import { loadEmbeddings, saveEmbeddings } from '../../../src/main/runs/embeddingFiles'
import { openSpeeds, speedsFile } from '../../../src/main/training/measuredSpeeds'
import { saveModel, type StoredModel } from '../../../src/main/runs/modelFiles'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('hostile', { labels: 4, sizePx: 24 })
let count = 0

beforeAll(async () => {
  await tf.setBackend('cpu')
  await saveModel(goodHead(), head)
  await saveModel(goodNetwork(), network())
})

const goodHead = () => join(cli.folder, 'head')
const goodNetwork = () => join(cli.folder, 'network')
const newFolder = async (): Promise<string> => {
  const made = join(cli.folder, `case-${++count}`)
  await mkdir(made)
  return made
}

const head: StoredModel = {
  model: {
    kind: 'head',
    inputShape: [3],
    embeddingSize: 2,
    step: 1,
    dropout: 0,
    tensors: [{ name: 'head/weights', shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  },
  input: { kind: 'features', extractor: 'pooled' },
  isNormalized: true,
  lossParameters: { proxies: Float32Array.of(1, 0, 0, 1) },
}

function network(): StoredModel {
  const random = createRandom('hostile')
  const small = createSmallNetwork({
    ...{ imageSizePx: 16, embeddingSize: 4, random },
    operations: plainOperations,
  })
  const model = small.snapshot()
  small.dispose()
  return { model, input: { kind: 'pixels', sizePx: 16 }, isNormalized: true, lossParameters: {} }
}

/** Ways to put something in the place of a file that is no file, or never ends. */
const special = {
  pipe: (file: string) => void execFileSync('mkfifo', [file]),
  folder: (file: string) => mkdir(file),
  endless: (file: string) => symlink('/dev/zero', file),
  /** 6 TiB that take no room. */
  huge: async (file: string) => {
    await writeFile(file, '')
    await truncate(file, 6 * 2 ** 40)
  },
}
type Special = keyof typeof special

const putInPlace = async (file: string, kind: Special) => {
  await rm(file, { force: true })
  await special[kind](file)
}

const noFile = 'it is no ordinary file (a folder, a pipe, a socket or a device)'

/** The program's answer: what it said on its one line, and its exit code. */
async function answer(...args: string[]) {
  const { child, ended } = cli.start(args)
  // A program that waits for the file would wait for ever; the test then says so.
  const given = await Promise.race([ended, wait(300_000, null, { ref: false })])
  if (given === null) child.kill('SIGKILL')
  expect(given, 'the program hangs').not.toBeNull()
  const { code, out, error } = given!
  expect(out).toBe('')
  const lines = error.split('\n').filter((line) => line.startsWith('semblance: '))
  expect(lines, error).toHaveLength(1)
  return { code, said: lines[0]!, error }
}

const editManifest = async (model: string, change: (manifest: Record<string, unknown>) => void) => {
  const file = join(model, 'manifest.json')
  const manifest = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
  change(manifest)
  await writeFile(file, JSON.stringify(manifest).replaceAll('"endless"', '1e999'))
}

const putNumber = async (file: string, index: number, value: number) => {
  const handle = await open(file, 'r+')
  await handle.write(Buffer.from(Float32Array.of(value).buffer), 0, 4, index * 4)
  await handle.close()
}

type Damage = (model: string) => Promise<void>
const manifestWith =
  (changed: Record<string, unknown>): Damage =>
  (model) =>
    editManifest(model, (manifest) => void Object.assign(manifest, changed))
const inPlaceOf =
  (name: string, kind: Special): Damage =>
  (model) =>
    putInPlace(join(model, name), kind)
const number =
  (name: string, value: number): Damage =>
  (model) =>
    putNumber(join(model, name), 3, value)
const notFinite = '"head/weights" has numbers that are not finite'

const models: readonly (readonly [string, string, Damage])[] = [
  ['NaN among the weights', notFinite, number('weights.bin', NaN)],
  ['+Inf among the weights', notFinite, number('weights.bin', Infinity)],
  ['-Inf among the weights', notFinite, number('weights.bin', -Infinity)],
  [
    'NaN among the proxies',
    '"proxies" in loss.bin has numbers that are not finite',
    number('loss.bin', NaN),
  ],
  ['a pipe for its description', noFile, inPlaceOf('manifest.json', 'pipe')],
  ['a folder for its description', noFile, inPlaceOf('manifest.json', 'folder')],
  ['/dev/zero for its description', noFile, inPlaceOf('manifest.json', 'endless')],
  [
    'a description of 6 TiB',
    'it has 6 TiB, and at most 1 MiB are read',
    inPlaceOf('manifest.json', 'huge'),
  ],
  ['a pipe for its weights', noFile, inPlaceOf('weights.bin', 'pipe')],
  ['a folder for its weights', noFile, inPlaceOf('weights.bin', 'folder')],
  ['/dev/zero for its weights', noFile, inPlaceOf('weights.bin', 'endless')],
  [
    'weights of 6 TiB',
    'it has 6 TiB, and at most 24 bytes are read',
    inPlaceOf('weights.bin', 'huge'),
  ],
  ['a pipe for its proxies', noFile, inPlaceOf('loss.bin', 'pipe')],
  [
    'weights that end early',
    'it needs 24 bytes of weights and has 20',
    (model) => truncate(join(model, 'weights.bin'), 20),
  ],
  [
    'a description that is no JSON',
    'manifest.json is not JSON',
    (model) => writeFile(join(model, 'manifest.json'), '{"format": NaN}'),
  ],
  [
    'a tensor of 2^56 numbers',
    'it is larger than any model of this program',
    manifestWith({ tensors: [{ name: 'a', shape: [2 ** 28, 2 ** 28] }] }),
  ],
  [
    'embeddings longer than its weights',
    'its description claims more numbers than its weights have',
    manifestWith({ embeddingSize: 2 ** 28 }),
  ],
  ['endless dropout', 'an unexpected dropout', manifestWith({ dropout: 'endless' })],
  ['endless steps', 'an unexpected step', manifestWith({ step: 'endless' })],
  [
    'endless proxies',
    'manifest.json does not say what the input is',
    manifestWith({ lossParameters: [{ name: 'proxies', length: 'endless' }] }),
  ],
  [
    'proxies of a negative length',
    'manifest.json does not say what the input is',
    manifestWith({ lossParameters: [{ name: 'proxies', length: -4 }] }),
  ],
  [
    'pictures for a head',
    'manifest.json names an input of another shape than its model takes',
    manifestWith({ input: { kind: 'pixels', sizePx: 16 } }),
  ],
]

async function embedWith(model: string) {
  const at = await newFolder()
  const out = join(at, 'embeddings.csv')
  const { code, said } = await answer('embed', cli.images, '--model', model, '--out', out)
  expect(await readdir(at)).toEqual([])
  expect(code).toBe(1)
  return said
}

describe('a model that is not what training wrote', () => {
  it.each(models)('%s', { timeout: 600_000 }, async (_, reason, damage) => {
    const model = join(await newFolder(), 'model')
    await cp(goodHead(), model, { recursive: true })
    await damage(model)
    const said = await embedWith(model)
    expect(said).toContain(reason)
    expect(said).toContain('cannot be used')
    expect(said).toMatch(/Give the "model" folder that training wrote\.|Train again/)
  })

  it.each([
    ['weights too large to be multiplied', 'dense/weights', 3e38],
    ['a negative variance', 'variance', -1],
  ])('%s', { timeout: 600_000 }, async (_, name, value) => {
    const model = join(await newFolder(), 'model')
    const good = network()
    const changed = good.model.tensors.filter((tensor) => tensor.name.includes(name))
    expect(changed.length, good.model.tensors.map((tensor) => tensor.name).join()).toBeGreaterThan(
      0,
    )
    for (const { data } of changed) data.fill(value)
    await saveModel(model, good)
    expect(await embedWith(model)).toContain('it gives numbers that are not finite')
  })

  it('one that is whole embeds', { timeout: 600_000 }, async () => {
    const out = join(await newFolder(), 'embeddings.csv')
    const { code, error } = await cli.run(
      ...['embed', cli.images, '--model', goodNetwork(), '--out', out],
    )
    expect(code, error).toBe(0)
    expect(await readFile(out, 'utf8')).toMatch(/^image,label,split,e0,e1,e2,e3\r\n/)
  })
})

type Put = (file: string) => Promise<void>
const put =
  (kind: Special): Put =>
  (file) =>
    putInPlace(file, kind)
const text =
  (content: string): Put =>
  (file) =>
    writeFile(file, content)

const runFiles: readonly (readonly [string, string, Put])[] = [
  ['a pipe', noFile, put('pipe')],
  ['a folder', noFile, put('folder')],
  ['/dev/zero', noFile, put('endless')],
  ['6 TiB', 'it has 6 TiB, and at most 64 MiB are read', put('huge')],
  ['nothing', 'ENOENT', () => Promise.resolve()],
  ['half a file', 'it is not JSON', text('{"request": {')],
  ['NaN', 'it is not JSON', text('{"request": {"learningRate": NaN}}')],
  ['an endless rate', 'learningRate', text('{"request": {"learningRate": 1e999}}')],
  ['an endless weight', 'regularizerWeight', text('{"regularizerWeight": 1e999}')],
  ['a negative seed', 'seed', text('{"request": {"seed": -1}}')],
  ['7e99 steps', 'steps', text('{"request": {"steps": 7e99}}')],
  [
    'an endless option',
    'loss',
    text('{"loss": {"name": "triplet", "options": {"margin": 1e999}}}'),
  ],
  ['a key that is none', 'evil', text('{"request": {"evil": 1}}')],
  [
    'orders to the terminal',
    'it is not a run file',
    text(JSON.stringify({ split: `\u001b[2J\u202e${'x'.repeat(10_000)}` })),
  ],
]

describe('a run file that is none', () => {
  it.each(runFiles)('%s', { timeout: 600_000 }, async (_, reason, make) => {
    const at = await newFolder()
    const [file, out] = [join(at, 'run.json'), join(at, 'out')]
    await make(file)
    const before = await readdir(at)
    const args = ['train', cli.images, '--run-file', file, '--out', out]
    const { code, said, error } = await answer(...args)
    expect(said).toContain(`--run-file ${file}`)
    expect(said.replace('it is not a run file', '')).toContain(
      reason === 'it is not a run file' ? 'split' : reason,
    )
    expect(said).toContain('Give the run.json that train wrote.')
    expect(error.length).toBeLessThan(1000)
    // eslint-disable-next-line no-control-regex
    expect(error).not.toMatch(/[\u001b\u202e]/)
    expect(code).toBe(2)
    expect(await readdir(at)).toEqual(before)
  })
})

const metrics = {
  precisionAt1: 0.5,
  rPrecision: 0.4,
  mapAtR: 0.3,
  queries: 20,
  mapAtRLow: 0.2,
  mapAtRHigh: 0.4,
}
const finished = (changed: object, more: object = {}) =>
  JSON.stringify({
    kind: 'finished',
    key: 'a',
    metrics: { ...metrics, ...changed },
    ...{ bestEpoch: 1, steps: 4, seconds: 2 },
    ...more,
  }).replaceAll('"endless"', '1e999')
const baselines = (changed: object) =>
  JSON.stringify({
    kind: 'baselines',
    key: 'b',
    baselines: { frozen: { ...metrics, ...changed }, closedForm: null, untrained: null },
  })
/** After a line that is whole and one that was torn. */
const lines = (...given: string[]): Put =>
  text([finished({}), '{"kind":"fin', ...given, ''].join('\n'))

const journals: readonly (readonly [string, string, Put])[] = [
  ['a pipe', noFile, put('pipe')],
  ['a folder', noFile, put('folder')],
  ['/dev/zero', noFile, put('endless')],
  ['6 TiB', 'it has 6 TiB, and at most 256 MiB are read', put('huge')],
  ['MAP@R of 7e99', 'metrics.mapAtR (7e+99)', lines(finished({ mapAtR: 7e99 }))],
  ['endless MAP@R', 'metrics.mapAtR (Infinity)', lines(finished({ mapAtR: 'endless' }))],
  ['a precision below 0', 'metrics.precisionAt1 (-0.5)', lines(finished({ precisionAt1: -0.5 }))],
  ['a negative count', 'metrics.queries (-20)', lines(finished({ queries: -20 }))],
  ['half a query', 'metrics.queries (0.5)', lines(finished({ queries: 0.5 }))],
  ['an interval below 0', 'metrics.mapAtRLow (-3)', lines(finished({ mapAtRLow: -3 }))],
  ['an interval above 1', 'metrics.mapAtRHigh (1.5)', lines(finished({ mapAtRHigh: 1.5 }))],
  [
    'an interval upside down',
    'impossible metrics',
    lines(finished({ mapAtRLow: 0.4, mapAtRHigh: 0.2 })),
  ],
  ['a word for a score', 'metrics.mapAtR', lines(finished({ mapAtR: 'best' }))],
  ['endless seconds', 'seconds (Infinity)', lines(finished({}, { seconds: 'endless' }))],
  ['negative steps', 'steps (-4)', lines(finished({}, { steps: -4 }))],
  ['a forged bar', 'baselines.frozen.mapAtR (-7)', lines(baselines({ mapAtR: -7 }))],
]

describe('the journal of a sweep that no sweep wrote', () => {
  it.each(journals)('%s', { timeout: 600_000 }, async (_, reason, make) => {
    const out = await newFolder()
    const file = join(out, sweepFile.journal)
    await make(file)
    const isText = reason.includes('ordinary') || reason.includes('TiB') ? null : file
    const before = isText === null ? null : await readFile(file, 'utf8')
    const args = ['sweep', cli.images, '--losses', 'triplet', '--steps', '2', '--out', out]
    const { code, said } = await answer(...args)
    expect(said).toContain(file)
    expect(said).toContain(reason)
    if (before !== null) expect(said).toContain('line 3 has')
    expect(said).toMatch(/Remove .* or choose another folder for the results/)
    expect(code).toBe(1)
    expect(await readdir(out)).toEqual([basename(file)])
    if (before !== null) expect(await readFile(file, 'utf8')).toBe(before)
  })
})

describe('in the place of a file of the program', () => {
  const kinds: readonly Special[] = ['pipe', 'folder', 'endless', 'huge']

  it.each(kinds)('%s: settings and speeds count as absent', async (kind) => {
    const at = await newFolder()
    await putInPlace(join(at, 'settings.json'), kind)
    expect(jsonFile(join(at, 'settings.json'), v.unknown()).read()).toBeNull()
    await putInPlace(speedsFile(at), kind)
    const speeds = openSpeeds(at).of('wasm', null)
    expect(speeds).toEqual(openSpeeds(await newFolder()).of('wasm', null))
  })

  it.each(kinds)('%s: sweep, its figures of today and a checkpoint are not there', async (kind) => {
    const at = await newFolder()
    for (const name of ['sweep.json', 'today.json', 'checkpoint.bin']) {
      await putInPlace(join(at, name), kind)
    }
    expect(await readSweep(at)).toBeNull()
    expect(await readToday(at)).toBeNull()
    expect(await findCheckpoint(at)).toMatchObject({ name: null })
  })

  it.each(kinds)('%s: embeddings are refused', async (kind) => {
    for (const name of ['ids.u32', 'splits.u8', 'embeddings.f32']) {
      const at = await newFolder()
      await saveEmbeddings(at, {
        ids: Uint32Array.of(1, 2),
        embeddings: Float32Array.of(1, 0, 0, 1),
        embeddingSize: 2,
        splits: Uint8Array.of(1, 2),
      })
      await putInPlace(join(at, name), kind)
      await expect(loadEmbeddings(at)).rejects.toThrow(kind === 'huge' ? 'is damaged' : noFile)
    }
  })

  it('a pipe that tells who holds a folder says nothing', async () => {
    const at = await newFolder()
    const held = await lockFolder(at)
    const holder = (await readdir(at)).find(
      (name) => name.includes('holder') || /json$/.test(name),
    )!
    await putInPlace(join(at, holder), 'pipe')
    expect(await lockFolder(at)).toEqual({ pid: null })
    if (isLock(held)) await held.release()
  })

  it('forged figures of today are measured anew, and forged rows are still to be made', async () => {
    const at = await newFolder()
    const today = (mapAtR: number) => ({
      ...{ key: 'k', rows: { a: { ...metrics, mapAtR } }, standings: [] },
      baselines: { frozen: null, closedForm: null, untrained: null },
    })
    await writeFile(join(at, 'today.json'), JSON.stringify(today(0.3)))
    expect(await readToday(at)).toMatchObject({ rows: { a: metrics } })
    await writeFile(join(at, 'today.json'), JSON.stringify(today(7e99)))
    expect(await readToday(at)).toBeNull()

    const row = (mapAtR: number) => ({
      ...{ key: 'a', status: 'finished', loss: { name: 'triplet', options: {} }, miner: null },
      ...{ distance: 'cosine', seed: 1, seconds: 1, bestEpoch: 1, steps: 2, error: null },
      metrics: { ...metrics, mapAtR },
    })
    const sweep = {
      ...{ version: '0.1.0', id: 1, datasetId: 1, status: 'finished', startedAt: 1, error: null },
      ...{ request: {}, plan: {}, progress: {}, summary: [] },
      baselines: { frozen: { ...metrics, queries: -1 }, closedForm: null, untrained: null },
      rows: [row(0.3), { ...row(7e99), key: 'b' }],
    }
    await writeFile(join(at, 'sweep.json'), JSON.stringify(sweep))
    const read = await readSweep(at)
    expect(read?.rows).toMatchObject([
      { key: 'a', status: 'finished', metrics },
      { key: 'b', status: 'waiting', metrics: null },
    ])
    expect(read?.baselines).toBeNull()
    expect(read?.summary).toMatchObject([{ runs: 1, mapAtR: { mean: 0.3 } }])
  })
})
