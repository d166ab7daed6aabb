import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { makeTemporaryFolder, sweepLeftovers, temporaryPrefix } from '../../src/main/leftovers'
import { type Workspace, workspaceIn } from '../../src/main/workspace'

let folder: string
let workspace: Workspace
let dead: number
const now = Date.now()
const hours = (count: number) => new Date(now - count * 3_600_000)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-test-'))
  workspace = workspaceIn(folder)
  const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
  dead = child.pid!
  await once(child, 'exit')
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function put(path: string, age: number): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'something')
  await utimes(path, hours(age), hours(age))
  return path
}
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

it('removes what dead writers left, and nothing else', async () => {
  const partial = (pid: number) => `.semblance-0123abcd-${pid}-89efcdab.part`
  const gone = await Promise.all([
    put(join(folder, partial(dead)), 2),
    put(join(workspace.cacheFolder, 'thumbnails', 'ab', partial(dead)), 2),
    put(join(workspace.cacheFolder, 'thumbnails', 'ab', `ab12.webp.${dead}-x1y2.part`), 2),
    put(join(workspace.runsFolder, '3', partial(dead), 'weights.bin'), 2),
    put(join(workspace.sweepsFolder, '1', partial(dead)), 2),
    put(join(folder, 'backups', partial(dead)), 2),
  ])
  await utimes(dirname(gone[3]), hours(2), hours(2))
  const stays = await Promise.all([
    // Of a process that lives, of one on another computer perhaps, and of nobody.
    put(join(workspace.cacheFolder, partial(process.pid)), 2),
    put(join(workspace.cacheFolder, partial(dead)), 0.1),
    put(join(workspace.runsFolder, '3', 'embeddings.f32'), 2),
    put(join(workspace.runsFolder, '9', 'notes.part'), 2),
  ])
  await sweepLeftovers(workspace, now)
  for (const path of gone) expect(await isThere(path), path).toBe(false)
  for (const path of stays) expect(await isThere(path), path).toBe(true)
})

it('removes temporary folders of dead runs', async () => {
  const named = temporaryPrefix('run').replace(String(process.pid), String(dead))
  const old = await mkdtemp(named)
  await utimes(old, hours(2), hours(2))
  const mine = await mkdtemp(temporaryPrefix('run'))
  await utimes(mine, hours(2), hours(2))
  try {
    await sweepLeftovers(workspace, now)
    expect(await isThere(old)).toBe(false)
    expect(await isThere(mine)).toBe(true)
  } finally {
    await rm(old, { recursive: true, force: true })
    await rm(mine, { recursive: true, force: true })
  }
})

it('puts a model back that was to be replaced when the program ended', async () => {
  const run = join(workspace.runsFolder, '4')
  await put(join(run, '.semblance-replaced-model', 'manifest.json'), 2)
  await sweepLeftovers(workspace, now)
  expect(await readdir(run)).toEqual(['model'])
  // Where the new one stands already, the old one goes.
  await put(join(run, '.semblance-replaced-model', 'manifest.json'), 2)
  await sweepLeftovers(workspace, now)
  expect(await readdir(run)).toEqual(['model'])
})

it.skipIf(process.platform === 'win32').each([
  ['is not there', () => join(folder, 'nowhere'), Infinity],
  ['is too long for what goes in it', () => folder, 4],
])('makes temporary folders elsewhere where TMPDIR %s', async (_, place, longest) => {
  vi.stubEnv('TMPDIR', place())
  const made = [makeTemporaryFolder('native', longest), makeTemporaryFolder('run')]
  vi.unstubAllEnvs()
  try {
    expect(dirname(made[0]!)).toBe('/tmp')
    expect(dirname(made[1]!)).toBe(longest === Infinity ? '/tmp' : folder)
  } finally {
    await Promise.all(made.map((path) => rm(path, { recursive: true })))
  }
})
