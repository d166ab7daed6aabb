import type { DatasetId } from '../../../../shared/model/ids'
import type { SweepRequest } from '../../../../shared/model/sweep'
import { api } from '../../api/client'
import { useSettledAnswer } from '../../composables/useSettledAnswer'

/**
 * What the present choice would do, kept up to date; `failure` holds why nothing can be trained.
 * @param basis values and objects that call for a new plan where they are others
 */
export function useSweepPlan(
  datasetId: () => DatasetId | null,
  request: () => SweepRequest | null,
  basis: () => readonly unknown[],
) {
  const { answer: plan, failure } = useSettledAnswer(
    () => [datasetId(), request(), ...basis()],
    () => {
      const [id, wanted] = [datasetId(), request()]
      if (id === null || wanted === null) return null
      return api.sweep.plan({ datasetId: id, request: wanted })
    },
  )
  return { plan, failure }
}
