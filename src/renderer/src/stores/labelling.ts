import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import type { LabelSuggestions } from '../../../shared/contract/labels'
import type { ImageColumns } from '../../../shared/model/dataset'
import { imageFlag } from '../../../shared/model/dataset'
import type { ImageId, LabelId } from '../../../shared/model/ids'
import { api } from '../api/client'
import type { SuggestedLabel } from '../components/labelChoices'
import { t } from '../locales/i18n'
import { useAppStore } from './app'
import { coalesce } from './coalesce'
import { useDatasetStore } from './dataset'
import { useLabelStore } from './labels'
import { useSelectionStore } from './selection'
import { useToastStore } from './toasts'

/** So many suggestions stand above the other labels. */
const most = 3

/**
 * What labelling acts on, and where it goes on. In the library that is what is selected and seen:
 * the filter may hide a part of the selection. Other views show all images.
 */
export const useLabellingStore = defineStore('labelling', () => {
  const app = useAppStore()
  const dataset = useDatasetStore()
  const labels = useLabelStore()
  const selection = useSelectionStore()
  const toasts = useToastStore()
  /** All images with their labels; loaded while the filter hides selected ones. */
  const everything = shallowRef<ImageColumns | null>(null)

  /** Rows of the columns that are selected, in the order shown. */
  const shownRows = computed<readonly number[]>(() => {
    const ids = dataset.columns?.ids
    if (ids === undefined || selection.count === 0) return []
    if (selection.count === 1) {
      const [only] = selection.ids
      const row = ids.indexOf(only!)
      return row < 0 ? [] : [row]
    }
    const rows: number[] = []
    for (let row = 0; row < ids.length && rows.length < selection.count; row++) {
      if (selection.ids.has(ids[row]! as ImageId)) rows.push(row)
    }
    return rows
  })
  const beyondColumns = computed(() => selection.count - shownRows.value.length)
  /** Selected images that the library's filter hides; none in views without a filter. */
  const hiddenCount = computed(() =>
    app.view === 'library' && dataset.columns !== null ? beyondColumns.value : 0,
  )
  /** Ids of the images that keys and buttons act on. */
  const target = computed(() => {
    const ids = dataset.columns?.ids
    if (app.view !== 'library' || ids === undefined) return selection.column
    return Uint32Array.from(shownRows.value, (row) => ids[row]!)
  })
  const allExcluded = computed(() => {
    const flags = dataset.columns?.flags
    const rows = shownRows.value
    return (
      flags !== undefined &&
      rows.length > 0 &&
      rows.every((row) => (flags[row]! & imageFlag.excluded) !== 0)
    )
  })

  const answer = shallowRef<{ readonly imageId: ImageId; readonly found: LabelSuggestions } | null>(
    null,
  )
  /** Asked for as soon as an image has the focus, so that the answer is there when a key asks. */
  const refreshSuggestions = coalesce(async () => {
    const { focus } = selection
    if (focus === null || labels.list.length === 0) return
    try {
      answer.value = { imageId: focus, found: await api.labels.suggest({ imageId: focus }) }
    } catch {
      // An image that is gone, or a run whose files are: then nothing is suggested.
    }
  }, 0)
  watch(() => selection.focus, refreshSuggestions)
  /**
   * Names that the neighbours suggest for the focused image instead of its own, best first; none
   * where they agree with it.
   */
  const suggested = computed<readonly SuggestedLabel[]>(() => {
    if (answer.value === null || answer.value.imageId !== selection.focus) return []
    const found = answer.value.found.suggestions
    const ids = dataset.columns?.ids
    const row = selection.focus === null || ids === undefined ? -1 : ids.indexOf(selection.focus)
    const own = row < 0 ? 0 : dataset.columns!.labelIds[row]!
    if (found[0]?.labelId === own) return []
    return found
      .filter(({ labelId }) => labelId !== own)
      .slice(0, most)
      .map(({ name, share }) => ({ name, share }))
  })

  let asked = 0
  async function loadEverything(): Promise<void> {
    const mine = ++asked
    const datasetId = dataset.id
    if (datasetId === null || beyondColumns.value === 0) {
      everything.value = null
      return
    }
    const filter = { excluded: 'include', missing: 'include' } as const
    const loaded = await toasts.guard(() =>
      api.dataset.columns({ datasetId, filter, order: 'path' }),
    )
    if (mine === asked && loaded !== undefined) everything.value = loaded
  }
  watch([() => beyondColumns.value > 0, () => dataset.columns], () => void loadEverything())

  /** Labels of the whole selection with their counts, most first; hidden images count too. */
  const labelCounts = computed<readonly (readonly [LabelId | null, number])[]>(() => {
    const counts = new Map<LabelId | null, number>()
    const count = (columns: ImageColumns, row: number): void => {
      const label = columns.labelIds[row]!
      const key = label === 0 ? null : (label as LabelId)
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    const all = everything.value
    if (beyondColumns.value === 0 || all === null) {
      for (const row of shownRows.value) count(dataset.columns!, row)
    } else {
      for (let row = 0; row < all.ids.length; row++) {
        if (selection.ids.has(all.ids[row]! as ImageId)) count(all, row)
      }
    }
    return [...counts].sort((a, b) => b[1] - a[1])
  })

  /** The image beside the focus, after it or before it, that is not acted on itself. */
  function beside(direction: 1 | -1): ImageId | null {
    const ids = dataset.columns?.ids
    const rows = shownRows.value
    if (ids === undefined || rows.length === 0) return null
    const focused = selection.focus === null ? -1 : ids.indexOf(selection.focus)
    const from = focused >= 0 ? focused : rows.at(direction === 1 ? -1 : 0)!
    const taken = new Set(rows)
    let row = from + direction
    while (taken.has(row)) row += direction
    const id = ids[row] as ImageId | undefined
    return id ?? null
  }

  /** Says why nothing happens where all that is selected is hidden. */
  function isSomethingSeen(): boolean {
    if (target.value.length > 0) return true
    if (hiddenCount.value > 0) {
      const n = hiddenCount.value
      toasts.say(() => t('labelling.allHidden', { n }, n), {
        label: () => t('library.toolbar.clear'),
        run: () => dataset.clearFilter(),
      })
    }
    return false
  }

  /**
   * Changes what is selected and seen. In the library the focus goes on at once to the image that
   * stood after it, wherever the changed ones go; at the end it stays, or steps back where the
   * image leaves.
   */
  async function change(act: (ids: Uint32Array) => Promise<boolean>): Promise<boolean> {
    if (!isSomethingSeen()) return false
    const ids = target.value
    if (app.view !== 'library') return act(ids)
    const before = selection.take()
    const next = beside(1)
    const previous = beside(-1)
    const place = before.focus === null ? -1 : (dataset.columns?.ids.indexOf(before.focus) ?? -1)
    if (next !== null) selection.only(next)
    const during = selection.ids
    if (!(await act(ids))) {
      if (selection.ids === during) selection.put(before)
      return false
    }
    if (next === null && previous !== null) {
      await dataset.refreshColumns()
      const stays = before.focus !== null && dataset.columns?.ids[place] === before.focus
      if (!stays && selection.ids === during && dataset.columns?.ids.includes(previous)) {
        selection.only(previous)
      }
    }
    return true
  }

  const label = (name: string | null): Promise<boolean> => change((ids) => labels.assign(ids, name))
  const toggleExcluded = (): Promise<boolean> => {
    const excluded = !allExcluded.value
    return change((ids) => labels.setExcluded(ids, excluded))
  }

  return {
    shownRows,
    hiddenCount,
    target,
    allExcluded,
    labelCounts,
    suggested,
    isSomethingSeen,
    label,
    toggleExcluded,
  }
})
