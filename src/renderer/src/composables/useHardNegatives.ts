import { onScopeDispose, type Ref, ref, watch } from 'vue'
import type { RunId } from '../../../shared/model/ids'
import { reviewLength } from '../../../shared/model/triplets'
import { api } from '../api/client'

/** How many hard negatives of a run one review would ask; 0 while that is not known. */
export function useHardNegatives(runId: () => RunId): Ref<number> {
  const count = ref(0)

  async function load(): Promise<void> {
    const id = runId()
    try {
      const { tiers } = await api.triplets.counts({ runId: id })
      if (id === runId()) count.value = Math.min(reviewLength, tiers.violations)
    } catch {
      // The Triplets view says what went wrong; here the way there is enough.
      if (id === runId()) count.value = 0
    }
  }

  watch(runId, load, { immediate: true })
  onScopeDispose(
    api.triplets.onChanged((change) => {
      if (change.runId === null || change.runId === runId()) void load()
    }),
  )
  onScopeDispose(api.labels.onChanged(() => void load()))
  return count
}
