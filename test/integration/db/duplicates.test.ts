import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addImages, temporaryStore, type TemporaryStore } from './temporaryStore'

let temporary: TemporaryStore

beforeEach(async () => {
  temporary = await temporaryStore()
})
afterEach(() => temporary.dispose())

describe('duplicates', () => {
  it('finds images of the same contents, those across labels first', async () => {
    const { store } = temporary
    const { datasetId, idOf } = await addImages(store, '/pictures', [
      { path: 'cat/1.png', label: 'cat' },
      { path: 'cat/2.png', label: 'cat' },
      { path: 'cat/3.png', label: 'cat' },
      { path: 'cat/4.png', label: 'cat' },
      { path: 'dog/1.png', label: 'dog' },
      { path: 'dog/2.png', label: 'dog' },
      { path: 'new.png', label: null },
      { path: 'other.png', label: null },
    ])
    const id = (path: string): number => idOf.get(path)!
    const setContents = (sha256: string, paths: readonly string[]): Promise<unknown> =>
      store.database.transaction(async (transaction) => {
        for (const path of paths) {
          await transaction.run('UPDATE image SET sha256 = ? WHERE id = ?', [sha256, id(path)])
        }
      })
    await setContents('a', ['cat/1.png', 'cat/2.png', 'cat/3.png'])
    await setContents('b', ['dog/1.png', 'cat/4.png'])
    // An image without a label contradicts nothing.
    await setContents('c', ['new.png', 'dog/2.png'])
    expect(await store.duplicates.find(datasetId)).toEqual({
      groups: [
        { imageIds: [id('cat/4.png'), id('dog/1.png')], isAcrossLabels: true },
        {
          imageIds: [id('cat/1.png'), id('cat/2.png'), id('cat/3.png')],
          isAcrossLabels: false,
        },
        { imageIds: [id('dog/2.png'), id('new.png')], isAcrossLabels: false },
      ],
      groupTotal: 3,
      acrossLabelsTotal: 1,
      copyTotal: 4,
    })

    await store.database.transaction(async (transaction) => {
      await store.images.setExcluded(transaction, Uint32Array.of(id('dog/1.png')), true)
      await store.images.setMissing(transaction, [id('new.png')], true)
    })
    const rest = await store.duplicates.find(datasetId)
    expect(rest.groups).toHaveLength(1)
    expect(rest).toMatchObject({ groupTotal: 1, acrossLabelsTotal: 0, copyTotal: 2 })
  })

  it('has none of an empty dataset', async () => {
    const { datasetId } = await addImages(temporary.store, '/empty', [])
    expect(await temporary.store.duplicates.find(datasetId)).toEqual({
      groups: [],
      groupTotal: 0,
      acrossLabelsTotal: 0,
      copyTotal: 0,
    })
  })
})
