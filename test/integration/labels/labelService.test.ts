import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDatasetService } from '../../../src/main/dataset/datasetService'
import { createLabelService, type LabelService } from '../../../src/main/labels/labelService'
import { AppError } from '../../../src/shared/errors'
import type { DatasetId, ImageId, LabelId } from '../../../src/shared/model/ids'
import { addImages, type TemporaryStore, temporaryStore } from '../db/temporaryStore'

let temporary: TemporaryStore
let datasetId: DatasetId
let ids: Map<string, number>
let labels: LabelService
let changes: { readonly imageIds: Uint32Array }[]
beforeEach(async () => {
  temporary = await temporaryStore()
  const added = await addImages(temporary.store, '/pictures', [
    { path: 'cat/1.png', label: 'cat' },
    { path: 'cat/2.png', label: 'cat' },
    { path: 'dog/1.png', label: 'dog' },
    { path: 'root.png', label: null },
  ])
  datasetId = added.datasetId
  ids = added.idOf
  changes = []
  labels = createLabelService({
    store: temporary.store,
    events: { changed: (change) => changes.push(change) },
  })
})
afterEach(() => temporary.dispose())

const images = (...paths: readonly string[]) => Uint32Array.from(paths, (path) => ids.get(path)!)

/** Label of every image in order of path, '-' for none, '!' after excluded ones. */
async function state(): Promise<string> {
  const names = await temporary.store.labels.names(datasetId)
  const rows = await temporary.store.images.trainingRows(datasetId)
  return rows.relativePaths
    .map(
      (_, row) => (names.get(rows.labelIds[row]!) ?? '-') + (rows.excluded[row] === 1 ? '!' : ''),
    )
    .join(' ')
}
const labelId = async (name: string): Promise<LabelId> =>
  (await temporary.store.labels.findByName(datasetId, name))!.id
const listed = async () =>
  (await labels.list({ datasetId })).map(({ name, imageCount }) => `${name} ${imageCount}`)

