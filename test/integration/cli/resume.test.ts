import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readOutcome } from '../../../src/main/cli/outcomeFile'
import { checkRoom } from '../../../src/main/cli/room'
import { speedsFile } from '../../../src/main/training/measuredSpeeds'
import type { RunId } from '../../../src/shared/model/ids'
import { damageIndex } from '../db/damage'
import { commandOnDrawings } from './startProgram'

const cli = commandOnDrawings('resume')
const { start, run } = cli

const quick = ['--network', 'small', '--image-size', '24', '--embedding-size', '12']
const trainOf = (out: string, backend: string, ...args: string[]) => [
  ...['train', cli.images, ...quick, '--steps', '400', '--backend', backend, '--out', out],
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
      const whole = join(cli.folder, `whole ${backend}`)
      const unbroken = await run(...trainOf(whole, backend))
      if (backend === 'tensorflow' && unbroken.code === 1) {
        // Only the native library may be missing: its package is optional.
        expect(unbroken.error).toMatch(/tensorflow/i)
        return console.warn(`not run: ${unbroken.error.split('\n').at(-2)}`)
      }
      expect(unbroken.code, unbroken.error).toBe(0)
      const out = join(cli.folder, `killed ${backend}`)
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
    const whole = join(cli.folder, 'whole term')
    const args = ['train', cli.images, ...quick, '--epochs', '3', '--classes-per-batch', '4']
    const unbroken = await run(...args, '--out', whole, '--backend', 'wasm')
    expect(unbroken.code, unbroken.error).toBe(0)
    const out = join(cli.folder, 'told to end')
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
    const out = join(cli.folder, 'swapped')
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

  it('says which speeds, figures and rows it cannot use, and uses the rest', async () => {
    const out = join(cli.folder, 'forged')
    const cache = join(cli.folder, 'cache', 'semblance', 'headless')
    await mkdir(cache, { recursive: true })
    const speeds = { features: [1e200] }
    const backend = { name: 'wasm', description: 'any', threads: 1, seconds: speeds }
    await writeFile(speedsFile(cache), JSON.stringify({ version: 1, backends: [backend] }))
    const { child, ended, whenSaid } = start(trainOf(out, 'wasm'))
    await whenSaid('Comparing labels')
    child.kill('SIGKILL')
    expect((await ended).error).toContain('speeds that no machine can have (features)')

    const state = join(out, '.semblance', 'unfinished')
    const file = join(state, 'outcome.json')
    const whole = await readFile(file, 'utf8')
    const { state: ofRun } = JSON.parse(whole) as { state: { run: { id: RunId } } }
    expect(await readOutcome(file, ofRun.run.id)).toEqual(JSON.parse(whole))
    const mapAtR = /("after": \{[^}]*"mapAtR": )[^,]*/
    for (const [forged, why] of [
      [whole.replace(mapAtR, '$17e99'), 'state.run.after.mapAtR is 7e+99'],
      [whole.replace(mapAtR, '$1"NaN"'), 'state.run.after.mapAtR is "NaN"'],
      [whole.replace(/("durationMs": )[^,]*/, '$1-1'), 'durationMs is -1'],
      [whole.replace(/("id": )\d+/, '$1999'), 'it is of another run'],
      [whole.slice(0, -40), 'it is no JSON'],
      ['null', 'all of it is null'],
    ] as const) {
      expect(forged).not.toBe(whole)
      await writeFile(file, forged)
      await expect(readOutcome(file, ofRun.run.id)).rejects.toThrow(why)
    }
    const refused = await run(...trainOf(out, 'wasm'), '--resume')
    expect(refused.code).toBe(2)
    expect(refused.error).toContain('--start-over trains anew')

    await writeFile(file, whole)
    await damageIndex(join(state, 'semblance.sqlite'))
    const { code, error } = await run(...trainOf(out, 'wasm'), '--resume')
    expect(code, error).toBe(0)
    expect(error).toContain('The database was damaged and was repaired; nothing is lost.')
    expect(await readFile(join(out, 'metrics.json'), 'utf8')).toContain('mapAtR')
  }, 300_000)

  it('says before the work that a folder cannot be written to or the disk is too small', async () => {
    const { code, error } = await run(...trainOf(join(cli.program.folder, 'cli.js', 'out'), 'wasm'))
    expect(code).toBe(1)
    expect(error).toContain('cannot be written to')
    const plan = { imageCount: 1e12, options: { embeddingSize: 512 } } as Parameters<
      typeof checkRoom
    >[1]
    await expect(checkRoom(cli.folder, plan)).rejects.toMatchObject({ code: 'diskFull' })
    await expect(checkRoom(cli.folder, { ...plan, imageCount: 1 })).resolves.toBeUndefined()
  })
})
