import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { RunComparison, RunGain, TodaysResult } from '../../../shared/model/comparison'
import type { RunId } from '../../../shared/model/ids'
import { api } from '../api/client'
import { coalesce } from './coalesce'
import { useDatasetStore } from './dataset'
import { useToastStore } from './toasts'

/** Runs of the open dataset on the labels of today. */
export const useComparisonStore = defineStore('comparison', () => {
  const dataset = useDatasetStore()
  const toasts = useToastStore()
  const state = shallowRef<RunComparison | null>(null)

  const results = computed(
    () => new Map(state.value?.results.map((result) => [result.runId, result])),
  )
  const gains = computed(() => new Map(state.value?.gains.map((gain) => [gain.runId, gain])))
  const isMeasuring = computed(() => state.value?.isMeasuring === true)
  const resultOf = (runId: RunId): TodaysResult | null => results.value.get(runId) ?? null
  const gainOf = (runId: RunId): RunGain | null => gains.value.get(runId) ?? null

  const refresh = coalesce(async () => {
    const datasetId = dataset.id
    if (datasetId === null) {
      state.value = null
      return
    }
    const loaded = await toasts.guard(() => api.comparison.state({ datasetId }))
    if (loaded !== undefined && datasetId === dataset.id) state.value = loaded
  }, 200)

  function accept(next: RunComparison): void {
    if (next.datasetId === dataset.id) state.value = next
  }
  function reset(): void {
    state.value = null
  }

  return { isMeasuring, resultOf, gainOf, refresh, accept, reset }
})
