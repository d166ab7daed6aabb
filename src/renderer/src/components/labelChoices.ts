import type { LabelSummary } from '../../../shared/model/dataset'
import type { LabelId } from '../../../shared/model/ids'

export type LabelChoice =
  | {
      readonly kind: 'known'
      readonly id: LabelId
      readonly name: string
      readonly imageCount: number
    }
  | { readonly kind: 'new'; readonly name: string }
  | { readonly kind: 'none'; readonly name: '' }

const most = 50

/**
 * What a person may mean by what was typed: the label of that name, then those that begin with
 * it, then those that contain it; a new label where there is none of that name; no label where
 * nothing was typed.
 */
export function labelChoices(
  labels: readonly LabelSummary[],
  typed: string,
  allowNone: boolean,
): readonly LabelChoice[] {
  const text = typed.trim()
  const sought = text.toLocaleLowerCase()
  const rank = (name: string): number => {
    const lower = name.toLocaleLowerCase()
    if (name === text) return 0
    if (lower === sought) return 1
    if (lower.startsWith(sought)) return 2
    return lower.includes(sought) ? 3 : -1
  }
  const known = labels
    .map((label) => ({ label, place: rank(label.name) }))
    .filter(({ place }) => place >= 0)
    .sort((a, b) => a.place - b.place || a.label.name.localeCompare(b.label.name))
    .slice(0, most)
    .map(({ label }): LabelChoice => ({
      kind: 'known',
      id: label.id,
      name: label.name,
      imageCount: label.imageCount,
    }))
  if (text === '') return allowNone ? [...known, { kind: 'none', name: '' }] : known
  const isKnown = labels.some((label) => label.name === text)
  return isKnown ? known : [...known, { kind: 'new', name: text }]
}
