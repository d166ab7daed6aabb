import { readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openConnection } from '../../../src/main/db/connection'
import { appendCurve, cutCurve, readCurve } from '../../../src/main/db/curveFile'
import { migrate, versionOf } from '../../../src/main/db/migrate'
import { migrations } from '../../../src/main/db/migrations'
import { openStore } from '../../../src/main/db/store'
import { type TrainingOptions, unchosenOptions } from '../../../src/shared/model/training'
import { addImages, type TemporaryStore, temporaryStore } from './temporaryStore'

let temporary: TemporaryStore
beforeEach(async () => {
  temporary = await temporaryStore()
})
afterEach(() => temporary.dispose())

const options = { network: 'frozen', distance: 'cosine', seed: 1 } as unknown as TrainingOptions

describe('database', () => {
  it('uses a write-ahead log, foreign keys and the newest version', async () => {
    const { database } = temporary.store
    expect(await database.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' })
    expect(await database.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 })
    expect(await versionOf(database)).toBe(migrations.at(-1)!.version)
  })

  it('refuses a row that points to nothing', async () => {
    await expect(temporary.store.runs.create(99 as never, options, 1)).rejects.toThrow(
      /FOREIGN KEY/,
    )
  })

  it('undoes a transaction that throws and keeps others apart from it', async () => {
    const { database, settings } = temporary.store
    let seenInside: unknown
    const failing = database.transaction(async (transaction) => {
      await transaction.run("INSERT INTO setting VALUES ('a', '1')")
      seenInside = await settings.read('a')
      throw new Error('stop')
    })
    const queued = settings.write('b', { deep: [1] })
    await expect(failing).rejects.toThrow('stop')
    await queued
    expect(seenInside).toBeUndefined()
    expect(await settings.read('a')).toBeUndefined()
    expect(await settings.read('b')).toEqual({ deep: [1] })
  })

  it('sets a damaged file aside whole and starts a new one', async () => {
    const file = temporary.workspace.databaseFile
    await temporary.store.settings.write('kept', true)
    await temporary.store.close()
    const bytes = await readFile(file)
    bytes.fill(0x5a, 0, 100)
    await writeFile(file, bytes)
    const reopened = await openStore(file)
    try {
      expect(reopened.damage?.code).toBe('databaseDamaged')
      expect(await reopened.settings.read('kept')).toBeUndefined()
      const kept = (await readdir(dirname(file))).find((name) => name.startsWith('damaged-'))
      expect(await readFile(`${dirname(file)}/${kept}`)).toEqual(bytes)
      expect(reopened.damage?.message).toContain(kept)
    } finally {
      await reopened.close()
    }
  })

  it('notices damage in the middle of a file', async () => {
    await addImages(
      temporary.store,
      '/pictures',
      Array.from({ length: 2000 }, (_, index) => ({ path: `a/${index}.png`, label: 'a' })),
    )
    await temporary.store.close()
    const file = temporary.workspace.databaseFile
    const bytes = await readFile(file)
    bytes.fill(0xff, 4096 * 10, 4096 * 14)
    await writeFile(file, bytes)
    const reopened = await openStore(file)
    expect(reopened.damage?.code).toBe('databaseDamaged')
    await reopened.close()
  })

  it('leaves a database of a newer program alone', async () => {
    await temporary.store.database.run('PRAGMA user_version = 9999')
    await temporary.store.close()
    await expect(openStore(temporary.workspace.databaseFile)).rejects.toMatchObject({
      code: 'invalidInput',
      details: { found: 9999 },
    })
    expect((await readdir(dirname(temporary.workspace.databaseFile))).join()).not.toContain(
      'damaged',
    )
  })
})

