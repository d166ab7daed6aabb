import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { UndoState, UndoStep } from '../../../shared/contract/labels'
import type { LabelSummary } from '../../../shared/model/dataset'
import type { DatasetId, LabelId } from '../../../shared/model/ids'
import type { MovedByMerge } from '../../../shared/model/split'
import { api } from '../api/client'
import { mergedWords, nothingMoved } from '../composables/mergeWords'
import { t } from '../locales/i18n'
import { labelColor } from '../styles/labelColor'
import { coalesce } from './coalesce'
import { useDatasetStore } from './dataset'
import { useToastStore, type Words } from './toasts'

const lastUsedCount = 3

/** Labels of the open dataset, and what a person does to them; each act is one undo step. */
export const useLabelStore = defineStore('labels', () => {
  const dataset = useDatasetStore()
  const toasts = useToastStore()
  const list = shallowRef<readonly LabelSummary[]>([])
  const undoState = shallowRef<UndoState>({ undo: null, redo: null })
  /** Names that were given last, newest first. */
  const lastUsed = shallowRef<readonly string[]>([])
  const remember = (name: string): void => {
    const others = lastUsed.value.filter((other) => other !== name)
    lastUsed.value = [name, ...others].slice(0, lastUsedCount)
  }

  const byId = computed(() => new Map(list.value.map((label) => [label.id, label])))
  const byName = computed(() => new Map(list.value.map((label) => [label.name, label])))

  /** Empty where the image has no label. */
  const nameOf = (id: LabelId | null): string =>
    id === null ? '' : (byId.value.get(id)?.name ?? '')
  /** A CSS colour; null where there is no label. */
  function colorOf(id: LabelId | null): string | null {
    const label = id === null ? undefined : byId.value.get(id)
    return label === undefined ? null : labelColor(label.colorIndex)
  }

  const refresh = coalesce(async () => {
    const datasetId = dataset.id
    if (datasetId === null) {
      list.value = []
      lastUsed.value = []
      undoState.value = { undo: null, redo: null }
      return
    }
    const loaded = await toasts.guard(() =>
      Promise.all([api.labels.list({ datasetId }), api.labels.undoState({ datasetId })]),
    )
    if (loaded === undefined || datasetId !== dataset.id) return
    list.value = loaded[0]
    undoState.value = loaded[1]
  }, 400)

  /** What a step was, in words: "12 images labelled cat". */
  const wordsOf = (step: UndoStep): string =>
    t(
      `labelling.steps.${step.kind}`,
      { n: step.imageCount, label: step.label ?? t('labelling.noLabel') },
      step.imageCount,
    )

  async function act(work: (datasetId: DatasetId) => Promise<UndoState>): Promise<boolean> {
    const datasetId = dataset.id
    if (datasetId === null) return false
    const state = await toasts.guard(() => work(datasetId), 'labels')
    if (state === undefined) return false
    undoState.value = state
    return true
  }

  /** Only the newest change offers its way back. */
  let offered: number | null = null
  function offer(message: Words, label: Words, run: () => Promise<void>): void {
    if (offered !== null) toasts.dismiss(offered)
    offered = toasts.say(message, { label, run: () => void run() })
  }

  /** Does it and offers to take it back. */
  async function change(
    work: (datasetId: DatasetId) => Promise<UndoState>,
    moved: MovedByMerge = nothingMoved,
  ): Promise<boolean> {
    if (!(await act(work))) return false
    const step = undoState.value.undo
    if (step !== null) {
      offer(
        () => mergedWords(wordsOf(step), moved),
        () => t('labelling.undo'),
        () => undo(),
      )
    }
    return true
  }

  async function assign(imageIds: Uint32Array, label: string | null): Promise<boolean> {
    const isDone = await change((datasetId) => api.labels.assign({ datasetId, imageIds, label }))
    if (isDone && label !== null) remember(label)
    return isDone
  }
  const setExcluded = (imageIds: Uint32Array, excluded: boolean): Promise<boolean> =>
    change((datasetId) => api.labels.setExcluded({ datasetId, imageIds, excluded }))
  const rename = (labelId: LabelId, name: string): Promise<boolean> =>
    change((datasetId) => api.labels.rename({ datasetId, labelId, name }))

  /** What joining labels into one would move between training and test. */
  async function movedByMerge(from: readonly LabelId[], into: LabelId): Promise<MovedByMerge> {
    const datasetId = dataset.id
    if (datasetId === null) return nothingMoved
    const ask = () => api.split.ofMerge({ datasetId, from: [...from], into })
    return (await toasts.guard(ask, 'labels')) ?? nothingMoved
  }

  /** Joins labels into one and says what that moved between training and test. */
  async function merge(from: readonly LabelId[], into: LabelId): Promise<boolean> {
    const moved = await movedByMerge(from, into)
    return change((datasetId) => api.labels.merge({ datasetId, from: [...from], into }), moved)
  }

  /** Takes a step back or does it again, says what it was and offers the way back. */
  async function move(way: 'undo' | 'redo'): Promise<void> {
    const step = undoState.value[way]
    if (step === null || !(await act((datasetId) => api.labels[way]({ datasetId })))) return
    const isUndo = way === 'undo'
    offer(
      () => t(isUndo ? 'labelling.undone' : 'labelling.redone', { what: wordsOf(step) }),
      () => t(isUndo ? 'labelling.redo' : 'labelling.undo'),
      () => move(isUndo ? 'redo' : 'undo'),
    )
  }
  const undo = (): Promise<void> => move('undo')
  const redo = (): Promise<void> => move('redo')

  return {
    list,
    byId,
    byName,
    undoState,
    lastUsed,
    nameOf,
    colorOf,
    wordsOf,
    refresh,
    change,
    assign,
    setExcluded,
    rename,
    movedByMerge,
    merge,
    undo,
    redo,
  }
})
