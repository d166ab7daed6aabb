import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type {
  DatasetSummary,
  ImageColumns,
  ImageFilter,
  ImageOrder,
  ImportReport,
  MovedFolder,
} from '../../../shared/model/dataset'
import type { DatasetId } from '../../../shared/model/ids'
import { api } from '../api/client'
import { coalesce } from './coalesce'
import { useToastStore } from './toasts'

/** The open dataset: its counts, what is shown of it, and how it comes in. */
export const useDatasetStore = defineStore('dataset', () => {
  const toasts = useToastStore()
  /** False until main has said whether there is one. */
  const ready = ref(false)
  const current = shallowRef<DatasetSummary | null>(null)
  const recent = shallowRef<readonly DatasetSummary[]>([])
  const filter = shallowRef<ImageFilter>({})
  const order = ref<ImageOrder>('label')
  /** Images of the filter in display order; null until they came. */
  const columns = shallowRef<ImageColumns | null>(null)
  const report = shallowRef<ImportReport | null>(null)
  /** Between the drop and the first answer, when there is nothing else to show. */
  const opening = ref(false)
  const reportOpen = ref(false)
  /** A folder that looks like a dataset that moved, and waits for an answer. */
  const moved = shallowRef<MovedFolder | null>(null)

  const id = computed<DatasetId | null>(() => current.value?.id ?? null)
  const isFiltered = computed(() => Object.keys(filter.value).length > 0)
  const refreshColumns = coalesce(async () => {
    const asked = { datasetId: id.value, filter: filter.value, order: order.value }
    if (asked.datasetId === null) {
      columns.value = null
      return
    }
    const loaded = await toasts.guard(() =>
      api.dataset.columns({ ...asked, datasetId: asked.datasetId! }),
    )
    const isStale =
      asked.datasetId !== id.value || asked.filter !== filter.value || asked.order !== order.value
    if (loaded !== undefined && !isStale) columns.value = loaded
  }, 400)

  async function load(): Promise<void> {
    const summary = await toasts.guard(() => api.dataset.current({}))
    accept(summary ?? null)
    ready.value = true
    await Promise.all([loadRecent(), loadReport(), loadMoved()])
  }

  /** Takes a summary that main sent; a new dataset starts without filter. */
  function accept(summary: DatasetSummary | null): void {
    if (summary?.id !== current.value?.id) {
      filter.value = {}
      columns.value = null
      report.value = null
    }
    current.value = summary
    void refreshColumns()
  }

  /** A summary that main sent of any dataset: only the open one changes what is shown. */
  function note(summary: DatasetSummary): void {
    if (summary.id === id.value) accept(summary)
    recent.value = recent.value.map((one) => (one.id === summary.id ? summary : one))
  }

  async function loadMoved(): Promise<void> {
    moved.value = (await toasts.guard(() => api.dataset.moved({}))) ?? null
  }

  async function loadRecent(): Promise<void> {
    recent.value = (await toasts.guard(() => api.dataset.recent({}))) ?? []
  }

  async function loadReport(): Promise<void> {
    if (id.value === null) return
    const datasetId = id.value
    const loaded = await toasts.guard(() => api.dataset.report({ datasetId }))
    if (datasetId === id.value) report.value = loaded ?? null
  }

  async function bringIn(work: () => Promise<DatasetSummary | null>): Promise<boolean> {
    opening.value = true
    const summary = await toasts.guard(work, 'dataset')
    opening.value = false
    if (summary === undefined || summary === null) return false
    accept(summary)
    void loadRecent()
    return true
  }

  const chooseFolder = (): Promise<boolean> => bringIn(() => api.dataset.chooseFolder({}))
  const importDropped = (token: string): Promise<boolean> =>
    bringIn(() => api.dataset.importDropped({ token }))
  const importSample = (): Promise<boolean> => bringIn(() => api.dataset.importSample({}))
  const answerMoved = (answer: 'takeOver' | 'asNew' | 'nothing'): Promise<boolean> => {
    moved.value = null
    return bringIn(() => api.dataset.answerMoved({ answer }))
  }

  async function open(datasetId: DatasetId): Promise<void> {
    if (await bringIn(() => api.dataset.open({ datasetId }))) await loadReport()
  }

  /** @param followsLinks whether links out of the folder are followed from now on; absent: as before */
  const rescan = async (followsLinks?: boolean): Promise<void> => {
    const datasetId = id.value
    if (datasetId === null) return
    const input = followsLinks === undefined ? { datasetId } : { datasetId, followsLinks }
    await bringIn(() => api.dataset.rescan(input))
  }

  /** @param endsWork whether to end what runs or waits on it */
  async function forget(datasetId: DatasetId, endsWork = false): Promise<void> {
    await toasts.guard(() => api.dataset.forget({ datasetId, endsWork }), 'dataset')
    await load()
  }

  /** Sets fields of the filter; an undefined one no longer restricts. */
  function setFilter(patch: {
    [Field in keyof ImageFilter]?: ImageFilter[Field] | undefined
  }): void {
    const set = Object.entries({ ...filter.value, ...patch }).filter(
      ([, value]) => value !== undefined && value !== '',
    )
    filter.value = Object.fromEntries(set)
    void refreshColumns()
  }

  function clearFilter(): void {
    filter.value = {}
    void refreshColumns()
  }

  function setOrder(next: ImageOrder): void {
    order.value = next
    void refreshColumns()
  }

  return {
    ready,
    current,
    id,
    recent,
    filter,
    isFiltered,
    order,
    columns,
    report,
    opening,
    reportOpen,
    moved,
    load,
    accept,
    note,
    loadRecent,
    loadReport,
    refreshColumns,
    chooseFolder,
    importDropped,
    importSample,
    answerMoved,
    open,
    rescan,
    forget,
    setFilter,
    clearFilter,
    setOrder,
  }
})
