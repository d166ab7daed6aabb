import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { UndoState } from '../../../src/shared/contract/labels'
import { AppError } from '../../../src/shared/errors'
import { setLocale } from '../../../src/renderer/src/locales/i18n'
import { useAppStore } from '../../../src/renderer/src/stores/app'
import { useDatasetStore } from '../../../src/renderer/src/stores/dataset'
import { useLabellingStore } from '../../../src/renderer/src/stores/labelling'
import { useLabelStore } from '../../../src/renderer/src/stores/labels'
import { useSelectionStore } from '../../../src/renderer/src/stores/selection'
import { useToastStore } from '../../../src/renderer/src/stores/toasts'
import { asImageId, asLabelId, asRunId, datasetOf, labelOf } from '../../support/windowData'
import { connectWire, type Wire } from '../../support/windowWire'

const after: UndoState = { undo: { kind: 'label', imageCount: 1, label: 'dog' }, redo: null }

/** Images 1 to 6 of main: two cats, two dogs, two foxes; sorted by label. */
let labelIds: Map<number, number>
let excluded: Set<number>
let fails: boolean
let wire: Wire

async function open(): Promise<void> {
  labelIds = new Map([1, 2, 3, 4, 5, 6].map((id) => [id, Math.ceil(id / 2)]))
  excluded = new Set()
  fails = false
  wire = connectWire({
    dataset: {
      columns: ({ filter }) => {
        const ids = [...labelIds.keys()]
          .filter((id) => filter.labelIds?.includes(asLabelId(labelIds.get(id)!)) ?? true)
          .filter((id) => filter.excluded === 'include' || !excluded.has(id))
          .sort((a, b) => labelIds.get(a)! - labelIds.get(b)! || a - b)
        return {
          ids: Uint32Array.from(ids),
          labelIds: Uint32Array.from(ids, (id) => labelIds.get(id)!),
          flags: Uint8Array.from(ids, (id) => (excluded.has(id) ? 1 : 0)),
        }
      },
    },
    labels: {
      assign: ({ imageIds, label }) => {
        if (fails) throw new AppError('diskFull', 'full')
        for (const id of imageIds) labelIds.set(id, label === 'dog' ? 2 : 1)
        return after
      },
      suggest: ({ imageId }) => ({
        runId: asRunId(9),
        voters: 10,
        suggestions: (imageId === 1 ? [2, 1] : [1, 2]).map((id) => ({
          labelId: asLabelId(id),
          name: id === 1 ? 'cat' : 'dog',
          votes: 5,
          share: 0.5,
        })),
      }),
      setExcluded: ({ imageIds }) => {
        for (const id of imageIds) excluded.add(id)
        return after
      },
    },
  })
  useDatasetStore().accept(datasetOf({ imageCount: 6 }))
  useLabelStore().list = [labelOf(1, 'cat'), labelOf(2, 'dog'), labelOf(3, 'fox')]
  await flushPromises()
}
const shown = (): number[] => [...(useDatasetStore().columns?.ids ?? [])]
const assigned = (): number[][] =>
  wire.calls.flatMap(([channel, input]) =>
    channel === 'labels.assign' ? [[...(input as { imageIds: Uint32Array }).imageIds]] : [],
  )

beforeEach(() => {
  setActivePinia(createPinia())
  setLocale('en')
})