describe('labels', () => {
  it('are named alike by hand and by folder, and refused with a sentence', async () => {
    const imageIds = images('cat/1.png')
    await labels.assign({ datasetId, imageIds, label: ' ly\u202en\u0007x ' })
    expect(await state()).toBe('lynx cat dog -')
    await labels.rename({ datasetId, labelId: await labelId('lynx'), name: 'ca\u0301t\n' })
    expect(await state()).toBe('c\u00e1t cat dog -')
    for (const bad of ['x'.repeat(256), '\u0001']) {
      await expect(labels.assign({ datasetId, imageIds, label: bad })).rejects.toMatchObject({
        code: 'invalidInput',
      })
      await expect(
        labels.rename({ datasetId, labelId: await labelId('cat'), name: bad }),
      ).rejects.toMatchObject({ code: 'invalidInput' })
    }
  })

  it('that differ in spaces alone stay two where a name of the list is given', async () => {
    await temporary.store.database.transaction((transaction) =>
      temporary.store.labels.ensure(transaction, datasetId, 'dog '),
    )
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'dog ' })
    expect(await state()).toBe('cat cat dog dog ')
  })

  it('are listed with counts and colours that stay', async () => {
    expect(await listed()).toEqual(['cat 2', 'dog 1'])
    const before = await labels.list({ datasetId })
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'Ant' })
    const after = await labels.list({ datasetId })
    expect(after.map((label) => label.name)).toEqual(['Ant', 'cat', 'dog'])
    expect(after.slice(1)).toEqual(before)
    expect(new Set(after.map((label) => label.colorIndex)).size).toBe(3)
    await labels.setExcluded({ datasetId, imageIds: images('cat/1.png'), excluded: true })
    expect(await listed()).toEqual(['Ant 1', 'cat 1', 'dog 1'])
  })

  it('change by name, are made where new, and are taken away', async () => {
    const undo = await labels.assign({
      datasetId,
      imageIds: images('cat/2.png', 'root.png'),
      label: 'lynx',
    })
    expect(undo).toEqual({ undo: { kind: 'label', imageCount: 2, label: 'lynx' }, redo: null })
    expect(await state()).toBe('cat lynx dog lynx')
    await labels.assign({ datasetId, imageIds: images('dog/1.png'), label: null })
    expect(await state()).toBe('cat lynx - lynx')
    expect([...changes[0]!.imageIds]).toEqual([...images('cat/2.png', 'root.png')])
  })

  it('record nothing where nothing changes', async () => {
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'x' })
    const again = await labels.assign({ datasetId, imageIds: images('root.png'), label: 'x' })
    expect(again.undo?.imageCount).toBe(1)
    expect(changes.length).toBe(1)
    expect(await temporary.store.database.get('SELECT count(*) AS n FROM journal')).toEqual({
      n: 1,
    })
  })

  it('never change images of another dataset', async () => {
    const other = await addImages(temporary.store, '/other', [{ path: 'a.png', label: null }])
    await labels.assign({
      datasetId,
      imageIds: Uint32Array.of(...other.idOf.values()),
      label: 'stolen',
    })
    expect((await temporary.store.images.trainingRows(other.datasetId)).labelIds[0]).toBe(0)
    expect((await labels.undoState({ datasetId })).undo).toBeNull()
    await expect(
      labels.rename({ datasetId: other.datasetId, labelId: await labelId('cat'), name: 'x' }),
    ).rejects.toMatchObject({ code: 'notFound' })
  })

  it('rename to a name in use only by a merge', async () => {
    const cat = await labelId('cat')
    await expect(labels.rename({ datasetId, labelId: cat, name: 'dog' })).rejects.toMatchObject({
      code: 'invalidInput',
      details: { name: 'dog' },
    })
    await labels.merge({ datasetId, from: [await labelId('dog')], into: cat })
    expect(await state()).toBe('cat cat cat -')
    await labels.rename({ datasetId, labelId: cat, name: 'dog' })
    expect(await state()).toBe('dog dog dog -')
    await labels.undo({ datasetId })
    await labels.undo({ datasetId })
    expect(await state()).toBe('cat cat dog -')
    await labels.redo({ datasetId })
    await labels.redo({ datasetId })
    expect(await state()).toBe('dog dog dog -')
  })
})

describe('joining several labels', () => {
  it('is one step, taken back and done again whole, import names and corrections with it', async () => {
    const { store } = temporary
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'fox' })
    const [cat, dog, fox] = [await labelId('cat'), await labelId('dog'), await labelId('fox')]
    for (const [name, label] of Object.entries({ cat, hound: dog, vixen: fox })) {
      await store.database.transaction((transaction) =>
        store.labels.setImport(transaction, datasetId, name, label),
      )
    }
    const importNames = () =>
      temporary.store.database.transaction(async (transaction) => {
        const names: string[][] = []
        for (const label of [cat, dog, fox]) {
          names.push([...(await temporary.store.labels.importNamesOf(transaction, label))].sort())
        }
        return names
      })
    const [before, namesBefore] = [await state(), await importNames()]
    expect(before).toBe('cat cat dog fox')

    const { undo } = await labels.merge({ datasetId, from: [fox, dog, cat, dog], into: cat })
    expect(undo).toEqual({ kind: 'merge', imageCount: 2, label: 'cat' })
    expect(await state()).toBe('cat cat cat cat')
    const [joined, ...gone] = await importNames()
    expect(joined).toEqual(namesBefore.flat().sort())
    expect(gone).toEqual([[], []])
    const entries = await store.journal.entriesUntil(datasetId, Date.now())
    expect(entries.map(({ merges }) => merges)).toEqual([0, 2])

    labels = createLabelService({ store: await temporary.reopen() })
    await labels.undo({ datasetId })
    expect([await state(), await importNames()]).toEqual([before, namesBefore])
    labels = createLabelService({ store: await temporary.reopen() })
    await labels.redo({ datasetId })
    expect([await state(), await importNames()]).toEqual(['cat cat cat cat', [joined, [], []]])
    await labels.undo({ datasetId })
    expect([await state(), await importNames()]).toEqual([before, namesBefore])
  })

  it('changes nothing where one of them is gone', async () => {
    const gone = 999_999 as LabelId
    const from = [await labelId('dog'), gone]
    await expect(
      labels.merge({ datasetId, from, into: await labelId('cat') }),
    ).rejects.toMatchObject({ code: 'notFound' })
    expect(await state()).toBe('cat cat dog -')
  })
})

