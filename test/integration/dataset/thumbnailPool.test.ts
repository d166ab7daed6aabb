import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createThumbnailPool, type ThumbnailPool } from '../../../src/main/dataset/thumbnailPool'

let folder: string
let pool: ThumbnailPool
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-pool-'))
})
afterEach(async () => {
  await pool.close()
  await rm(folder, { recursive: true, force: true })
})

/** A worker that dies of a file named so, as a decoder's fault would make it. */
async function start(): Promise<void> {
  await writeFile(
    join(folder, 'thumbnail.js'),
    `const { parentPort } = require('node:worker_threads')
     parentPort.on('message', ({ batch, files }) => {
       if (files.includes('deadly')) throw new Error('the decoder fell over')
       parentPort.postMessage({ batch, results: files.map(() => ({ kind: 'notImage' })) })
     })`,
  )
  pool = createThumbnailPool({ workersFolder: folder, thumbnailsFolder: folder, workers: 2 })
}

describe('the thumbnail pool', () => {
  it('survives a picture that ends its thread, and reads the others', async () => {
    await start()
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
    expect(batches[0][1]).toMatchObject({
      reason: 'corrupt',
      detail: expect.stringContaining('the decoder fell over') as string,
    })
  })

  it('gives up where the worker cannot start at all', async () => {
    pool = createThumbnailPool({ workersFolder: folder, thumbnailsFolder: folder, workers: 2 })
    const reads = ['a', 'b', 'c', 'd', 'e', 'f'].map((file) => pool.read([file, `${file}2`]))
    const outcomes = await Promise.allSettled(reads)
    expect(outcomes.some((outcome) => outcome.status === 'rejected')).toBe(true)
    const failure = outcomes.find((outcome) => outcome.status === 'rejected')
    expect(failure?.reason).toMatchObject({ code: 'workerCrashed' })
  })
})
