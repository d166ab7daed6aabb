import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type Database, openConnection } from '../../../src/main/db/connection'

let folder: string
let database: Database
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-connection-'))
  database = await openConnection(join(folder, 'database.sqlite'))
})
afterEach(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

it('reads what was written before, however many others read at the same time', async () => {
  await database.run('CREATE TABLE counter (value INTEGER NOT NULL)')
  await database.run('INSERT INTO counter VALUES (0)')
  let isDone = false
  const others = Array.from({ length: 8 }, async () => {
    while (!isDone) await database.get('SELECT value FROM counter')
  })
  const stale: unknown[] = []
  for (let value = 1; value <= 300; value += 1) {
    await database.run('UPDATE counter SET value = ?', [value])
    const one = await database.get<{ value: number }>('SELECT value FROM counter')
    const [all] = await database.all<{ value: number }>('SELECT value FROM counter')
    if (one?.value !== value || all?.value !== value) stale.push([value, one?.value, all?.value])
  }
  isDone = true
  await Promise.all(others)
  expect(stale).toEqual([])
})