describe('labelling', () => {
  it('goes on at once to what stood after the image, though that moves away', async () => {
    await open()
    const selection = useSelectionStore()
    selection.only(asImageId(1))
    const done = useLabellingStore().label('dog')
    // Before main has answered: the next key already acts on the next image.
    expect(selection.focus).toBe(2)
    await done
    await useDatasetStore().refreshColumns()
    expect(shown()).toEqual([2, 1, 3, 4, 5, 6])
    expect([...selection.ids]).toEqual([2])
    expect(useLabelStore().lastUsed).toEqual(['dog'])
  })

  it('goes on after all of several, and labels them in one step', async () => {
    await open()
    const selection = useSelectionStore()
    selection.replace([3, 1, 2], asImageId(1))
    await useLabellingStore().label('dog')
    expect(assigned()).toEqual([[1, 2, 3]])
    expect(selection.focus).toBe(4)
  })

  it('stays at the end, and steps back where the image leaves', async () => {
    await open()
    const selection = useSelectionStore()
    const dataset = useDatasetStore()
    selection.only(asImageId(6))
    await useLabellingStore().label('dog')
    expect(shown()).toEqual([1, 2, 3, 4, 6, 5])
    expect(selection.focus).toBe(5)
    dataset.setOrder('path')
    dataset.setFilter({ labelIds: [asLabelId(2)] })
    await dataset.refreshColumns()
    selection.only(asImageId(6))
    await useLabellingStore().label('dog')
    expect(selection.focus).toBe(6)
  })

  it('puts the selection back where labelling failed', async () => {
    await open()
    const selection = useSelectionStore()
    fails = true
    selection.replace([1, 2])
    expect(await useLabellingStore().label('dog')).toBe(false)
    expect([...selection.ids]).toEqual([1, 2])
    expect(useToastStore().toasts.at(-1)?.tone).toBe('error')
  })

  it('suggests what the neighbours say, unless they agree with the label', async () => {
    await open()
    const selection = useSelectionStore()
    const labelling = useLabellingStore()
    const names = () => labelling.suggested.map(({ name }) => name)
    selection.only(asImageId(1))
    await flushPromises()
    expect(names()).toEqual(['dog'])
    selection.only(asImageId(2))
    expect(names()).toEqual([])
    await flushPromises()
    expect(names()).toEqual([])
    selection.only(asImageId(5))
    await flushPromises()
    expect(names()).toEqual(['cat', 'dog'])
  })

  it('excludes and goes on', async () => {
    await open()
    const selection = useSelectionStore()
    selection.only(asImageId(3))
    await useLabellingStore().toggleExcluded()
    await useDatasetStore().refreshColumns()
    expect(shown()).toEqual([1, 2, 4, 5, 6])
    expect(selection.focus).toBe(4)
  })

  it('acts on what is seen, and counts all of the selection', async () => {
    await open()
    const selection = useSelectionStore()
    const dataset = useDatasetStore()
    const labelling = useLabellingStore()
    selection.replace([1, 2, 3, 5, 6])
    dataset.setFilter({ labelIds: [asLabelId(3)] })
    await dataset.refreshColumns()
    await flushPromises()
    expect(labelling.hiddenCount).toBe(3)
    expect([...labelling.target]).toEqual([5, 6])
    expect(labelling.labelCounts).toEqual([
      [1, 2],
      [3, 2],
      [2, 1],
    ])
    await labelling.label('dog')
    expect(assigned()).toEqual([[5, 6]])
  })

  it('says that all of the selection is hidden, and shows it again', async () => {
    await open()
    const selection = useSelectionStore()
    const dataset = useDatasetStore()
    selection.replace([1, 2])
    dataset.setFilter({ labelIds: [asLabelId(3)] })
    await dataset.refreshColumns()
    expect(await useLabellingStore().label('dog')).toBe(false)
    expect(assigned()).toEqual([])
    const toast = useToastStore().toasts.at(-1)
    expect(toast?.message).toBe('All 2 selected images are hidden by the filter.')
    toast?.action?.run()
    expect(dataset.isFiltered).toBe(false)
  })

  it('acts on the whole selection in views without a filter, and stays there', async () => {
    await open()
    const selection = useSelectionStore()
    const dataset = useDatasetStore()
    dataset.setFilter({ labelIds: [asLabelId(3)] })
    await dataset.refreshColumns()
    useAppStore().go('map')
    selection.replace([1, 5])
    const labelling = useLabellingStore()
    expect(labelling.hiddenCount).toBe(0)
    await labelling.label('dog')
    await nextTick()
    expect(assigned()).toEqual([[1, 5]])
    expect([...selection.ids]).toEqual([1, 5])
  })
})

it('joins several labels as one step, and offers to take it back and to do it again', async () => {
  const joined: UndoState['undo'] = { kind: 'merge', imageCount: 4, label: 'cat' }
  const asked: string[] = []
  const answer =
    (what: string, state: UndoState) =>
    (input: unknown): UndoState => {
      asked.push(`${what} ${JSON.stringify(input)}`)
      return state
    }
  wire = connectWire({
    dataset: {
      columns: () => ({
        ids: new Uint32Array(0),
        labelIds: new Uint32Array(0),
        flags: new Uint8Array(0),
      }),
    },
    split: { ofMerge: () => ({ toTraining: 0, toTest: 0 }) },
    labels: {
      merge: answer('merge', { undo: joined, redo: null }),
      undo: answer('undo', { undo: null, redo: joined }),
      redo: answer('redo', { undo: joined, redo: null }),
    },
  })
  useDatasetStore().accept(datasetOf({ imageCount: 6 }))
  const toasts = useToastStore()
  await useLabelStore().merge([asLabelId(2), asLabelId(3)], asLabelId(1))
  expect(toasts.toasts.map(({ message }) => message)).toEqual([expect.stringContaining('4 images')])
  toasts.toasts[0]!.action!.run()
  await flushPromises()
  toasts.toasts.at(-1)!.action!.run()
  await flushPromises()
  const datasetId = useDatasetStore().id
  expect(asked).toEqual([
    `merge ${JSON.stringify({ datasetId, from: [2, 3], into: 1 })}`,
    `undo ${JSON.stringify({ datasetId })}`,
    `redo ${JSON.stringify({ datasetId })}`,
  ])
})
