import { shallowRef, watch, type Ref } from 'vue'
import type { LossCurve, TrainingState } from '../../../../shared/model/training'
import { api } from '../../api/client'

/** The loss curve of the run that is shown, fetched again as training goes on (twice a second). */
export function useLossCurve(state: Ref<TrainingState | null>) {
  const curve = shallowRef<LossCurve | null>(null)
  let busy = false
  let fetchedAt = 0

  async function load(): Promise<void> {
    const current = state.value
    if (current === null || busy) return
    busy = true
    fetchedAt = performance.now()
    try {
      const loaded = await api.training.curve({ runId: current.run.id })
      if (state.value?.run.id === current.run.id) curve.value = loaded
    } catch {
      // A run without a single step has no curve; the chart says so.
      if (state.value?.run.id === current.run.id) curve.value = null
    } finally {
      busy = false
    }
  }

  watch(
    state,
    (next, previous) => {
      if (next?.run.id !== previous?.run.id) curve.value = null
      const ended = next !== null && next.run.status !== 'running'
      if (ended || next?.run.id !== previous?.run.id || performance.now() - fetchedAt > 500) {
        void load()
      }
    },
    { immediate: true },
  )
  return curve
}
