import { onScopeDispose, type Ref, ref, watch } from 'vue'
import { api } from '../../api/client'
import { useDatasetStore } from '../../stores/dataset'

/** How many verdicts hold in the open dataset, kept up to date. */
export function useJudgedCount(): Ref<number> {
  const dataset = useDatasetStore()
  const count = ref(0)

  async function load(): Promise<void> {
    const datasetId = dataset.id
    if (datasetId === null) {
      count.value = 0
      return
    }
    try {
      const { total } = await api.triplets.judged({ datasetId, offset: 0, limit: 1 })
      if (datasetId === dataset.id) count.value = total
    } catch {
      // The list itself says what is wrong when it is opened.
    }
  }

  watch(() => dataset.id, load, { immediate: true })
  onScopeDispose(
    api.triplets.onChanged((change) => {
      if (change.reason === 'verdict') void load()
    }),
  )
  return count
}
