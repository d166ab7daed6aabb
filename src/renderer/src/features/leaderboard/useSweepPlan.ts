import { onScopeDispose, shallowRef, watch } from 'vue'
import type { DatasetId } from '../../../../shared/model/ids'
import type { SweepRequest, SweepPlan } from '../../../../shared/model/sweep'
import { api } from '../../api/client'

const settleMs = 200

/**
 * What the present choice would do, kept up to date; `failure` holds why nothing can be trained.
 * @param basis anything whose change calls for a new plan
 */
export function useSweepPlan(
  datasetId: () => DatasetId | null,
  request: () => SweepRequest | null,
  basis: () => unknown,
) {
  const plan = shallowRef<SweepPlan | null>(null)
  const failure = shallowRef<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function load(): Promise<void> {
    const id = datasetId()
    const wanted = request()
    const mine = ++asked
    let made: SweepPlan | null = null
    let failed: unknown = null
    if (id !== null && wanted !== null) {
      try {
        made = await api.sweep.plan({ datasetId: id, request: wanted })
      } catch (error) {
        failed = error
      }
    }
    if (mine !== asked) return
    plan.value = made
    failure.value = failed
  }

  watch(
    [datasetId, request, basis],
    () => {
      clearTimeout(timer)
      timer = setTimeout(() => void load(), settleMs)
    },
    { deep: true },
  )
  void load()
  onScopeDispose(() => clearTimeout(timer))

  return { plan, failure }
}
