import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { holdOut, workFolder } from '../../../src/main/cli/outFolder'
import { ProgressLine } from '../../../src/main/cli/progressLine'
import { enterRun, type TrainArguments } from '../../../src/main/cli/train'

let out = ''
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), 'semblance-out-'))
})
afterEach(() => rm(out, { recursive: true, force: true }))

const state = () => workFolder(join(out, '.semblance'))
const asked = (how: Partial<TrainArguments>): TrainArguments => ({
  ...{ request: { seed: 5 }, folder: '/pictures', network: null, namesLabels: false },
  ...{ isResumed: false, isAnew: false, out, followsLinks: false, isCompact: false, map: {} },
  ...how,
})
/** Begins or goes on, and lets the folder go as the end of the program does. */
async function enter(how: Partial<TrainArguments>) {
  const place = await holdOut(out)
  const progress = new ProgressLine({ write: () => true })
  try {
    return await enterRun(place, asked(how), { version: '1.2.3', progress })
  } finally {
    await place.release()
  }
}

describe('the folder of an unfinished run', () => {
  it('goes on with what its description says', async () => {
    const begun = await enter({})
    await expect(enter({})).rejects.toThrow('was not finished')
    expect(await enter({ isResumed: true })).toEqual(begun)
  })

  it.each([
    ['{"version":"1.2.3","fol', 'it is no JSON'],
    ['null', 'all of it is null'],
    ['{"version":"9","folder":"/pictures","startedAt":1,"request":{"later":1}}', 'request.later'],
    ['{"version":"9","folder":7,"startedAt":1,"request":{}}', 'folder is 7'],
  ])(
    'keeps all of it where that cannot be used, until told to start over: %s',
    async (text, why) => {
      await mkdir(state(), { recursive: true })
      const description = join(state(), 'job.json')
      const database = join(state(), 'semblance.sqlite')
      await writeFile(description, text)
      await writeFile(database, 'hours of work')
      for (const isResumed of [false, true]) {
        const failure = await enter({ isResumed }).catch((error: unknown) => error as Error)
        expect(failure).toMatchObject({ name: 'UsageError' })
        expect((failure as Error).message).toContain(`${description}: ${why}`)
        expect((failure as Error).message).toContain('--start-over')
      }
      expect(await readFile(description, 'utf8')).toBe(text)
      expect(await readFile(database, 'utf8')).toBe('hours of work')
      const anew = await enter({ isAnew: true })
      expect(anew.request).toEqual({ seed: 5 })
      expect(existsSync(database)).toBe(false)
      expect(JSON.parse(await readFile(description, 'utf8'))).toMatchObject({
        request: { seed: 5 },
      })
    },
  )

  it('says what else than a file lies in the place of the description', async () => {
    await mkdir(join(state(), 'job.json'), { recursive: true })
    await expect(enter({ isResumed: true })).rejects.toThrow('it is no ordinary file')
    expect(existsSync(join(state(), 'job.json'))).toBe(true)
  })
})
