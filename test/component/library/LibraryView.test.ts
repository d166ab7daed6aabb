import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import type { DatasetSummary, ImageColumns } from '../../../src/shared/model/dataset'
import LibraryView from '../../../src/renderer/src/features/library/LibraryView.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { datasetOf, labelOf } from '../../support/windowData'
import { connectWire, type Wire } from '../../support/windowWire'

const empty: ImageColumns = {
  ids: new Uint32Array(),
  labelIds: new Uint32Array(),
  flags: new Uint8Array(),
}
const three: ImageColumns = {
  ids: Uint32Array.of(1, 2, 3),
  labelIds: Uint32Array.of(1, 1, 2),
  flags: new Uint8Array(3),
}

let view: VueWrapper
let wire: Wire

async function open(summary: DatasetSummary | null, columns: ImageColumns): Promise<void> {
  wire = connectWire({
    dataset: {
      columns: ({ filter }) => (filter.search === 'nothing' ? empty : columns),
      chooseFolder: () => null,
      importSample: () => datasetOf({ name: 'sample' }),
      recent: () => [],
      rescan: () => datasetOf(),
      images: () => [],
    },
    labels: { merge: () => ({ undo: null, redo: null }) },
    app: { updateSettings: (settings) => settings },
  })
  view = mount(
    { render: () => h(TooltipProvider, null, () => h(LibraryView)) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  useDatasetStore().accept(summary)
  await flushPromises()
}
const button = (name: string) => {
  const found = view.findAll('button').find((one) => one.text() === name)
  if (found === undefined) throw new Error(`There is no button "${name}" in: ${view.text()}`)
  return found
}
const channels = (): string[] => wire.calls.map(([channel]) => channel)

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})
afterEach(() => view.unmount())

describe('the library', () => {
  it('says where rows of labels.csv are in doubt, also where no file was left out', async () => {
    await open(datasetOf({ imageCount: 3 }), three)
    const labelsFile = { unmatchedTotal: 2, contradictionTotal: 1 }
    useDatasetStore().report = { labelsFile, leftOut: [] } as never
    await flushPromises()
    expect(view.text()).toContain('3 rows of labels.csv have no image or contradict another')
    await button('See report').trigger('click')
    expect(useDatasetStore().reportOpen).toBe(true)
  })

  it('offers to join labels that look alike', async () => {
    await open(datasetOf({ imageCount: 3 }), three)
    useLabelStore().list = [labelOf(1, 'cat'), labelOf(2, 'dog'), labelOf(3, 'Cat ')]
    await flushPromises()
    expect(view.text()).toContain('Some labels look alike and may be one.')
    await button('See them').trigger('click')
    await flushPromises()
    const dialog = document.querySelector<HTMLElement>('[role="dialog"]')!
    expect([...dialog.querySelectorAll('.name')].map((one) => one.textContent)).toEqual([
      'cat',
      'Cat␣',
    ])
    dialog
      .querySelector<HTMLElement>('[aria-label="Keep “cat” and join the others into it"]')!
      .click()
    await flushPromises()
    expect(wire.calls.filter(([channel]) => channel === 'labels.merge')).toEqual([
      ['labels.merge', expect.objectContaining({ from: [3], into: 1 })],
    ])
  })

  it('moves by arrows between what stands above the labels, one stop of the Tab key', async () => {
    await open(datasetOf({ unlabelledCount: 2, excludedCount: 1 }), three)
    const rows = view.findAll<HTMLElement>('nav .row')
    expect(rows.map((row) => row.get('.name').text())).toEqual([
      'All images',
      'No label',
      'Excluded',
    ])
    const stops = () => rows.map(({ element }) => element.tabIndex)
    expect(stops()).toEqual([0, -1, -1])
    rows[0]!.element.focus()
    for (const [key, index] of [
      ['ArrowDown', 1],
      ['ArrowDown', 2],
      ['ArrowDown', 2],
      ['ArrowUp', 1],
    ] as const) {
      await view.get('nav .row:focus').trigger('keydown', { key })
      await flushPromises()
      expect(document.activeElement).toBe(rows[index]!.element)
    }
    expect(stops()).toEqual([-1, 0, -1])
    await rows[1]!.trigger('click')
    expect(useDatasetStore().filter.unlabelled).toBe(true)
  })

  it('asks for a folder on the first run, and for nothing else', async () => {
    await open(null, empty)
    expect(view.findAll('button').map((one) => one.text())).toEqual([
      'Choose folder',
      'Try the sample',
    ])
    await button('Choose folder').trigger('click')
    await flushPromises()
    expect(channels()).toContain('dataset.chooseFolder')
    // A dismissed dialog leaves the first run as it was.
    expect(view.text()).toContain('Drop a folder of images')
    await button('Try the sample').trigger('click')
    await flushPromises()
    expect(useDatasetStore().current?.name).toBe('sample')
  })

  it('says that nothing was found and clears the filter', async () => {
    await open(datasetOf(), three)
    const dataset = useDatasetStore()
    dataset.setFilter({ search: 'nothing' })
    await dataset.refreshColumns()
    await flushPromises()
    expect(view.text()).toContain('No image matches this filter')
    expect(view.text()).toContain('All 40 images are still there.')
    await view.get('.empty button').trigger('click')
    await dataset.refreshColumns()
    await flushPromises()
    expect(view.text()).not.toContain('No image matches')
    expect(view.find('[role="listbox"]').exists()).toBe(true)
  })

  it('says where a folder that is gone was, and looks again', async () => {
    await open(datasetOf({ folderExists: false, imageCount: 0 }), empty)
    expect(view.text()).toContain('/pictures/animals cannot be found')
    await button('Look again').trigger('click')
    expect(channels()).toContain('dataset.rescan')
  })

  it('names the formats where a folder has no images', async () => {
    await open(datasetOf({ imageCount: 0, labelCount: 0 }), empty)
    expect(view.text()).toContain('No images in this folder')
    expect(view.text()).toContain('JPEG, PNG, WebP')
  })

  it('leads from the line about files left out to the report', async () => {
    await open(datasetOf({ leftOutCount: 3 }), three)
    expect(view.text()).toContain('3 files were left out')
    await button('See report').trigger('click')
    expect(useDatasetStore().reportOpen).toBe(true)
  })

  it('advises what training still needs', async () => {
    await open(datasetOf({ labelCount: 1 }), three)
    useLabelStore().list = [labelOf(1, 'cat', 40)]
    await flushPromises()
    expect(view.text()).toContain('There is one label. Training needs two or more.')
    useLabelStore().list = [labelOf(1, 'cat', 30), labelOf(2, 'dog', 10)]
    await flushPromises()
    expect(view.text()).not.toContain('Training needs')
  })
})
