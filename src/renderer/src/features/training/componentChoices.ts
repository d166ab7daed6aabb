import type { Locale } from '../../../../shared/model/settings'
import type { Bilingual } from '../../../../shared/model/bilingual'
import type { ComponentDescription, LossDescription } from '../../../../shared/model/training'

/** What a picker offers: an entry of the registry, or none of them. */
export interface PickerItem {
  /** '' stands for none. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly formula: string
  readonly source: string
  /** Why it cannot be chosen; null where it can. */
  readonly reason: string | null
}
export interface PickerGroup {
  readonly key: string
  readonly items: readonly PickerItem[]
}

const kinds = ['pairs', 'triplets', 'classes'] as const

export const lossGroups = (
  losses: readonly LossDescription[],
  language: Locale,
): readonly PickerGroup[] =>
  kinds.map((key) => ({
    key,
    items: losses.filter(({ kind }) => kind === key).map((loss) => itemOf(loss, language)),
  }))

/**
 * What suits comes first, then the rest with the reason against it; without empty groups.
 *
 * @param none the choice of no entry, which heads what suits
 */
export function suitedGroups(
  entries: readonly ComponentDescription[],
  unsuitable: Readonly<Record<string, Bilingual>>,
  language: Locale,
  none?: PickerItem,
): readonly PickerGroup[] {
  const items = entries.map((entry) => itemOf(entry, language, unsuitable[entry.name]))
  if (none !== undefined) items.unshift(none)
  return withoutEmpty([
    { key: 'suited', items: items.filter(({ reason }) => reason === null) },
    { key: 'unsuited', items: items.filter(({ reason }) => reason !== null) },
  ])
}

function itemOf(entry: ComponentDescription, language: Locale, reason?: Bilingual): PickerItem {
  const { name, formula, source } = entry
  return {
    name,
    title: entry.title[language] || name,
    description: entry.description[language],
    formula,
    source,
    reason: reason?.[language] ?? null,
  }
}

const withoutEmpty = (groups: readonly PickerGroup[]): readonly PickerGroup[] =>
  groups.filter(({ items }) => items.length > 0)

/** The groups with what holds every word that is looked for, without empty groups. */
export function found(groups: readonly PickerGroup[], query: string): readonly PickerGroup[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = ({ name, title, description, source }: PickerItem): boolean => {
    const text = `${name} ${title} ${description} ${source}`.toLowerCase()
    return words.every((word) => text.includes(word))
  }
  return withoutEmpty(groups.map(({ key, items }) => ({ key, items: items.filter(matches) })))
}

/** What Enter takes: the title that is meant before others that merely mention the words. */
export function bestOf(items: readonly PickerItem[], query: string): PickerItem | undefined {
  const text = query.trim().toLowerCase()
  const named = (test: (name: string) => boolean): PickerItem | undefined =>
    items.find(({ name, title }) => test(title.toLowerCase()) || test(name.toLowerCase()))
  return (
    named((name) => name === text) ??
    named((name) => name.startsWith(text)) ??
    named((name) => name.includes(text)) ??
    items[0]
  )
}
