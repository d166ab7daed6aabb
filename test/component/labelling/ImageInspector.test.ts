import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import type { UndoState } from '../../../src/shared/contract/labels'
import ImageInspector from '../../../src/renderer/src/features/labelling/ImageInspector.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { useRunStore } from '../../../src/renderer/src/stores/runs'
import { useSelectionStore } from '../../../src/renderer/src/stores/selection'
import { asImageId, asLabelId, datasetOf, imageOf, labelOf } from '../../support/windowData'
import { connectWire } from '../../support/windowWire'

const after: UndoState = { undo: { kind: 'label', imageCount: 1, label: 'dog' }, redo: null }

let detail: Parameters<typeof imageOf>[1]

beforeEach(() => {
  detail = {}
  setActivePinia(createPinia())
  setLocale('en')
})

async function open() {
  const wire = connectWire({
    dataset: {
      columns: () => ({
        ids: Uint32Array.of(1, 2, 3),
        labelIds: Uint32Array.of(1, 1, 2),
        flags: new Uint8Array(3),
      }),
      images: ({ ids }) =>
        [...ids].map((id) => imageOf(id, { labelId: asLabelId(id === 3 ? 2 : 1) })),
      detail: ({ imageId }) => ({
        ...imageOf(imageId, detail),
        format: 'png',
        modifiedAt: 0,
        sha256: '',
        history: [{ at: 0, kind: 'label', from: 'fox', to: 'cat', undone: true }],
      }),
    },
    labels: {
      assign: () => after,
      suggest: () => ({ runId: null, voters: 0, suggestions: [] }),
    },
    projection: { neighbours: () => [{ id: asImageId(3), distance: 0.1234 }] },
  })
  useDatasetStore().accept(datasetOf())
  useLabelStore().list = [labelOf(1, 'cat'), labelOf(2, 'dog')]
  useRunStore().list = [{ id: 9, startedAt: 1, hasEmbeddings: true, status: 'finished' } as never]
  const view = mount(
    { render: () => h(TooltipProvider, null, () => h(ImageInspector)) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  await flushPromises()
  return { wire, view, selection: useSelectionStore() }
}

describe('the inspector', () => {
  it('shows facts, history and the nearest images of the focused image', async () => {
    const { view, selection, wire } = await open()
    expect(view.text()).toContain('Select an image')
    selection.only(asImageId(1))
    await flushPromises()
    expect(view.text()).toContain('cat/1.png')
    expect(view.text()).toContain('64 × 48 px')
    expect(view.text()).toContain('“fox” became “cat” (undone)')
    expect(wire.calls).toContainEqual([
      'projection.neighbours',
      { runId: 9, imageId: 1, count: 12 },
    ])
    const neighbour = view.get('.neighbours button')
    expect(neighbour.text()).toBe('0.123')
    expect(neighbour.attributes('title')).toBe('dog, distance 0.123')
    await neighbour.trigger('click')
    expect(selection.focus).toBe(3)
    view.unmount()
  })

  it('says that an image is excluded as a note, and that its file is missing as a failure', async () => {
    detail = { excluded: true }
    const { view, selection } = await open()
    selection.only(asImageId(1))
    await flushPromises()
    expect(view.get('.note').text()).toBe('Excluded')
    expect(view.find('.note.missing').exists()).toBe(false)
    view.unmount()
    detail = { missing: true }
    setActivePinia(createPinia())
    const other = await open()
    other.selection.only(asImageId(1))
    await flushPromises()
    expect(other.view.get('.note.missing').text()).toBe('File is missing')
    other.view.unmount()
  })

  it('counts all of the selection, names what the filter hides and acts on the rest', async () => {
    const { view, selection, wire } = await open()
    selection.replace([1, 2, 7])
    await flushPromises()
    expect(view.text()).toContain('3 images selected')
    expect(view.text()).toContain('1 of 3 hidden by the filter')
    await view.get('button.label').trigger('click')
    await view.get('[role="combobox"]').setValue('dog')
    await view.get('[role="combobox"]').trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(wire.calls).toContainEqual([
      'labels.assign',
      { datasetId: 1, imageIds: Uint32Array.of(1, 2), label: 'dog' },
    ])
    view.unmount()
  })

  it('sets the label of what is selected by typing', async () => {
    const { view, selection, wire } = await open()
    selection.replace([1, 2])
    await flushPromises()
    expect(view.text()).toContain('2 images selected')
    await view.get('button.label').trigger('click')
    await view.get('[role="combobox"]').setValue('do')
    await view.get('[role="combobox"]').trigger('keydown', { key: 'Enter' })
    await flushPromises()
    expect(wire.calls).toContainEqual([
      'labels.assign',
      { datasetId: 1, imageIds: Uint32Array.of(1, 2), label: 'dog' },
    ])
    expect(view.find('[role="combobox"]').exists()).toBe(false)
    view.unmount()
  })
})
