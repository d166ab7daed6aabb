import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore } from '../../../src/main/db/store'
import { type ChangeLog, createChangeLog } from '../../../src/main/labels/changeLog'
import { type JournaledField, journaledFields } from '../../../src/main/labels/journaledFields'
import type { DatasetId } from '../../../src/shared/model/ids'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

let temporary: TemporaryStore
let datasetId: DatasetId
let ids: Map<string, number>
beforeEach(async () => {
  temporary = await temporaryStore()
  const paths = ['a.png', 'b.png', 'c.png'].map((path) => ({ path, label: 'cat' }))
  ;({ datasetId, idOf: ids } = await addImages(temporary.store, '/pictures', paths))
  await temporary.store.database.transaction((transaction) =>
    transaction.run('CREATE TABLE tags (image INTEGER PRIMARY KEY, words TEXT NOT NULL)', []),
  )
})
afterEach(() => temporary.dispose())

interface TagChange {
  readonly before: readonly string[]
  readonly after: string
}

/** A second thing that is said of images, made without a change to the journal. */
const tags: JournaledField = {
  async apply({ transaction, step }) {
    const change = step.detail.properties?.['tags'] as TagChange | undefined
    if (change === undefined) return
    for (const id of step.images.ids) await setTags(transaction, id, change.after)
  },
  async revert({ transaction, step }) {
    const change = step.detail.properties?.['tags'] as TagChange | undefined
    if (change === undefined) return
    for (const [at, id] of step.images.ids.entries()) {
      await setTags(transaction, id, change.before[at]!)
    }
  },
}

const setTags = (
  transaction: Parameters<JournaledField['apply']>[0]['transaction'],
  id: number,
  words: string,
) => transaction.run('INSERT OR REPLACE INTO tags (image, words) VALUES (?, ?)', [id, words])

const tagsNow = async (store = temporary.store): Promise<readonly string[]> => {
  const rows = await store.database.all<{ readonly words: string }>(
    'SELECT words FROM tags ORDER BY image',
    [],
  )
  return rows.map(({ words }) => words)
}

const tag = (log: ChangeLog, names: readonly string[], before: readonly string[], after: string) =>
  log.record(datasetId, 'property', async () => ({
    images: { ids: Uint32Array.from(names, (name) => ids.get(name)!) },
    detail: { label: null, properties: { tags: { before, after } satisfies TagChange } },
  }))

it('takes a second field beside the label back and does it again, over a restart, between other steps', async () => {
  const fields = [...journaledFields, tags]
  const told: number[] = []
  const changed = ({ imageIds }: { readonly imageIds: Uint32Array }) => told.push(imageIds.length)
  const log = createChangeLog(temporary.store, { changed }, fields)
  await tag(log, ['a.png', 'b.png'], ['', ''], 'blurred')
  await log.record(datasetId, 'exclude', async () => ({
    images: { ids: Uint32Array.of(ids.get('c.png')!) },
    detail: { label: null, excludedAfter: true },
  }))
  const state = await tag(log, ['b.png'], ['blurred'], 'night')
  expect(state.undo).toEqual({ kind: 'property', imageCount: 1, label: null })
  expect(await tagsNow()).toEqual(['blurred', 'night'])
  expect(told).toEqual([2, 1, 1])

  const again = await openStore(temporary.workspace.databaseFile)
  try {
    const later = createChangeLog(again, {}, fields)
    await later.undo(datasetId)
    expect(await tagsNow(again)).toEqual(['blurred', 'blurred'])
    expect((await later.undo(datasetId)).redo).toMatchObject({ kind: 'exclude' })
    await later.undo(datasetId)
    expect(await tagsNow(again)).toEqual(['', ''])
    for (let k = 0; k < 3; k++) await later.redo(datasetId)
    expect(await tagsNow(again)).toEqual(['blurred', 'night'])
    const rows = await again.images.trainingRows(datasetId)
    expect(rows.excluded[rows.ids.indexOf(ids.get('c.png')!)]).toBe(1)
  } finally {
    await again.close()
  }
})
