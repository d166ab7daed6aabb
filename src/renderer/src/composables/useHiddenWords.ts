import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { useLabellingStore } from '../stores/labelling'
import { useSelectionStore } from '../stores/selection'
import { useFormat } from './useFormat'

/** How much of the selection the filter hides, which keys and buttons leave alone; empty for none. */
export function useHiddenWords(): ComputedRef<string> {
  const { t } = useI18n()
  const format = useFormat()
  const labelling = useLabellingStore()
  const selection = useSelectionStore()
  return computed(() =>
    labelling.hiddenCount === 0
      ? ''
      : t('labelling.hidden', {
          hidden: format.value.count(labelling.hiddenCount),
          total: format.value.count(selection.count),
        }),
  )
}
