import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import type { Duplicates, NearDuplicates } from '../../../shared/model/duplicates'
import { api } from '../api/client'
import { coalesce } from './coalesce'
import { useDatasetStore } from './dataset'
import { useLabelStore } from './labels'
import { useToastStore } from './toasts'

/** Images that the open dataset holds more than once; kept up to date with labels and imports. */
export const useDuplicateStore = defineStore('duplicates', () => {
  const dataset = useDatasetStore()
  const labels = useLabelStore()
  const toasts = useToastStore()
  /** null until known. */
  const found = shallowRef<Duplicates | null>(null)
  /** Those that look the same; read while the report is open. */
  const near = shallowRef<NearDuplicates | null>(null)
  /** Which part of the import report shows. */
  const part = ref<'leftOut' | 'duplicates'>('leftOut')

  const refresh = coalesce(async () => {
    const datasetId = dataset.id
    if (datasetId === null) {
      found.value = null
      return
    }
    const loaded = await toasts.guard(() => api.dataset.duplicates({ datasetId }))
    if (datasetId === dataset.id) found.value = loaded ?? null
  }, 1000)
  watch(
    () => dataset.id,
    () => {
      found.value = null
      near.value = null
    },
  )
  const refreshNear = coalesce(async () => {
    const datasetId = dataset.id
    if (datasetId === null || !dataset.reportOpen) return
    const loaded = await toasts.guard(() => api.dataset.nearDuplicates({ datasetId }))
    if (datasetId === dataset.id && loaded !== undefined) near.value = loaded
  }, 1000)
  watch(
    () => [dataset.id, dataset.report, dataset.reportOpen, labels.undoState],
    () => void refreshNear(),
    { immediate: true },
  )
  watch(
    () => [dataset.id, dataset.report, labels.undoState],
    () => void refresh(),
    {
      immediate: true,
    },
  )

  function show(): void {
    part.value = 'duplicates'
    dataset.reportOpen = true
  }

  return { found, near, part, refresh, show }
})
