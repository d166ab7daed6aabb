import { flushPromises, mount, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { TooltipProvider } from 'reka-ui'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { h } from 'vue'
import type { ImportReport } from '../../../src/shared/model/dataset'
import type { Duplicates } from '../../../src/shared/model/duplicates'
import ImportReportDialog from '../../../src/renderer/src/features/library/ImportReportDialog.vue'
import { i18n, setLocale } from '../../../src/renderer/src/locales/i18n'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useDuplicateStore } from '../../../src/renderer/src/stores/duplicates'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { useSelectionStore } from '../../../src/renderer/src/stores/selection'
import {
  asDatasetId,
  asImageId,
  asLabelId,
  datasetOf,
  imageOf,
  labelOf,
} from '../../support/windowData'
import { connectWire, type Wire } from '../../support/windowWire'

const report: ImportReport = {
  datasetId: asDatasetId(1),
  startedAt: 0,
  durationMs: 1200,
  added: 4,
  changed: 0,
  moved: 0,
  removed: 0,
  unchanged: 0,
  duplicates: 2,
  leftOut: [{ path: 'huge.png', reason: 'tooLarge', detail: '20000 x 20000 pixels' }],
  leftOutTotal: 1,
  skipped: { hidden: 2, special: 0, notPicture: 1 },
  cancelled: false,
  advice: [],
}
const duplicates: Duplicates = {
  groups: [
    { imageIds: [asImageId(1), asImageId(4)], isAcrossLabels: true },
    { imageIds: [asImageId(2), asImageId(3)], isAcrossLabels: false },
  ],
  groupTotal: 2,
  acrossLabelsTotal: 1,
  copyTotal: 2,
}
let view: VueWrapper
let wire: Wire

async function open(shown = report): Promise<void> {
  wire = connectWire({
    dataset: {
      columns: () => ({
        ids: Uint32Array.of(1, 2, 3, 4),
        labelIds: Uint32Array.of(1, 1, 1, 2),
        flags: new Uint8Array(4),
      }),
      images: ({ ids }) =>
        [...ids].map((id) => imageOf(id, { labelId: asLabelId(id === 4 ? 2 : 1) })),
      duplicates: () => duplicates,
      nearDuplicates: () => ({
        groups: [{ imageIds: [asImageId(5), asImageId(6)], isAcrossLabels: false }],
        groupTotal: 1,
      }),
    },
    labels: {
      setExcluded: () => ({ undo: { kind: 'exclude', imageCount: 1, label: null }, redo: null }),
      suggest: () => ({ runId: null, voters: 0, suggestions: [] }),
    },
  })
  const dataset = useDatasetStore()
  dataset.accept(datasetOf({ imageCount: 4 }))
  useLabelStore().list = [labelOf(1, 'cat'), labelOf(2, 'dog')]
  dataset.report = shown
  view = mount(
    { render: () => h(TooltipProvider, null, () => h(ImportReportDialog)) },
    { global: { plugins: [i18n] }, attachTo: document.body },
  )
  await flushPromises()
}
const dialog = (): HTMLElement => document.querySelector<HTMLElement>('[role="dialog"]')!
const excluded = (): number[][] =>
  wire.calls.flatMap(([channel, input]) =>
    channel === 'labels.setExcluded' ? [[...(input as { imageIds: Uint32Array }).imageIds]] : [],
  )
async function click(name: string): Promise<void> {
  const button = [...dialog().querySelectorAll('button')].find(
    (one) => one.textContent?.trim() === name || one.getAttribute('aria-label') === name,
  )
  if (button === undefined) throw new Error(`no button "${name}" in ${dialog().textContent}`)
  button.click()
  await flushPromises()
}

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})
afterEach(() => view.unmount())

