import type { OptionRow } from '../../../../shared/model/options/row'
import { type OptionName, optionTable } from '../../../../shared/model/options/table'
import type { Locale } from '../../../../shared/model/settings'
import type { TrainingOptions, TrainingRegistry } from '../../../../shared/model/training'

/** An option that two runs do not share, in words. */
export interface DifferingOption {
  readonly name: string
  readonly title: string
  readonly earlier: string
  readonly later: string
}

export interface OptionWords {
  readonly locale: Locale
  /** For titles; its own names until it is there. */
  readonly registry: TrainingRegistry | null
  readonly number: (value: number) => string
  readonly on: string
  readonly off: string
  readonly none: string
}

/** What two runs were not made alike with, in the order of the form; nothing that means nothing in either. */
export function differingOptions(
  earlier: TrainingOptions,
  later: TrainingOptions,
  words: OptionWords,
): readonly DifferingOption[] {
  return Object.entries<OptionRow>(optionTable).flatMap(([name, row]) => {
    const one = valueOf(earlier, name as OptionName)
    const other = valueOf(later, name as OptionName)
    if (JSON.stringify(one) === JSON.stringify(other)) return []
    if (row.applies !== undefined && !row.applies(earlier) && !row.applies(later)) return []
    return [
      {
        name,
        title: row.title[words.locale],
        earlier: wordsOf(one, row, words),
        later: wordsOf(other, row, words),
      },
    ]
  })
}

const valueOf = (options: TrainingOptions, name: OptionName): unknown =>
  (options as unknown as Readonly<Record<string, unknown>>)[name]

interface Named {
  readonly name: string
  readonly options?: Readonly<Record<string, unknown>>
}
const isNamed = (value: unknown): value is Named =>
  typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string'

function wordsOf(value: unknown, row: OptionRow, words: OptionWords): string {
  const { registry, locale } = words
  if (value === undefined || value === null) return words.none
  if (Array.isArray(value)) {
    if (value.length === 0) return words.none
    return value.map((one) => wordsOf(one, row, words)).join(', ')
  }
  if (typeof value === 'boolean') return value ? words.on : words.off
  if (typeof value === 'number') return words.number(value)
  if (isNamed(value)) return componentWords(value, row, words)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (row.kind === 'choice') return row.choices[text]?.[locale] ?? text
  if (row.kind === 'name') {
    return registry?.[row.registry].find(({ name }) => name === text)?.title[locale] ?? text
  }
  if (row.kind === 'id') {
    return registry?.extractors.find(({ id }) => id === text)?.title[locale] ?? text
  }
  return text
}

/** Title with what was chosen of its options. */
function componentWords(component: Named, row: OptionRow, words: OptionWords): string {
  const { registry, locale } = words
  const of = row.kind === 'component' ? row.registry : 'losses'
  const entry = registry?.[of].find(({ name }) => name === component.name)
  const title = entry?.title[locale] ?? component.name
  const chosen = Object.entries(component.options ?? {}).map(([name, value]) => {
    const meaning = entry?.options.find((option) => option.name === name)?.meaning[locale] ?? name
    const shown =
      typeof value === 'number'
        ? words.number(value)
        : typeof value === 'boolean'
          ? value
            ? words.on
            : words.off
          : String(value)
    return `${meaning} ${shown}`
  })
  return chosen.length === 0 ? title : `${title} (${chosen.join(', ')})`
}
