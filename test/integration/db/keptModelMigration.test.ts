import { expect, it } from 'vitest'
import { openConnection } from '../../../src/main/db/connection'
import { migrate } from '../../../src/main/db/migrate'
import { migrations } from '../../../src/main/db/migrations'
import { openStore } from '../../../src/main/db/store'
import type { RunId } from '../../../src/shared/model/ids'
import type { KeptModel } from '../../../src/shared/model/kept'
import { temporaryStore } from './temporaryStore'

it('keeps the runs of the version before, of which nothing was chosen, and then what is', async () => {
  const temporary = await temporaryStore()
  const file = `${temporary.folder}/before.sqlite`
  const old = await openConnection(file)
  await migrate(
    old,
    migrations.filter(({ version }) => version < 80),
  )
  await old.run(`INSERT INTO dataset (id, name, folder, created_at, opened_at)
    VALUES (1, 'pictures', '/pictures', 1, 2)`)
  await old.run(
    `INSERT INTO run (id, dataset_id, started_at, status, stage, options, best_epoch)
     VALUES (3, 1, 3, 'finished', 'saving', '{"split":"byClass"}', 2)`,
  )
  await old.close()

  const store = await openStore(file)
  try {
    const id = 3 as RunId
    expect((await store.runs.find(id))!.summary).toMatchObject({ bestEpoch: 2, kept: null })
    const kept: KeptModel = {
      ...{ what: 'trained', closedForm: 'whitening', reason: 'openEnd', heldOut: null },
    }
    await store.runs.update(id, { kept })
    expect((await store.runs.find(id))!.summary.kept).toEqual(kept)
  } finally {
    await store.close()
    await temporary.dispose()
  }
})
