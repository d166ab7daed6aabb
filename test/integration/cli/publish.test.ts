import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { finishPublishing, publish, stagingFolder } from '../../../src/main/cli/publish'

let out: string
let state: string
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'semblance-publish-'))
  state = join(out, '.semblance')
})
afterEach(() => rm(out, { recursive: true, force: true }))

async function stage(text: string, names: readonly string[]): Promise<void> {
  const staging = await stagingFolder(state)
  for (const name of names) {
    await mkdir(join(staging, name, '..'), { recursive: true })
    await writeFile(join(staging, name), text)
  }
}
const contents = (name: string) => readFile(join(out, name), 'utf8')

it('replaces the results of before, those included that are not there any more', async () => {
  await stage('old', ['metrics.json', 'map.csv', 'model/weights.bin'])
  await publish(state, out, '1')
  await writeFile(join(out, 'notes.txt'), 'mine')
  await stage('new', ['metrics.json', 'model/weights.bin'])
  await publish(state, out, '1')
  expect((await readdir(out)).sort()).toEqual([
    ...['.semblance', 'manifest.json', 'metrics.json', 'model', 'notes.txt'],
  ])
  expect(await contents('model/weights.bin')).toBe('new')
})

it('finishes what was interrupted after it was whole, and drops what was not', async () => {
  await stage('old', ['metrics.json', 'model/weights.bin'])
  await publish(state, out, '1')
  // Whole, with one part in place and the other out of the way, as a crash leaves it.
  await stage('new', ['metrics.json', 'model/weights.bin'])
  await publish(state, join(state, '..'), '1')
  await mkdir(join(state, 'staged'), { recursive: true })
  await rename(join(out, 'manifest.json'), join(state, 'staged', 'manifest.json'))
  await rename(join(out, 'model'), join(state, 'staged', 'model'))
  expect(await finishPublishing(state, out)).toBe(true)
  expect(await contents('model/weights.bin')).toBe('new')
  expect(await contents('metrics.json')).toBe('new')
  expect(await contents('manifest.json')).toContain('model/weights.bin')
  await stage('half', ['metrics.json'])
  expect(await finishPublishing(state, out)).toBe(false)
  expect(await contents('metrics.json')).toBe('new')
  expect(await readdir(state)).toEqual([])
})