describe('undo and redo', () => {
  /** Every kind of change, one after the other; answers the states between. */
  async function story(): Promise<string[]> {
    const states = [await state()]
    const steps: (() => Promise<unknown>)[] = [
      () => labels.assign({ datasetId, imageIds: images('root.png', 'dog/1.png'), label: 'fox' }),
      async () => labels.rename({ datasetId, labelId: await labelId('cat'), name: 'kitty' }),
      () => labels.assign({ datasetId, imageIds: images('cat/1.png'), label: 'cat' }),
      () => labels.setExcluded({ datasetId, imageIds: images('cat/2.png'), excluded: true }),
      async () =>
        labels.merge({ datasetId, from: [await labelId('kitty')], into: await labelId('fox') }),
      () => labels.setExcluded({ datasetId, imageIds: images('cat/2.png'), excluded: false }),
      () => labels.assign({ datasetId, imageIds: Uint32Array.of(...ids.values()), label: null }),
    ]
    for (const step of steps) {
      await step()
      states.push(await state())
    }
    return states
  }

  it('take every change back and do it again, over restarts', async () => {
    const states = await story()
    expect(new Set(states).size).toBe(states.length)
    for (let round = 0; round < 2; round += 1) {
      for (let step = states.length - 2; step >= 0; step -= 1) {
        labels = createLabelService({ store: await temporary.reopen() })
        await labels.undo({ datasetId })
        expect(await state()).toBe(states[step])
      }
      await expect(labels.undo({ datasetId })).rejects.toMatchObject({ code: 'nothingToUndo' })
      for (let step = 1; step < states.length; step += 1) {
        labels = createLabelService({ store: await temporary.reopen() })
        await labels.redo({ datasetId })
        expect(await state()).toBe(states[step])
      }
      await expect(labels.redo({ datasetId })).rejects.toMatchObject({ code: 'nothingToRedo' })
    }
  })

  it('forget what was undone when something new is done', async () => {
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'a' })
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'b' })
    expect(await labels.undo({ datasetId })).toMatchObject({
      undo: { label: 'a' },
      redo: { label: 'b' },
    })
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'c' })
    await expect(labels.redo({ datasetId })).rejects.toBeInstanceOf(AppError)
    await labels.undo({ datasetId })
    expect(await state()).toBe('cat cat dog a')
  })

  it('are one after the other where they are asked at once', async () => {
    for (const label of ['a', 'b', 'c']) {
      await labels.assign({ datasetId, imageIds: images('root.png'), label })
    }
    await Promise.all([1, 2, 3].map(() => labels.undo({ datasetId })))
    expect(await state()).toBe('cat cat dog -')
    expect((await labels.undoState({ datasetId })).redo).toMatchObject({ label: 'a' })
  })

  it('leave a person’s label a person’s and a folder’s a folder’s', async () => {
    const sources = () =>
      temporary.store.database.all('SELECT label_source AS s FROM image ORDER BY relative_path')
    const before = await sources()
    await labels.assign({ datasetId, imageIds: images('cat/1.png'), label: 'dog' })
    await labels.assign({ datasetId, imageIds: images('cat/1.png', 'cat/2.png'), label: 'x' })
    await labels.undo({ datasetId })
    expect(await sources()).toEqual([{ s: 2 }, { s: 0 }, { s: 0 }, { s: 0 }])
    await labels.undo({ datasetId })
    expect(await sources()).toEqual(before)
  })

  it('keep the journal append-only', async () => {
    await labels.assign({ datasetId, imageIds: images('root.png'), label: 'a' })
    const first = await temporary.store.database.get('SELECT * FROM journal')
    await labels.undo({ datasetId })
    await labels.redo({ datasetId })
    const rows = await temporary.store.database.all<{ kind: string; target: number | null }>(
      'SELECT * FROM journal ORDER BY id',
    )
    expect(rows[0]).toEqual(first)
    expect(rows.map((row) => [row.kind, row.target])).toEqual([
      ['label', null],
      ['undo', 1],
      ['redo', 1],
    ])
  })
})