describe('migrations', () => {
  it('bring the first version’s rows to the newest', async () => {
    const file = `${temporary.folder}/old.sqlite`
    const old = await openConnection(file)
    await migrate(old, migrations.slice(0, 1))
    await old.run("INSERT INTO dataset VALUES (1, 'pictures', '/pictures', 1, 2, NULL, 3)")
    await old.run("INSERT INTO label VALUES (4, 1, '猫', '猫', 0)")
    await old.run(
      `INSERT INTO image VALUES (5, 1, '猫/1.png', '1.png', 6, 7.5, 'ab', 'cd', 8, 9, 'png', 4, 2,
         1, 0, 10)`,
    )
    await old.close()
    const store = await openStore(file)
    try {
      expect(await versionOf(store.database)).toBe(migrations.at(-1)!.version)
      expect(await store.images.find(5 as never)).toMatchObject({
        relativePath: '猫/1.png',
        modifiedAt: 7.5,
        labelId: 4,
        excluded: true,
      })
      expect(await store.datasets.recent(1)).toMatchObject([{ imageCount: 1, leftOutCount: 3 }])
    } finally {
      await store.close()
    }
  })

  it('give labels of the version before what their draw goes by, and datasets a seed', async () => {
    const file = `${temporary.folder}/before.sqlite`
    const old = await openConnection(file)
    await migrate(
      old,
      migrations.filter(({ version }) => version < 30),
    )
    await old.run("INSERT INTO dataset VALUES (1, 'pictures', '/pictures', 1, 2, NULL, 3)")
    await old.run("INSERT INTO label VALUES (4, 1, '猫', '猫', 0)")
    await old.close()
    const { datasets, labels, splits, ...store } = await openStore(file)
    const key = { kind: 'byClass' as const, testShare: 0.2, seed: 1 }
    const [dataset, label] = [1 as never, 4 as never]
    try {
      expect((await datasets.find(dataset))?.name).toBe('pictures')
      expect(await splits.seed(dataset)).toBe(1)
      expect(await splits.hasByClass(dataset)).toBe(false)
      await store.database.transaction((t) => labels.rename(t, label, 'cat'))
      expect(await labels.drawKeys(dataset)).toEqual(new Map([[4, '猫']]))
      const images = new Map(Array.from({ length: 20_000 }, (_, i) => [`sha ${i}`, 1 + (i % 2)]))
      await splits.keep(dataset, key, { labels: new Map([[4, 2]]), images })
      // What is kept stays, whatever is drawn later.
      await splits.keep(dataset, key, {
        labels: new Map([[4, 1]]),
        images: new Map([['sha 0', 2]]),
      })
      expect(await splits.labelSides(dataset, key)).toEqual(
        new Map([[4, { drawn: 2, chosen: null }]]),
      )
      expect(await splits.imageSides(dataset, key)).toEqual(images)
      expect(await splits.hasByClass(dataset)).toBe(true)
      await splits.choose(
        dataset,
        key,
        { labels: new Map(), images: new Map() },
        new Map([[label, 1]]),
      )
      expect((await splits.labelSides(dataset, key)).get(4)).toEqual({ drawn: 2, chosen: 1 })
      await splits.forgetChosen(dataset, key)
      expect((await splits.labelSides(dataset, key)).get(4)).toEqual({ drawn: 2, chosen: null })
      expect(await splits.labelSides(dataset, { ...key, seed: 2 })).toEqual(new Map())
      await datasets.remove(dataset)
      expect(await store.database.all('SELECT * FROM split_image')).toEqual([])
    } finally {
      await store.close()
    }
  })

  it('are in ascending order', () => {
    const versions = migrations.map((migration) => migration.version)
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b))
  })

  it('keep the rows of the version before and leave it whole where one fails', async () => {
    const { datasetId } = await addImages(temporary.store, '/pictures', [
      { path: '猫/a "b".png', label: '猫' },
    ])
    await temporary.store.close()
    const database = await openConnection(temporary.workspace.databaseFile)
    const added = {
      version: 1000,
      sql: 'ALTER TABLE image ADD COLUMN note TEXT; -- a comment; with one',
    }
    await migrate(database, [...migrations, added])
    expect(await versionOf(database)).toBe(1000)
    expect(await database.all('SELECT relative_path, note FROM image')).toEqual([
      { relative_path: '猫/a "b".png', note: null },
    ])
    const failing = {
      version: 1010,
      sql: 'CREATE TABLE extra (id INTEGER); SELECT * FROM missing;',
    }
    await expect(migrate(database, [...migrations, added, failing])).rejects.toThrow(/missing/)
    expect(await versionOf(database)).toBe(1000)
    expect(await database.get("SELECT 1 FROM sqlite_schema WHERE name = 'extra'")).toBeUndefined()
    await database.run(`PRAGMA user_version = ${migrations.at(-1)!.version}`)
    await database.close()
    const store = await temporary.reopen()
    expect((await store.datasets.find(datasetId))?.imageCount).toBe(1)
  })
})