describe('the import report', () => {
  it('shows identical images with their labels, those under different labels first', async () => {
    await open()
    useDuplicateStore().show()
    await flushPromises()
    const words = dialog().textContent ?? ''
    expect(words).toContain('2 copies of images.')
    expect(words).toContain('One image is there under different labels.')
    expect(words.indexOf('under different labels', words.indexOf('The same'))).toBeLessThan(
      words.indexOf('The same image more than once'),
    )
    expect([...dialog().querySelectorAll('figure .label')].map((one) => one.textContent)).toEqual([
      'cat',
      'dog',
      'cat',
      'cat',
      'cat',
      'cat',
    ])
    // Those that only look the same are groups of their own kind, after them.
    expect(words).toContain('One group of images is nearly the same.')
    const kinds = [...dialog().querySelectorAll('.kind')].map((one) => one.textContent ?? '')
    expect(kinds.at(-1)).toContain('Nearly the same: scaled or encoded again')
    await click('Keep only this: cat/6.png')
    expect(excluded().at(-1)).toEqual([5])
  })

  it('names the limit, and what rules pass over', async () => {
    await open()
    useDatasetStore().reportOpen = true
    await flushPromises()
    const words = dialog().textContent ?? ''
    expect(words).toContain('too large: over 800 MB decoded or 1,000 MB as a file')
    expect(words).toContain(
      'Skipped by rule: 2 hidden files or folders (names that begin with a dot), one file that is not a picture.',
    )
  })

  it('says what became of labels.csv, of names and of links', async () => {
    await open({
      ...report,
      leftOut: [{ path: 'away', reason: 'outsideFolder', detail: 'A link' }],
      pictures: { ground: { count: 2, paths: ['a.png', 'b.png'] } },
      labelsFile: {
        rows: 1200,
        used: 1197,
        encoding: 'gb18030',
        isEncodingGuessed: true,
        loose: [{ kind: 'case', count: 2, example: { row: 'A.PNG', image: 'a.png' } }],
        unmatched: [{ line: 4, image: 'x.png', reason: 'ambiguous', candidates: ['a/x.png'] }],
        unmatchedTotal: 3,
        contradictions: [
          { image: 'b.png', used: { line: 6, label: 'cat' }, other: { line: 5, label: null } },
        ],
        contradictionTotal: 1,
      },
      labelNames: {
        alike: [['cat', 'cat ', 'c\u200bat']],
        cleaned: [],
        refused: ['y'.repeat(300)],
      },
    })
    useDatasetStore().reportOpen = true
    await flushPromises()
    const notes = [...dialog().querySelectorAll('.notes li')].map((one) => one.textContent)
    expect(notes).toEqual([
      'labels.csv: 1,197 of 1,200 rows label an image.',
      'labels.csv is not UTF-8. It was read as gb18030; where names look wrong, save it as UTF-8.',
      'labels.csv: 2 rows matched by other letter case, for instance A.PNG is a.png.',
      'labels.csv: 3 rows have no image: line 4: x.png (several images fit) and 2 more.',
      'labels.csv: two rows contradict each other: b.png is “cat” (line 6, taken) and “no label” (line 5).',
      'Labels look alike and may be one: “cat” and “cat␣” and “c⟨U+200B⟩at”.',
      `No labels, because they are longer than 255 characters or cannot be seen: “${'y'.repeat(40)}…”.`,
      '2 transparent pictures lie on black, because they vanish on white: a.png, b.png.',
      'One link out of the folder was left out: away.',
    ])
    await click('Follow these links')
    expect(wire.calls).toContainEqual(['dataset.rescan', { datasetId: 1, followsLinks: true }])
  })

  it('keeps the one image that is right, and excludes copies that say nothing new', async () => {
    await open()
    useDuplicateStore().show()
    await flushPromises()
    await click('Keep only this: cat/4.png')
    await click('Exclude the copy of the same label')
    expect(excluded()).toEqual([[1], [3]])
  })

  it('leads to the images in the library', async () => {
    await open()
    useAppStore().go('map')
    useDuplicateStore().show()
    await flushPromises()
    await click('Show in the library')
    expect([...useSelectionStore().ids]).toEqual([1, 4])
    expect(useAppStore().view).toBe('library')
    expect(useDatasetStore().reportOpen).toBe(false)
  })
})