it('tells an image’s history, newest first, with what was undone', async () => {
  const service = createDatasetService({
    store: temporary.store,
    workspace: temporary.workspace,
    workersFolder: '',
  })
  await labels.assign({ datasetId, imageIds: images('cat/1.png', 'root.png'), label: 'fox' })
  await labels.setExcluded({ datasetId, imageIds: images('cat/1.png'), excluded: true })
  await labels.undo({ datasetId })
  const { history } = await service.detail({ imageId: ids.get('cat/1.png') as ImageId })
  expect(history.map(({ kind, from, to, undone }) => ({ kind, from, to, undone }))).toEqual([
    { kind: 'exclude', from: null, to: null, undone: true },
    { kind: 'label', from: 'cat', to: 'fox', undone: false },
  ])
  expect((await service.detail({ imageId: ids.get('dog/1.png') as ImageId })).history).toEqual([])
})

describe('filters and orders', () => {
  const paths = async (filter: object, order: 'label' | 'path' | 'newest' | 'largest' = 'path') => {
    const columns = await temporary.store.images.columns(datasetId, filter, order)
    const rows = await temporary.store.images.summaries(columns.ids)
    expect(rows.map((row) => row.id)).toEqual([...columns.ids])
    return rows.map((row) => row.relativePath)
  }

  it('restrict by label, name, exclusion', async () => {
    const { store } = temporary
    await labels.setExcluded({ datasetId, imageIds: images('cat/2.png'), excluded: true })
    const cat = await labelId('cat')
    expect(await paths({})).toEqual(['cat/1.png', 'dog/1.png', 'root.png'])
    expect(await paths({ labelIds: [cat] })).toEqual(['cat/1.png'])
    expect(await paths({ labelIds: [cat], unlabelled: true })).toEqual(['cat/1.png', 'root.png'])
    expect(await paths({ labelIds: [] })).toEqual([])
    expect(await paths({ unlabelled: true })).toEqual(['root.png'])
    expect(await paths({ search: 'DOG' })).toEqual(['dog/1.png'])
    expect(await paths({ search: '1.PNG' })).toEqual(['cat/1.png', 'dog/1.png'])
    expect(await paths({ search: "%' OR 1=1" })).toEqual([])
    // Every word must be found, in the file's name or in the label's.
    expect(await paths({ search: ' dog  1 ' })).toEqual(['dog/1.png'])
    expect(await paths({ search: '1 cat png' })).toEqual(['cat/1.png'])
    expect(await paths({ search: 'cat dog' })).toEqual([])
    expect(await paths({ search: '"1.png" dog' })).toEqual(['dog/1.png'])
    expect(await paths({ search: '"dog 1"' })).toEqual([])
    expect(await paths({ search: '" "' })).toEqual(await paths({}))
    expect(await paths({ search: 'x '.repeat(250) })).toEqual([])
    expect(await paths({ excluded: 'only' })).toEqual(['cat/2.png'])
    expect(await paths({ excluded: 'include' })).toHaveLength(4)
    expect(await paths({}, 'label')).toEqual(['cat/1.png', 'dog/1.png', 'root.png'])
    await labels.assign({ datasetId, imageIds: images('dog/1.png'), label: 'Ant' })
    expect(await paths({}, 'label')).toEqual(['dog/1.png', 'cat/1.png', 'root.png'])
    await labels.undo({ datasetId })
    expect(await paths({}, 'newest')).toEqual(['root.png', 'dog/1.png', 'cat/1.png'])
    expect(await paths({}, 'largest')).toEqual(['root.png', 'dog/1.png', 'cat/1.png'])
    const columns = await store.images.columns(datasetId, { excluded: 'include' }, 'path')
    expect([...columns.flags]).toEqual([0, 1, 0, 0])
    expect([...columns.labelIds]).toEqual([cat, cat, await labelId('dog'), 0])
  })
})
