import { mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sqlite3 from 'sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isBackupDue, listBackups, makeBackup, mostBackups } from '../../../src/main/db/backups'
import { openStore, type Store } from '../../../src/main/db/store'
import { writeChecked } from '../../../src/main/files/checkedFiles'
import { runFolder } from '../../../src/main/workspace'
import type { DatasetId } from '../../../src/shared/model/ids'
import type { TrainingOptions } from '../../../src/shared/model/training'
import { damageIndex, pagesOf } from './damage'
import { addImages, type TemporaryStore, temporaryStore } from './temporaryStore'

const imageCount = 3000
const hour = 3_600_000

let temporary: TemporaryStore
let file: string
let datasetId: DatasetId
let reopened: Store | null

beforeEach(async () => {
  temporary = await temporaryStore()
  reopened = null
  file = temporary.workspace.databaseFile
  const images = Array.from({ length: imageCount }, (_, i) => ({
    path: `${i % 7}/${String(i).padStart(5, '0')}.png`,
    label: String(i % 7),
  }))
  ;({ datasetId } = await addImages(temporary.store, '/pictures', images))
})
afterEach(async () => {
  await reopened?.close()
  await temporary.dispose()
})

const reopen = async (): Promise<Store> => (reopened = await openStore(file))
const countOf = async (store: Store): Promise<number> =>
  (await store.images.trainingRows(datasetId)).ids.length
const keptFiles = async (): Promise<string[]> =>
  (await readdir(dirname(file))).filter((name) => /^damaged-.*sqlite$/.test(name))

async function spoil(pages: readonly number[]): Promise<void> {
  const handle = await open(file, 'r+')
  for (const page of pages) await handle.write(Buffer.alloc(4096, 0xff), 0, 4096, (page - 1) * 4096)
  await handle.close()
}

async function addRun(store: Store): Promise<number> {
  const id = await store.runs.create(datasetId, {} as TrainingOptions, 1)
  await mkdir(runFolder(temporary.workspace, id), { recursive: true })
  return id
}

describe('a damaged database', () => {
  it('with a wrong byte in an index is repaired, and loses nothing', async () => {
    await temporary.store.close()
    await damageIndex(file)
    const store = await reopen()
    expect(store.damage?.details).toMatchObject({ kind: 'repaired' })
    expect(await countOf(store)).toBe(imageCount)
    expect(await keptFiles()).toHaveLength(1)
  })

  it('whose indexes alone are damaged loses nothing', async () => {
    await temporary.store.close()
    await spoil((await pagesOf(file, 'image_by_hash')).slice(1, 3))
    const store = await reopen()
    expect(store.damage?.details).toMatchObject({ kind: 'salvaged' })
    expect(await countOf(store)).toBe(imageCount)
    expect(await keptFiles()).toHaveLength(1)
  })

  it('is replaced by its newest sound backup, where rows are lost', async () => {
    await temporary.store.settings.write('which', 'first')
    await makeBackup(file, Date.UTC(2026, 0, 1, 10))
    await temporary.store.settings.write('which', 'second')
    const second = await makeBackup(file, Date.UTC(2026, 0, 1, 11))
    await temporary.store.settings.write('which', 'third')
    const third = await makeBackup(file, Date.UTC(2026, 0, 1, 12))
    await truncate(third.file, 20_000)
    await temporary.store.close()
    await spoil((await pagesOf(file, 'image')).slice(3, 6))
    const store = await reopen()
    expect(store.damage?.details).toMatchObject({ kind: 'restored', backupAt: second.at })
    expect(await store.settings.read('which')).toBe('second')
    expect(await countOf(store)).toBe(imageCount)
    // The backups stay as they are: nothing was made of the damaged one.
    expect(await listBackups(file)).toHaveLength(3)
  })

  it('without a backup keeps every row that can be read', async () => {
    await temporary.store.close()
    const lost = (await pagesOf(file, 'image')).slice(3, 6)
    await spoil(lost)
    const store = await reopen()
    expect(store.damage?.details).toMatchObject({ kind: 'salvagedPart' })
    const found = await countOf(store)
    expect(found).toBeLessThan(imageCount)
    // A page holds at most 64 rows, and reading begins again within as many.
    expect(found).toBeGreaterThan(imageCount - 64 * (lost.length + 1))
    expect((await store.labels.names(datasetId)).size).toBe(7)
    const check = await store.database.all('PRAGMA foreign_key_check')
    expect(check).toEqual([])
    expect(await store.database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' })
  })

  it('is kept whole, with its log', async () => {
    await temporary.store.close()
    const bytes = await readFile(file)
    bytes.fill(0x5a, 0, 100)
    await writeFile(file, bytes)
    const store = await reopen()
    expect(store.damage?.details).toMatchObject({ kind: 'begun' })
    const [kept] = await keptFiles()
    expect(await readFile(join(dirname(file), kept!))).toEqual(bytes)
    expect(store.damage?.message).toContain(kept)
  })
})

describe('a database that is gone', () => {
  it('is a first day only where nothing was ever there', async () => {
    await temporary.store.close()
    await rm(file)
    const store = await reopen()
    expect(store.damage).toBeNull()
  })

  it.each([
    ['absent', () => rm(file)],
    ['empty', () => truncate(file, 0)],
    ['a database without tables', () => emptyDatabase()],
  ])('is restored from the backup where it is %s', async (_, lose) => {
    const id = await addRun(temporary.store)
    const backup = await makeBackup(file)
    await temporary.store.close()
    await lose()
    const store = await reopen()
    expect(store.damage?.details).toMatchObject({ kind: 'restored', backupAt: backup.at })
    expect(await countOf(store)).toBe(imageCount)
    expect((await store.runs.find(id as never))?.summary.id).toBe(id)
    await store.close()
    // The next start is like any other.
    expect((await reopen()).damage).toBeNull()
  })

  it('begins a new one without a backup, says so, and gives no run the folder of another', async () => {
    let last = 0
    for (let run = 0; run < 3; run++) last = await addRun(temporary.store)
    const rows = await temporary.store.images.trainingRows(datasetId)
    await writeChecked(runFolder(temporary.workspace, last), {
      'ids.u32': new Uint8Array(Uint32Array.from(rows.ids).buffer),
    })
    const sweep = join(temporary.workspace.sweepsFolder, '1')
    await mkdir(sweep, { recursive: true })
    await writeFile(join(sweep, 'sweep.json'), JSON.stringify({ datasetId: datasetId + 4 }))
    await temporary.store.close()
    await rm(file)
    const store = await reopen()
    expect(store.damage?.details).toMatchObject({ kind: 'begun', file: '' })
    const added = await addImages(store, '/pictures', [{ path: 'a.png', label: 'a' }])
    expect(added.datasetId).toBe(datasetId + 5)
    expect(added.idOf.get('a.png')).toBeGreaterThan(Math.max(...rows.ids))
    const id = await store.runs.create(added.datasetId, {} as TrainingOptions, 1)
    expect(id).toBe(last + 1)
  })

  it('gives runs ids above those of runs that the backup does not know', async () => {
    const known = await addRun(temporary.store)
    await makeBackup(file)
    const unknown = await addRun(temporary.store)
    expect(unknown).toBeGreaterThan(known)
    await temporary.store.close()
    await rm(file)
    const store = await reopen()
    const id = await store.runs.create(datasetId, {} as TrainingOptions, 1)
    expect(id).toBe(unknown + 1)
  })
})

describe('backups', () => {
  it('are copies while the database is written to, of which five are kept', async () => {
    const start = Date.UTC(2026, 0, 1)
    for (let i = 0; i < mostBackups + 2; i++) {
      await temporary.store.settings.write('hour', i)
      await makeBackup(file, start + i * hour)
    }
    const backups = await listBackups(file)
    expect(backups.map(({ at }) => (at - start) / hour)).toEqual([6, 5, 4, 3, 2])
    const copy = await openStore(backups[1]!.file)
    expect(await copy.settings.read('hour')).toBe(5)
    await copy.close()
    expect(await readdir(dirname(backups[0]!.file))).not.toContainEqual(
      expect.stringMatching(/part|journal/),
    )
  })

  it('are due an hour after the last, where something was written since', async () => {
    expect(await isBackupDue(file)).toBe(true)
    const { at } = await makeBackup(file)
    expect(await isBackupDue(file, at + hour - 1)).toBe(false)
    await temporary.store.settings.write('a', 1)
    expect(await isBackupDue(file, at + hour)).toBe(true)
    const written = (await stat(`${file}-wal`)).mtimeMs
    await makeBackup(file, Math.ceil(written) + 1)
    expect(await isBackupDue(file, written + 2 * hour)).toBe(false)
  })
})

describe('a database that another program holds', () => {
  const hold = async (): Promise<() => Promise<void>> => {
    const other = new sqlite3.Database(file)
    await execute(other, 'PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
    return () => new Promise((resolve) => other.close(() => resolve()))
  }

  it('is waited for', async () => {
    await temporary.store.close()
    const release = await hold()
    const opening = reopen()
    await release()
    expect(await countOf(await opening)).toBe(imageCount)
  })

  it('is a sentence where it is not let go, and nothing is set aside', async () => {
    await temporary.store.close()
    const release = await hold()
    try {
      await expect(openStore(file)).rejects.toMatchObject({ code: 'databaseBusy' })
      expect(await keptFiles()).toEqual([])
    } finally {
      await release()
    }
  }, 30_000)
})

const execute = (database: sqlite3.Database, sql: string): Promise<void> =>
  new Promise((resolve, reject) =>
    database.exec(sql, (error) => (error === null ? resolve() : reject(error))),
  )

async function emptyDatabase(): Promise<void> {
  await rm(file)
  const database = new sqlite3.Database(file)
  await execute(database, 'CREATE TABLE a (b); DROP TABLE a')
  await new Promise<void>((resolve) => database.close(() => resolve()))
}
