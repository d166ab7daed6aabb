import { onScopeDispose, shallowRef, watch, type Ref } from 'vue'
import type { DatasetId } from '../../../../shared/model/ids'
import type {
  TrainingOptions,
  TrainingPlan,
  TrainingRequest,
} from '../../../../shared/model/training'
import { api } from '../../api/client'

/** Waits for a pause in typing and importing before it asks again. */
const settleMs = 200

/**
 * The plan for the present images and choices, kept up to date. `failure` holds why no plan can
 * be made (no images, one label, no label with two images).
 */
export function useTrainingPlan(
  datasetId: Ref<DatasetId | null>,
  request: Ref<TrainingRequest>,
  /** Anything whose change calls for a new plan, for instance the number of labelled images. */
  basis: () => unknown,
) {
  const plan = shallowRef<TrainingPlan | null>(null)
  /** The last that could be planned: a choice that fails can still be taken back. */
  const planned = shallowRef<TrainingOptions | null>(null)
  const failure = shallowRef<unknown>(null)
  let timer: ReturnType<typeof setTimeout> | undefined
  let asked = 0

  async function load(): Promise<void> {
    const id = datasetId.value
    const mine = ++asked
    if (id === null) {
      plan.value = null
      planned.value = null
      failure.value = null
      return
    }
    try {
      const made = await api.training.plan({ datasetId: id, request: request.value })
      if (mine !== asked) return
      plan.value = made
      planned.value = made.options
      failure.value = null
    } catch (error) {
      if (mine !== asked) return
      plan.value = null
      failure.value = error
    }
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

  return { plan, planned, failure }
}
