import { computed } from 'vue'
import type { DatasetAdvice } from '../../../../shared/model/dataset'
import { useAppStore } from '../../stores/app'
import { useDatasetStore } from '../../stores/dataset'
import { useLabelStore } from '../../stores/labels'

/** What training would still need, as the images and labels are now; null where nothing. */
export function useAdvice() {
  const app = useAppStore()
  const dataset = useDatasetStore()
  const labels = useLabelStore()

  return computed<DatasetAdvice | null>(() => {
    const current = dataset.current
    if (current === null || current.imageCount === 0 || app.jobOf('import') !== null) return null
    if (current.labelCount === 0) return 'noLabels'
    const used = labels.list.filter((label) => label.imageCount > 0)
    if (used.length === 0) return null
    if (used.length === 1) return 'oneLabel'
    if (used.every((label) => label.imageCount < 2)) return 'noClassWithTwoImages'
    return current.imageCount < 20 ? 'fewImages' : null
  })
}