describe('runs', () => {
  it('keep what training said and are interrupted by a restart', async () => {
    const { datasetId } = await addImages(temporary.store, '/pictures', [])
    const { runs } = temporary.store
    const id = await runs.create(datasetId, options, 5)
    const metrics = { precisionAt1: 0.5, rPrecision: 0.25, mapAtR: 0.125, queries: 8 }
    await runs.update(id, { before: metrics, stage: 'training', bestEpoch: 3, durationMs: 12.6 })
    const record = { epoch: 1, loss: 0.5 } as never
    await runs.saveEpoch(id, record)
    await runs.saveEpoch(id, { epoch: 1, loss: 0.25 } as never)
    const store = await temporary.reopen()
    expect(await store.runs.markInterrupted()).toEqual([id])
    expect(await store.runs.markInterrupted()).toEqual([])
    const found = await store.runs.find(id)
    // Stored before there were such options.
    expect(found!.summary.options).toMatchObject({ ...unchosenOptions, ...options })
    expect(found).toMatchObject({
      datasetId,
      stage: 'training',
      summary: {
        status: 'interrupted',
        before: metrics,
        after: null,
        bestEpoch: 3,
        durationMs: 13,
      },
    })
    await store.runs.saveEpoch(id, { epoch: 2, loss: 0.125 } as never)
    await store.runs.cutEpochs(id, 1)
    expect(await store.runs.epochs(id)).toEqual([{ epoch: 1, loss: 0.25 }])
    await store.runs.remove(id)
    expect(await store.runs.list(datasetId)).toEqual([])
  })

  it('keep a curve in a file, thinned with both ends', async () => {
    const { folder } = temporary
    expect((await readCurve(folder)).step.length).toBe(0)
    for (let step = 0; step < 100; step += 1) {
      await appendCurve(folder, Float32Array.of(step, step / 100, 0.5, 0.25, 0.75, 0.125, 2, 0.5))
    }
    const curve = await readCurve(folder, 12)
    expect(curve.step.length).toBe(12)
    expect([curve.step[0], curve.step[11]]).toEqual([0, 99])
    expect(curve.learningRate[3]).toBe(0.125)
    expect(curve.meanNegativeDistance[5]).toBe(0.75)
    await cutCurve(folder, 40)
    expect([...(await readCurve(folder)).step]).toEqual(Array.from({ length: 41 }, (_, i) => i))
    await cutCurve(folder, 90)
    expect((await readCurve(folder)).step).toHaveLength(41)
  })

  it('read the curve of an earlier version', async () => {
    const rows = Float32Array.of(1, 0.5, 1, 0.2, 0.3, 2, 0.4, 1, 0.1, 0.3)
    await writeFile(`${temporary.folder}/curve.f32`, new Uint8Array(rows.buffer))
    const curve = await readCurve(temporary.folder)
    expect([...curve.step]).toEqual([1, 2])
    expect(curve.loss[1]).toBeCloseTo(0.4)
    expect(curve.learningRate).toHaveLength(0)
  })
})

describe('datasets', () => {
  it('forget everything that hangs on one and nothing of another', async () => {
    const first = await addImages(temporary.store, '/one', [
      { path: 'a/1.png', label: 'a' },
      { path: 'a/2.png', label: 'a' },
      { path: 'b/1.png', label: 'b' },
    ])
    const second = await addImages(temporary.store, '/two', [{ path: 'a/1.png', label: 'a' }])
    const { store } = temporary
    const run = await store.runs.create(first.datasetId, options, 1)
    const [anchor, positive, negative] = first.idOf.values()
    await store.triplets.save(run, [
      {
        anchor: anchor!,
        positive: positive!,
        negative: negative!,
        epoch: 1,
        step: 1,
        timesMined: 1,
        minedPositiveDistance: 1,
        minedNegativeDistance: 0.5,
        minedLoss: 0.7,
      },
    ])
    await store.datasets.remove(first.datasetId)
    for (const table of ['run', 'triplet']) {
      expect(await store.database.get(`SELECT count(*) AS n FROM ${table}`)).toEqual({ n: 0 })
    }
    expect(await store.database.get('SELECT count(*) AS n FROM label')).toEqual({ n: 1 })
    expect((await store.datasets.find(second.datasetId))?.imageCount).toBe(1)
  })
})
