import { computed, type ComputedRef, onUnmounted, shallowRef, watch, type Ref } from 'vue'
import type { ImageColumns } from '../../../../shared/model/dataset'
import { api } from '../../api/client'
import { useDatasetStore } from '../../stores/dataset'
import { useToastStore } from '../../stores/toasts'

/**
 * Label of each point, 0 where it has none. Asked for apart from the library's columns, because
 * those hold only what the library's filter shows.
 */
export function useLabelsOfPoints(ids: Ref<Uint32Array>): {
  readonly labelIds: ComputedRef<Uint32Array>
  /** False until the labels have come for the first time. */
  readonly isKnown: ComputedRef<boolean>
} {
  const dataset = useDatasetStore()
  const toasts = useToastStore()
  const columns = shallowRef<ImageColumns | null>(null)

  async function load(): Promise<void> {
    const datasetId = dataset.id
    if (datasetId === null) {
      columns.value = null
      return
    }
    const loaded = await toasts.guard(() =>
      api.dataset.columns({ datasetId, filter: { excluded: 'include' }, order: 'path' }),
    )
    if (loaded !== undefined && datasetId === dataset.id) columns.value = loaded
  }
  watch([() => dataset.id, ids], () => void load(), { immediate: true })
  onUnmounted(api.labels.onChanged(() => void load()))

  const labelOf = computed(() => {
    const known = columns.value
    const labels = new Map<number, number>()
    known?.ids.forEach((id, row) => labels.set(id, known.labelIds[row]!))
    return labels
  })
  return {
    labelIds: computed(() => ids.value.map((id) => labelOf.value.get(id) ?? 0)),
    isKnown: computed(() => columns.value !== null),
  }
}
