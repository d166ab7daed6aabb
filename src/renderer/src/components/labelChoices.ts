import type { LabelSummary } from '../../../shared/model/dataset'
import type { LabelId } from '../../../shared/model/ids'

export type LabelChoice =
  | {
      readonly kind: 'known'
      readonly id: LabelId
      readonly name: string
      readonly imageCount: number
      /** Why it stands before the others, where it does. */
      readonly because?: 'likely' | 'perhaps' | 'lastUsed'
    }
  | { readonly kind: 'new'; readonly name: string }
  | { readonly kind: 'none'; readonly name: '' }

const most = 50

/** A name that neighbours vote for; their share from 0 to 1, null where nobody voted. */
export interface SuggestedLabel {
  readonly name: string
  readonly share: number | null
}

/** Half of the votes: what has fewer is not called likely. */
const likelyShare = 0.5

/** Labels to offer before anything is typed, best first; names that no label has are passed over. */
export interface FirstLabels {
  readonly suggested: readonly SuggestedLabel[]
  readonly lastUsed: readonly string[]
}

/**
 * What a person may mean by what was typed: the label of that name, then those that begin with
 * it, then those that contain it; a new label where there is none of that name. While nothing is
 * typed: what is suggested, what was used last, the others by name, and no label.
 */
export function labelChoices(
  labels: readonly LabelSummary[],
  typed: string,
  allowNone: boolean,
  first: FirstLabels = { suggested: [], lastUsed: [] },
): readonly LabelChoice[] {
  const text = typed.trim()
  if (text === '') return untypedChoices(labels, allowNone, first)
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
    .map(({ label }) => knownChoice(label))
  const isKnown = labels.some((label) => label.name === text)
  return isKnown ? known : [...known, { kind: 'new', name: text }]
}

function untypedChoices(
  labels: readonly LabelSummary[],
  allowNone: boolean,
  first: FirstLabels,
): readonly LabelChoice[] {
  const byName = new Map(labels.map((label) => [label.name, label]))
  const choices: LabelChoice[] = []
  const offer = (name: string, because: 'likely' | 'perhaps' | 'lastUsed'): void => {
    const label = byName.get(name)
    if (label === undefined) return
    byName.delete(name)
    choices.push({ ...knownChoice(label), because })
  }
  for (const { name, share } of first.suggested) {
    offer(name, share !== null && share >= likelyShare ? 'likely' : 'perhaps')
  }
  for (const name of first.lastUsed) offer(name, 'lastUsed')
  const others = [...byName.values()]
    .sort((a, b) => a.name.localeCompare(b.name))
    .slice(0, most)
    .map((label) => knownChoice(label))
  return [...choices, ...others, ...(allowNone ? [{ kind: 'none', name: '' } as const] : [])]
}

const knownChoice = ({ id, name, imageCount }: LabelSummary) =>
  ({ kind: 'known', id, name, imageCount }) as const
