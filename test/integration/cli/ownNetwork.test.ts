import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeNetwork } from '../../onnx/writeOnnx'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('own network', { labels: 8 })
const place = (name: string) => join(cli.folder, name)
const json = async <Content>(path: string) =>
  JSON.parse(await readFile(place(path), 'utf8')) as Content
const train = (out: string, ...rest: string[]) => [
  ...['train', cli.images, '--out', place(out), '--backend', 'wasm', ...rest],
]
const few = ['--steps', '12']

let network = ''
beforeAll(async () => {
  await mkdir(place('networks'))
  network = place('networks/small.onnx')
  const { model, data } = writeNetwork({ kind: 'maps', location: 'small.bin' })
  await writeFile(network, model)
  await writeFile(place('networks/small.bin'), data)
  const { code, error } = await cli.run(...train('one', ...few, '--network-file', network))
  expect(code, error).toBe(0)
  said = error
})
let said = ''

interface Run {
  readonly request: { readonly extractor: string; readonly features: string }
  readonly network: { readonly file: string; readonly network: { readonly contentHash: string } }
}

const move = (from: string, to: string) => rename(place(from), place(to))

describe('--network-file', () => {
  afterEach(async () => {
    if (existsSync(place('elsewhere'))) await move('elsewhere', 'networks')
  })

  it('says what was found, what was guessed and how long it takes, and trains on it', async () => {
    expect(said).toMatch(/Network small with small\.bin: 0\.0 MB, SHA-256 [0-9a-f]{12}/)
    expect(said).toContain('Its licence is not known')
    expect(said).toContain('32 px (says the file)')
    expect(said).toContain('mean 0.485, 0.456, 0.406 (a guess)')
    expect(said).toContain(
      'map16 16, generalised 24, pooled 24, output 10. Without --features: pooled',
    )
    expect(said).toMatch(/tried on 3 pictures of the set: 3 different vectors, [\d.]+ ms a picture/)
    const { request, network: named } = await json<Run>('one/run.json')
    expect(request).toMatchObject({ features: 'pooled' })
    expect(request.extractor).toMatch(/^own-[0-9a-f]{12}$/)
    expect(named.file).toBe(network)
    const { input } = await json<{ input: object }>('one/model/manifest.json')
    expect(input).toMatchObject({
      ...{ kind: 'features', extractor: `${request.extractor}/pooled` },
      ...{ contentHash: named.network.contentHash, network: named },
    })
    const cached = readdirSync(place('cache/semblance/headless/features'))
    expect(cached).toEqual([
      `${request.extractor}_${named.network.contentHash.slice(0, 16)}_pooled-24.2`,
    ])
  })

  it('is not needed again for the run file and the model, while the file is there', async () => {
    const again = await cli.run(...train('two', '--run-file', place('one/run.json')))
    expect(again.code, again.error).toBe(0)
    const table = (name: string) => readFile(place(`${name}/embeddings.csv`), 'utf8')
    expect(await table('two')).toBe(await table('one'))
    const embedded = await cli.run(
      ...['embed', cli.images, '--model', place('one/model'), '--out', place('embedded.csv')],
    )
    expect(embedded.code, embedded.error).toBe(0)
  })

  it('goes on with a run that was killed, on that network alone', async () => {
    const { child, ended, whenSaid } = cli.start(
      train('killed', '--network-file', network, '--features', 'pooled+map16', ...few),
    )
    // Said by every run; the reading of so few pictures may be too quick to be said.
    await whenSaid('Kept unseen')
    child.kill('SIGKILL')
    expect((await ended).code).toBeNull()
    await move('networks', 'elsewhere')
    const resume = ['train', cli.images, '--out', place('killed'), '--resume']
    const gone = await cli.run(...resume)
    expect(gone.code).toBe(2)
    expect(gone.error).toMatch(
      /The network small \([0-9a-f]{12}\) is not in .*there is no such file.*--network-file/,
    )
    const other = place('other.onnx')
    await writeFile(other, writeNetwork({ kind: 'tokens' }).model)
    const wrong = await cli.run(...resume, '--network-file', other)
    expect(wrong.code).toBe(2)
    expect(wrong.error).toContain('extractor is different now')
    const { code, error } = await cli.run(
      ...resume,
      '--network-file',
      place('elsewhere/small.onnx'),
    )
    expect(code, error).toBe(0)
    expect(existsSync(place('killed/model/manifest.json'))).toBe(true)
  }, 120_000)

  it('is asked for by a model whose network is gone, and takes no other', async () => {
    const embed = ['embed', cli.images, '--model', place('one/model'), '--out', place('e.csv')]
    await move('networks', 'elsewhere')
    const gone = await cli.run(...embed)
    expect(gone.code).toBe(2)
    expect(gone.error).toMatch(/there is no such file.*name where it is with --network-file/)
    const named = await cli.run(...embed, '--network-file', place('elsewhere/small.onnx'))
    expect(named.code, named.error).toBe(0)
    await move('elsewhere', 'networks')
    const other = await cli.run(...embed, '--network-file', place('other.onnx'))
    expect(other.code).toBe(2)
    expect(other.error).toContain('it holds another network')
  })

  it('is refused with the reason before any image is read', async () => {
    const { model } = writeNetwork({ kind: 'maps', location: 'missing.bin' })
    await writeFile(place('networks/lonely.onnx'), model)
    const refused = async (...options: string[]) => {
      const { code, error } = await cli.run(...train('refused', ...options))
      expect(code).toBe(2)
      expect(error).not.toContain('Importing')
      return error
    }
    expect(await refused('--network-file', place('networks/lonely.onnx'))).toContain(
      'The network lonely.onnx cannot be used: its weights lie in the file "missing.bin", which is not beside it',
    )
    expect(await refused('--network-file', cli.images)).toContain('no ordinary file')
    expect(await refused('--network-side', '64')).toContain('Name its file with --network-file')
    const three = ['--network-file', network, '--network-mean', '0.5,0.5']
    expect(await refused(...three)).toContain('three numbers with commas')
    const both = ['--network-file', network, '--extractor', 'mobilenet-v2-1.4-mid']
    expect(await refused(...both)).toContain('both name a network')
  })

  it('serves a comparison of losses', async () => {
    const { code, error } = await cli.run(
      ...['sweep', cli.images, '--out', place('sweep'), '--losses', 'triplet,supCon'],
      ...['--steps', '6', '--backend', 'wasm', '--network-file', network],
    )
    expect(code, error).toBe(0)
    expect(error).toContain('tried on 3 pictures of the set')
  })
})
