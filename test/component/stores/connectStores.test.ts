import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it } from 'vitest'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { connectStores } from '../../../src/renderer/src/stores/connectStores'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { useSelectionStore } from '../../../src/renderer/src/stores/selection'
import { asImageId, datasetOf, labelOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

it('follows what main sends', async () => {
  setActivePinia(createPinia())
  const columns = { ids: Uint32Array.of(7), labelIds: Uint32Array.of(1), flags: new Uint8Array(1) }
  const wire = connectWire({
    app: {
      info: () => ({
        version: '1',
        electron: '1',
        platform: 'linux',
        systemLocale: 'zh-CN',
        dataFolder: '/data',
        threads: 4,
        backend: null,
        recovery: null,
      }),
      settings: () => ({ theme: 'light' }),
      jobs: () => [],
    },
    dataset: {
      current: () => datasetOf(),
      recent: () => [],
      report: () => null,
      columns: () => columns,
      moved: () => null,
    },
    labels: {
      list: () => [labelOf(1, 'cat')],
      undoState: () => ({ undo: null, redo: null }),
    },
    training: { runs: () => [] },
  })
  const { loaded, stop } = connectStores()
  await loaded
  await flushPromises()
  const app = useAppStore()
  const dataset = useDatasetStore()
  expect(app.locale).toBe('zh-CN')
  expect(document.documentElement.lang).toBe('zh-CN')
  expect(document.documentElement.dataset['theme']).toBe('light')
  expect(dataset.columns?.ids).toEqual(columns.ids)
  expect(useLabelStore().list.map(({ name }) => name)).toEqual(['cat'])

  // Another dataset takes the selection and the filter with it.
  const selection = useSelectionStore()
  selection.only(asImageId(7))
  dataset.setFilter({ search: 'x' })
  // What main says of another dataset, which is being imported, changes nothing here.
  wire.emit('dataset', 'changed', datasetOf({ id: 2 as never, name: 'Plants' }))
  await flushPromises()
  expect(dataset.current?.name).toBe('Animals')
  expect(selection.count).toBe(1)

  wire.emit('dataset', 'opened', datasetOf({ id: 2 as never, name: 'Plants' }))
  await flushPromises()
  expect(dataset.current?.name).toBe('Plants')
  expect(dataset.isFiltered).toBe(false)
  expect(selection.count).toBe(0)

  const undoState = { undo: { kind: 'label', imageCount: 1, label: 'cat' }, redo: null }
  wire.emit('labels', 'changed', { imageIds: Uint32Array.of(7), undoState })
  expect(useLabelStore().undoState).toEqual(undoState)

  stop()
  wire.emit('dataset', 'opened', datasetOf({ name: 'Nobody listens' }))
  expect(dataset.current?.name).toBe('Plants')
})
