import type { ReviewTriplet, Verdict } from '../../../../shared/model/triplets'
import { t } from '../../locales/i18n'
import { useLabelStore } from '../../stores/labels'

/** What a verdict is about to change, in words to be said once it has; null where nothing. */
export function verdictWords(triplet: ReviewTriplet, verdict: Verdict): string | null {
  const labels = useLabelStore()
  const nameOf = (role: 'anchor' | 'positive' | 'negative') =>
    labels.nameOf(triplet[`${role}LabelId`]) || t('triplets.noLabel')
  switch (verdict.kind) {
    case 'fine':
      return null
    case 'mislabelled':
      return t('triplets.said.mislabelled', { from: nameOf(verdict.which), to: verdict.label })
    case 'exclude':
      return t('triplets.said.exclude', { which: t(`triplets.${verdict.which}`) })
    case 'sameThing': {
      const into = verdict.stays ?? 'anchor'
      const from = into === 'anchor' ? 'negative' : 'anchor'
      const moved = labels.byId.get(triplet[`${from}LabelId`]!)?.imageCount ?? 0
      return t(
        'triplets.said.sameThing',
        { from: nameOf(from), into: nameOf(into), n: moved },
        moved,
      )
    }
  }
}
