import type { MovedByMerge } from '../../../shared/model/split'
import { i18n, t } from '../locales/i18n'
import { joinWords } from '../locales/joinWords'
import { formatFor } from './useFormat'

export const nothingMoved: MovedByMerge = { toTraining: 0, toTest: 0 }

/** What joining labels would move between training and test; empty: nothing. */
export const mergeWords = (moved: MovedByMerge): string =>
  wordsOf(moved, ['split.merge.toTraining', 'split.merge.toTest'])

/** What was done, and what it moved between training and test. */
export function mergedWords(what: string, moved: MovedByMerge): string {
  const words = wordsOf(moved, ['split.merge.wentToTraining', 'split.merge.wentToTest'])
  return words === '' ? what : t('split.merge.after', { what, moved: words })
}

function wordsOf({ toTraining, toTest }: MovedByMerge, keys: readonly [string, string]): string {
  const format = formatFor(i18n.global.locale.value, t)
  const words = (n: number, key: string) => (n === 0 ? '' : t(key, { count: format.count(n) }, n))
  return joinWords(words(toTraining, keys[0]), words(toTest, keys[1]))
}
