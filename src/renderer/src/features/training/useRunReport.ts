import { shallowRef, watch } from 'vue'
import type { RunId } from '../../../../shared/model/ids'
import type { RunReport } from '../../../../shared/model/training'
import { api } from '../../api/client'

/**
 * Quality by label and confusions of a run, against the labels of now.
 * @param runId the run whose report is looked at; null while none is
 * @param basis what a new report is made for when it changes, for instance the labels
 */
export function useRunReport(runId: () => RunId | null, basis: () => unknown) {
  const report = shallowRef<RunReport | null>(null)
  const failure = shallowRef<unknown>(null)
  let asked = 0
  watch(
    [runId, basis],
    async ([id]) => {
      const mine = ++asked
      failure.value = null
      if (id === null) return
      if (report.value?.runId !== id) report.value = null
      try {
        const loaded = await api.training.report({ runId: id })
        if (mine === asked) report.value = loaded
      } catch (error) {
        if (mine === asked) failure.value = error
      }
    },
    { immediate: true },
  )
  return { report, failure }
}
