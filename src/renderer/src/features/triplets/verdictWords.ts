import type { MovedByMerge } from '../../../../shared/model/split'
import type { ReviewTriplet, Verdict } from '../../../../shared/model/triplets'
import { mergedWords } from '../../composables/mergeWords'
import { t } from '../../locales/i18n'
import { useLabelStore } from '../../stores/labels'
import type { Words } from '../../stores/toasts'

/**
 * What a verdict is about to change, in words to be said once it has; null where nothing.
 * @param moved by joining the labels, between training and test
 */
export function verdictWords(
  triplet: ReviewTriplet,
  verdict: Verdict,
  moved: MovedByMerge,
): Words | null {
  const labels = useLabelStore()
  const names = {
    anchor: labels.nameOf(triplet.anchorLabelId),
    positive: labels.nameOf(triplet.positiveLabelId),
    negative: labels.nameOf(triplet.negativeLabelId),
  }
  const nameOf = (role: keyof typeof names) => names[role] || t('triplets.noLabel')
  switch (verdict.kind) {
    case 'fine':
      return null
    case 'mislabelled':
      return () =>
        t('triplets.said.mislabelled', { from: nameOf(verdict.which), to: verdict.label })
    case 'exclude':
      return () =>
        t('triplets.said.exclude', {
          which: t(`triplets.${verdict.which}`),
          label: nameOf(verdict.which),
        })
    case 'sameThing': {
      const into = verdict.stays ?? 'anchor'
      const from = into === 'anchor' ? 'negative' : 'anchor'
      const n = labels.byId.get(triplet[`${from}LabelId`]!)?.imageCount ?? 0
      return () =>
        mergedWords(
          t('triplets.said.sameThing', { from: nameOf(from), into: nameOf(into), n }, n),
          moved,
        )
    }
  }
}
