import { type Ref, shallowRef, watch } from 'vue'
import type { DatasetId } from '../../../../shared/model/ids'
import type { TrainingOptions, TrainingRequest } from '../../../../shared/model/training'
import { api } from '../../api/client'
import { useSettledAnswer } from '../../composables/useSettledAnswer'

/**
 * The plan for the present images and choices, kept up to date. `failure` holds why no plan can
 * be made (no images, one label, no label with two images).
 */
export function useTrainingPlan(
  datasetId: Ref<DatasetId | null>,
  request: Ref<TrainingRequest>,
  /** Values and objects that call for a new plan where they are others, for instance the number of labelled images. */
  basis: () => readonly unknown[],
) {
  const { answer: plan, failure } = useSettledAnswer(
    () => [datasetId.value, request.value, ...basis()],
    () => {
      const id = datasetId.value
      return id === null ? null : api.training.plan({ datasetId: id, request: request.value })
    },
  )
  /** The last that could be planned: a choice that fails can still be taken back. */
  const planned = shallowRef<TrainingOptions | null>(null)
  watch(
    [plan, failure],
    ([made, failed]) => {
      if (made !== null) planned.value = made.options
      else if (failed === null) planned.value = null
    },
    { flush: 'sync' },
  )
  return { plan, planned, failure }
}
