import type { SetFinding } from '../../../shared/model/findings'
import type { Format } from './useFormat'

type Translate = (key: string, values: Record<string, unknown>, plural?: number) => string

/** What is wrong with a set, in the window's words. */
export function findingWords(finding: SetFinding, format: Format, t: Translate): string {
  const key = `training.findings.${finding.kind}`
  switch (finding.kind) {
    case 'allAlike':
      return t(key, { n: format.count(finding.images) })
    case 'copiesWithinLabels':
      return t(key, { n: format.count(finding.labels) }, finding.labels)
    case 'sharedPictures': {
      const { first, second, pictures, pairs } = finding
      const words = t(key, { first, second, n: format.count(pictures) }, pictures)
      const others = pairs - 1
      return others === 0
        ? words
        : `${words} ${t('training.findings.morePairs', { n: format.count(others) }, others)}`
    }
  }
}
