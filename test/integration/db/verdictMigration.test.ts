import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openConnection } from '../../../src/main/db/connection'
import { migrate } from '../../../src/main/db/migrate'
import { migrations } from '../../../src/main/db/migrations'
import { openStore } from '../../../src/main/db/store'
import { createLabelService } from '../../../src/main/labels/labelService'
import { createTripletService } from '../../../src/main/triplets/tripletService'
import type { DatasetId, RunId } from '../../../src/shared/model/ids'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'semblance-test-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

it('verdicts of triplets become verdicts of their images, and their undo goes on', async () => {
  const file = join(folder, 'old.sqlite')
  const old = await openConnection(file)
  await migrate(
    old,
    migrations.filter(({ version }) => version < 30),
  )
  await old.run("INSERT INTO dataset VALUES (1, 'pictures', '/pictures', 1, 2, NULL, 0)")
  for (const [id, name] of ['cat', 'dog'].entries()) {
    await old.run('INSERT INTO label VALUES (?, 1, ?, ?, ?)', [id + 1, name, name, id])
  }
  for (const [id, label] of [1, 1, 2, 2].entries()) {
    await old.run(
      `INSERT INTO image (id, dataset_id, relative_path, search_name, bytes, modified_at, sha256,
         perceptual_hash, width_px, height_px, format, label_id, added_at)
       VALUES (?1, 1, ?1, ?1, 1, 1, 'content ' || ?1, 'ab', 8, 8, 'png', ?2, 1)`,
      [id + 1, label],
    )
  }
  const options = JSON.stringify({
    loss: { name: 'triplet', options: {} },
    distance: 'euclidean',
  })
  for (const run of [1, 2, 3]) {
    await old.run(
      `INSERT INTO run (id, dataset_id, started_at, status, stage, options)
       VALUES (?, 1, 5, 'finished', 'saving', ?)`,
      [run, options],
    )
  }
  const insert = `INSERT INTO triplet (id, run_id, anchor, positive, negative, epoch, step,
    times_mined, mined_positive_distance, mined_negative_distance, mined_loss, verdict)
    VALUES (?, ?, 1, 2, ?, 1, 1, 1, 1, 0.5, 0.7, ?)`
  await old.run(insert, [1, 1, 3, '{"kind":"exclude","which":"anchor"}'])
  await old.run(insert, [2, 2, 3, '{"kind":"fine"}'])
  await old.run(insert, [3, 2, 4, null])
  await old.run(insert, [4, 3, 3, null])
  const step = {
    label: null,
    verdict: { tripletId: 2, runId: 2, before: null, after: { kind: 'fine' }, imageIds: [1, 2, 3] },
  }
  await old.run(
    "INSERT INTO journal (id, dataset_id, at, kind, detail) VALUES (9, 1, 77, 'verdict', ?)",
    [JSON.stringify(step)],
  )
  await old.close()

  const store = await openStore(file)
  try {
    const labels = createLabelService({ store })
    const triplets = createTripletService({ store, labels })
    const datasetId = 1 as DatasetId
    const judged = () => triplets.judged({ datasetId, offset: 0, limit: 10 })
    // Two runs judged the same images: the newer word holds.
    expect(await judged()).toMatchObject({
      total: 1,
      judged: [{ verdict: { kind: 'fine' }, givenAt: 77, anchor: 1, positive: 2, negative: 3 }],
    })
    expect(await triplets.counts({ runId: 3 as RunId })).toMatchObject({
      tiers: { violations: 0 },
      judged: 1,
    })
    const { triplets: open } = await triplets.queue({ runId: 2 as RunId, tier: 'violations' })
    expect(open.map(({ negative }) => negative)).toEqual([4])
    await labels.undo({ datasetId })
    expect((await judged()).total).toBe(0)
    await labels.redo({ datasetId })
    expect((await judged()).total).toBe(1)
  } finally {
    await store.close()
  }
})
