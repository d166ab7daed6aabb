import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readRunFile } from '../../../src/main/cli/runFile'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-run-file-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(content: object) {
  const file = join(folder, 'run.json')
  await writeFile(file, JSON.stringify(content))
  const { request, network } = await readRunFile(file, () => {})
  expect(network).toBeNull()
  return request
}
const proxies = { name: 'proxyNCA', options: {} }
/** What every run file says by now. */
const today = { splitBy: 'hash' as const, extractor: 'another' }

it('takes proxies of a run of an earlier version for random, as they were', async () => {
  const request = { loss: proxies, ...today }
  expect(await read({ version: '0.1.0', request })).toEqual({ ...request, proxyStart: 'random' })
  const added = { loss: { name: 'supCon', options: {} }, addedLosses: [{ ...proxies, weight: 1 }] }
  expect(await read({ version: '0.1.0', request: added })).toMatchObject({ proxyStart: 'random' })
})

it('leaves what a run file says of proxies, and a request that no program wrote', async () => {
  const said = { loss: proxies, ...today, proxyStart: 'classMeans' as const }
  expect(await read({ version: '0.1.0', request: said })).toEqual(said)
  expect(await read({ loss: proxies })).toEqual({ loss: proxies })
})

it('says nothing of proxies where the loss has none, or is not known', async () => {
  for (const name of ['supCon', 'crossBatchMemory', 'ratio']) {
    const request = { loss: { name, options: {} }, ...today }
    expect(await read({ version: '0.1.0', request })).toEqual(request)
  }
})

it('takes features of the network that there was where it names none', async () => {
  const request = { features: 'conv12' }
  const then = { extractor: 'mobilenet-v2-1.4-mid', splitBy: 'shuffle' }
  expect(await read({ version: '0.1.0', request })).toEqual({ ...request, ...then })
  expect(await read(request)).toEqual(request)
})
