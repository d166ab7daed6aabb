import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { UndoState } from '../../../src/shared/contract/labels'
import { AppError } from '../../../src/shared/errors'
import { setLocale } from '../../../src/renderer/src/locales/i18n'
import { coalesce } from '../../../src/renderer/src/stores/coalesce'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useImageStore } from '../../../src/renderer/src/stores/images'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import { asImageId, asLabelId, datasetOf, imageOf, labelOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const columns = {
  ids: Uint32Array.of(1, 2, 3),
  labelIds: Uint32Array.of(1, 1, 0),
  flags: new Uint8Array(3),
}
const none: UndoState = { undo: null, redo: null }

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})

describe('coalesce', () => {
  it('runs once for all that was asked meanwhile, and never twice at a time', async () => {
    let running = 0
    let most = 0
    let count = 0
    const refresh = coalesce(async () => {
      most = Math.max(most, ++running)
      count++
      await Promise.resolve()
      running--
    }, 0)
    await Promise.all([refresh(), refresh(), refresh()])
    expect(most).toBe(1)
    expect(count).toBe(2)
  })

  it('goes on after a failure', async () => {
    let count = 0
    const refresh = coalesce(async () => {
      if (++count === 1) throw new Error('the first')
    }, 0)
    await expect(refresh()).rejects.toThrow('the first')
    await refresh()
    expect(count).toBe(2)
  })
})

describe('the dataset', () => {
  it('asks for the columns of the filter and drops what no longer restricts', async () => {
    const wire = connectWire({ dataset: { columns: () => columns } })
    const dataset = useDatasetStore()
    dataset.accept(datasetOf())
    await flushPromises()
    expect(dataset.columns?.ids).toEqual(columns.ids)

    dataset.setFilter({ search: 'cat', labelIds: undefined })
    expect(dataset.filter).toEqual({ search: 'cat' })
    await dataset.refreshColumns()
    expect(wire.calls.at(-1)?.[1]).toMatchObject({ filter: { search: 'cat' }, order: 'label' })
    dataset.setFilter({ search: '' })
    expect(dataset.isFiltered).toBe(false)
  })

  it('shows what went wrong with an import and keeps what there was', async () => {
    connectWire({
      dataset: {
        columns: () => columns,
        importDropped: () => {
          throw new AppError('folderUnreadable', 'Cannot read /secret')
        },
      },
    })
    const dataset = useDatasetStore()
    dataset.accept(datasetOf())
    expect(await dataset.importDropped(crypto.randomUUID())).toBe(false)
    expect(dataset.current?.name).toBe('Animals')
    expect(dataset.opening).toBe(false)
    const [toast] = useToastStore().toasts
    expect(toast?.tone).toBe('error')
    expect(toast?.message).toContain('cannot be read')
    expect(toast?.details).toBe('folderUnreadable: Cannot read /secret')
  })
})

describe('rows of images', () => {
  it('asks once for all that is looked at together', async () => {
    const wire = connectWire({
      dataset: { images: ({ ids }) => [...ids].map((id) => imageOf(id)) },
    })
    const images = useImageStore()
    expect(images.get(asImageId(1))).toBeNull()
    images.get(asImageId(2))
    images.get(asImageId(1))
    await flushPromises()
    expect(wire.calls).toHaveLength(1)
    expect(wire.calls[0]?.[1]).toEqual({ ids: Uint32Array.of(1, 2) })
    expect(images.get(asImageId(2))?.fileName).toBe('2.png')
  })

  it('asks in pages of a thousand', async () => {
    const wire = connectWire({ dataset: { images: () => [] } })
    const images = useImageStore()
    for (let id = 1; id <= 1001; id++) images.get(asImageId(id))
    await flushPromises()
    expect(wire.calls.map(([, input]) => (input as { ids: Uint32Array }).ids.length)).toEqual([
      1000, 1,
    ])
  })

  it('shows the old row until the new one comes', async () => {
    let name = 'old.png'
    connectWire({
      dataset: { images: ({ ids }) => [...ids].map((id) => imageOf(id, { fileName: name })) },
    })
    const images = useImageStore()
    images.get(asImageId(1))
    await flushPromises()
    name = 'new.png'
    images.refresh([1])
    expect(images.get(asImageId(1))?.fileName).toBe('old.png')
    await flushPromises()
    expect(images.get(asImageId(1))?.fileName).toBe('new.png')
  })
})

describe('labels', () => {
  const labelled: UndoState = {
    undo: { kind: 'label', imageCount: 2, label: 'cat' },
    redo: null,
  }

  function begin(fails = false) {
    const wire = connectWire({
      dataset: { columns: () => columns },
      labels: {
        assign: () => {
          if (fails) throw new AppError('diskFull', 'full')
          return labelled
        },
        undo: () => ({ undo: null, redo: labelled.undo }),
        redo: () => labelled,
      },
    })
    useDatasetStore().accept(datasetOf())
    return { wire, labels: useLabelStore(), toasts: useToastStore() }
  }

  it('offers the way back of the newest change alone', async () => {
    const { labels, toasts, wire } = begin()
    await labels.assign(Uint32Array.of(1, 2), 'cat')
    expect(wire.calls.at(-1)).toEqual([
      'labels.assign',
      { datasetId: 1, imageIds: Uint32Array.of(1, 2), label: 'cat' },
    ])
    expect(toasts.toasts.map(({ message }) => message)).toEqual(['2 images labelled “cat”'])
    toasts.toasts[0]?.action?.run()
    await flushPromises()
    expect(toasts.toasts.map(({ message }) => message)).toEqual(['Undone: 2 images labelled “cat”'])
    expect(labels.undoState.redo?.label).toBe('cat')
    await labels.redo()
    expect(labels.undoState).toEqual(labelled)
  })

  it('does nothing where there is nothing to undo', async () => {
    const { labels, wire } = begin()
    labels.undoState = none
    await labels.undo()
    expect(wire.calls.some(([channel]) => channel === 'labels.undo')).toBe(false)
  })

  it('says that a full disk kept it from labelling', async () => {
    const { labels, toasts } = begin(true)
    expect(await labels.assign(Uint32Array.of(1), 'cat')).toBe(false)
    expect(toasts.toasts[0]?.message).toContain('The disk is full')
  })

  it('knows names and colours by id', () => {
    const { labels } = begin()
    labels.list = [labelOf(1, 'cat'), labelOf(2, 'dog')]
    expect(labels.nameOf(asLabelId(2))).toBe('dog')
    expect(labels.colorOf(asLabelId(1))).toBe('#e69f00')
    expect(labels.nameOf(null)).toBe('')
    expect(labels.colorOf(null)).toBeNull()
  })
})
