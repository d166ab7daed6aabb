import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { constants, getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createThumbnailPool, type ThumbnailPool } from '../../../src/main/dataset/thumbnailPool'
import { givesWay, type ThumbnailMessage } from '../../../src/main/dataset/thumbnailProtocol'
import { startNodeProcess } from '../../../src/main/processes/startProcess'
import { buildWorkers } from './builtWorkers'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-pool-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('the pool of processes that read pictures', () => {
  let pool: ThumbnailPool
  afterEach(() => pool.close())

  const start = (): void => {
    pool = createThumbnailPool({
      workersFolder: folder,
      thumbnailsFolder: folder,
      workers: 2,
      startProcess: startNodeProcess,
      givesWay: false,
    })
  }

  it('survives a picture that ends its process, and reads the others', async () => {
    // A program that ends of a file named so, as a fault in a decoder's memory would end it.
    await writeFile(
      join(folder, 'thumbnail.js'),
      `process.on('message', ({ batch, files }) => {
         if (files.includes('deadly')) process.kill(process.pid, 'SIGSEGV')
         else process.send({ batch, results: files.map(() => ({ kind: 'notImage' })) })
       })`,
    )
    start()
    await pool.read(['first'])
    const batches = await Promise.all([
      pool.read(['a', 'deadly', 'b']),
      pool.read(['c', 'd']),
      pool.read(['e']),
    ])
    expect(batches.map((results) => results.map((result) => result.kind))).toEqual([
      ['notImage', 'leftOut', 'notImage'],
      ['notImage', 'notImage'],
      ['notImage'],
    ])
    const how = process.platform === 'win32' ? 'exit code' : 'signal SIGSEGV'
    expect(batches[0][1]).toMatchObject({
      reason: 'corrupt',
      detail: expect.stringContaining(how) as string,
    })
  })

  it('gives up where the program cannot start at all', async () => {
    start()
    const reads = ['a', 'b', 'c', 'd', 'e', 'f'].map((file) => pool.read([file, `${file}2`]))
    const outcomes = await Promise.allSettled(reads)
    expect(outcomes.some((outcome) => outcome.status === 'rejected')).toBe(true)
    const failure = outcomes.find((outcome) => outcome.status === 'rejected')
    expect(failure?.reason).toMatchObject({ code: 'workerCrashed' })
  })
})

describe('the program that reads pictures', () => {
  const readOne = async (...manner: string[]): Promise<ChildProcess> => {
    const workers = await buildWorkers()
    const file = join(folder, 'grey.png')
    await sharp({ create: { width: 40, height: 30, channels: 3, background: '#888' } }).toFile(file)
    const child = fork(join(workers.folder, 'thumbnail.js'), [folder, ...manner])
    child.send({ batch: 1, files: [file] })
    const [{ results }] = (await once(child, 'message')) as [ThumbnailMessage]
    expect(results).toMatchObject([{ kind: 'image', widthPx: 40, heightPx: 30 }])
    await workers.dispose()
    return child
  }

  it('lets a window go first, with every thread that works for it', async () => {
    const child = await readOne(givesWay)
    const pid = child.pid!
    expect(getPriority(pid)).toBe(constants.priority.PRIORITY_BELOW_NORMAL)
    if (process.platform === 'linux') {
      const niceOf = (thread: string): string | undefined =>
        readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8').split(') ')[1]?.split(' ')[16]
      const all = readdirSync(`/proc/${pid}/task`).map(niceOf)
      expect(new Set(all)).toEqual(new Set([String(constants.priority.PRIORITY_BELOW_NORMAL)]))
    }
    child.kill('SIGKILL')
  })

  it('keeps the priority of the program where there is no window', async () => {
    const child = await readOne()
    expect(getPriority(child.pid)).toBe(getPriority())
    child.kill('SIGKILL')
  })

  it('hears no Ctrl+C, and ends with the program that started it', async () => {
    const child = await readOne()
    const ended = once(child, 'exit')
    child.kill('SIGINT')
    child.disconnect()
    expect(await ended).toEqual([0, null])
  })
})
