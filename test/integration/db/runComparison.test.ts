import { expect, it } from 'vitest'
import { openConnection } from '../../../src/main/db/connection'
import { migrate } from '../../../src/main/db/migrate'
import { migrations } from '../../../src/main/db/migrations'
import { openStore } from '../../../src/main/db/store'
import type { RunGain, TodaysResult } from '../../../src/shared/model/comparison'
import type { DatasetId, RunId } from '../../../src/shared/model/ids'
import { temporaryStore } from './temporaryStore'

const metrics = { precisionAt1: 0.5, rPrecision: 0.25, mapAtR: 0.125, queries: 8 }

it('keeps the runs of the version before, and what is then measured of them', async () => {
  const temporary = await temporaryStore()
  const file = `${temporary.folder}/before.sqlite`
  const old = await openConnection(file)
  await migrate(
    old,
    migrations.filter(({ version }) => version < 50),
  )
  await old.run(`INSERT INTO dataset (id, name, folder, created_at, opened_at)
    VALUES (1, 'pictures', '/pictures', 1, 2)`)
  for (const id of [3, 4]) {
    await old.run(
      `INSERT INTO run (id, dataset_id, started_at, status, stage, options, after, has_embeddings)
       VALUES (?, 1, ?, 'finished', 'saving', '{"split":"byClass"}', ?, 1)`,
      [id, id, JSON.stringify(metrics)],
    )
  }
  await old.close()

  const store = await openStore(file)
  const datasetId = 1 as DatasetId
  try {
    const runs = await store.runs.list(datasetId)
    expect(runs.map(({ summary }) => [summary.id, summary.after])).toEqual([
      [4, metrics],
      [3, metrics],
    ])
    const { comparison } = store
    expect(await comparison.results(datasetId)).toEqual([])
    const result: TodaysResult = {
      ...{ runId: 4 as RunId, part: 'test', metrics, testKey: 'x', testLabels: 2, testImages: 9 },
    }
    const gain: RunGain = {
      ...{ runId: 4 as RunId, earlierId: 3 as RunId, corrections: 2, earlier: 0.1, later: 0.2 },
      difference: { mean: 0.1, low: 0.05, high: 0.15, over: 'labels' },
      ...{ sharedLabels: 2, isSameTest: true },
    }
    await comparison.saveResult('before', result)
    await comparison.saveResult('key', { ...result, testImages: 8 })
    await comparison.saveGain('pair', gain)
    expect(await comparison.results(datasetId)).toEqual([
      { key: 'key', value: { ...result, testImages: 8 } },
    ])
    expect(await comparison.gains(datasetId)).toEqual([{ key: 'pair', value: gain }])
    expect(await comparison.gains(2 as DatasetId)).toEqual([])

    // Without the run it was held against, a gain says nothing; of a removed run nothing is kept.
    await store.runs.remove(3 as RunId)
    expect(await comparison.gains(datasetId)).toEqual([])
    await comparison.saveGain('late', gain)
    await comparison.saveResult('late', { ...result, runId: 3 as RunId })
    expect(await comparison.gains(datasetId)).toEqual([])
    expect(await comparison.results(datasetId)).toHaveLength(1)
  } finally {
    await store.close()
    await temporary.dispose()
  }
})
