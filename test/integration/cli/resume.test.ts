import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkRoom } from '../../../src/main/cli/room'
import { type BuiltProgram, buildProgram } from '../training/builtProgram'
import { drawEmoji } from '../training/emojiFolder'
import { startProgram } from './startProgram'

let program: BuiltProgram
let folder: string
let images: string

beforeAll(async () => {
  program = await buildProgram(true)
  folder = await mkdtemp(join(tmpdir(), 'semblance-cli-resume-'))
  images = join(folder, 'images')
  await drawEmoji(images, 10, 48)
}, 300_000)

afterAll(async () => {
  await program?.dispose()
  if (folder !== undefined) await rm(folder, { recursive: true, force: true })
})

const start = (args: readonly string[]) => startProgram(program, folder, args)
const run = (...args: string[]) => start(args).ended

const quick = ['--network', 'small', '--image-size', '24', '--embedding-size', '12']
const trainOf = (out: string, backend: string, ...args: string[]) => [
  ...['train', images, ...quick, '--steps', '400', '--backend', backend, '--out', out],
  ...args,
]

const resultFiles = ['embeddings.csv', 'triplets.csv', 'perClass.csv', 'confusion.csv', 'map.csv']

/** All numbers of a folder of results but those of the clock. */
async function numbersOf(out: string): Promise<unknown> {
  const {
    durationSeconds: _,
    imagesPerSecond: __,
    ...metrics
  } = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8')) as Record<string, unknown>
  const files = await Promise.all(resultFiles.map((name) => readFile(join(out, name), 'utf8')))
  return { metrics, files, weights: await readFile(join(out, 'model', 'weights.bin')) }
}

describe('train --resume', () => {
  it.each(['wasm', 'tensorflow'])(
    'goes on after SIGKILL with the numbers of an unbroken run: %s',
    async (backend) => {
      const whole = join(folder, `whole ${backend}`)
      const unbroken = await run(...trainOf(whole, backend))
      if (backend === 'tensorflow' && unbroken.code === 1) {
        // Only the native library may be missing: its package is optional.
        expect(unbroken.error).toMatch(/tensorflow/i)
        return console.warn(`not run: ${unbroken.error.split('\n').at(-2)}`)
      }
      expect(unbroken.code, unbroken.error).toBe(0)
      const out = join(folder, `killed ${backend}`)
      const resume = trainOf(out, backend, '--resume')
      const moments = ['Importing images', 'Training: step', 'Training: step', 'Writing embeddings']
      for (const moment of moments) {
        const { child, ended, whenSaid } = start(resume)
        await whenSaid(moment)
        child.kill('SIGKILL')
        const { code, error } = await ended
        expect(code, error).toBeNull()
        expect(existsSync(join(out, 'manifest.json'))).toBe(false)
      }
      const without = await run(...trainOf(out, backend))
      expect(without.code).toBe(2)
      expect(without.error).toContain('was not finished')
      const { code, error } = await run(...resume)
      expect(code, error).toBe(0)
      expect(error).toContain('Going on with the run')
      expect(await numbersOf(out)).toEqual(await numbersOf(whole))
      expect(await readdir(out)).not.toContain('.semblance')
    },
    300_000,
  )

  it('refuses a folder in use, saves on SIGTERM, and goes on in the middle of an epoch', async () => {
    const whole = join(folder, 'whole term')
    const args = ['train', images, ...quick, '--epochs', '3', '--classes-per-batch', '4']
    const unbroken = await run(...args, '--out', whole, '--backend', 'wasm')
    expect(unbroken.code, unbroken.error).toBe(0)
    const out = join(folder, 'told to end')
    const { child, ended, whenSaid } = start([...args, '--out', out, '--backend', 'wasm'])
    await whenSaid('Training: step')
    const second = await run(...args, '--out', out, '--resume')
    expect(second.code).toBe(1)
    expect(second.error).toContain(`process ${child.pid}`)
    child.kill('SIGTERM')
    const { code, error } = await ended
    if (code !== 0) {
      expect(code, error).toBe(143)
      const seconds = Number(/Ended after ([\d.]+) s/.exec(error)![1])
      expect(seconds).toBeLessThan(10)
      const other = await run(...args, '--out', out, '--resume', '--seed', '9')
      expect(other.code).toBe(2)
      expect(other.error).toContain('seed is different')
      const resumed = await run(...args, '--out', out, '--backend', 'wasm', '--resume')
      expect(resumed.code, resumed.error).toBe(0)
    }
    expect(await numbersOf(out)).toEqual(await numbersOf(whole))
  }, 300_000)

  it('puts results in whole, also where that is interrupted, and starts over when told', async () => {
    const out = join(folder, 'swapped')
    const first = await run(...trainOf(out, 'wasm', '--seed', '2'))
    expect(first.code, first.error).toBe(0)
    const before = await numbersOf(out)
    const { child, ended, whenSaid } = start(trainOf(out, 'wasm', '--seed', '3'))
    await whenSaid('Training: step')
    child.kill('SIGKILL')
    await ended
    expect(await numbersOf(out)).toEqual(before)
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')) as {
      files: { name: string; bytes: number }[]
    }
    expect(manifest.files.map(({ name }) => name)).toContain('model/weights.bin')
    const { code, error } = await run(...trainOf(out, 'wasm', '--seed', '4', '--start-over'))
    expect(code, error).toBe(0)
    const metrics = JSON.parse(await readFile(join(out, 'metrics.json'), 'utf8')) as object
    expect(metrics).toMatchObject({ seed: 4 })
  }, 300_000)

  it('says before the work that a folder cannot be written to or the disk is too small', async () => {
    const { code, error } = await run(...trainOf(join(program.folder, 'cli.js', 'out'), 'wasm'))
    expect(code).toBe(1)
    expect(error).toContain('cannot be written to')
    const plan = { imageCount: 1e12, options: { embeddingSize: 512 } } as Parameters<
      typeof checkRoom
    >[1]
    await expect(checkRoom(folder, plan)).rejects.toMatchObject({ code: 'diskFull' })
    await expect(checkRoom(folder, { ...plan, imageCount: 1 })).resolves.toBeUndefined()
  })
})
