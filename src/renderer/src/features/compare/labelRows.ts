import type { ComparedLabel } from '../../../../shared/model/comparison'

export const labelColumns = ['name', 'queries', 'earlier', 'later', 'difference'] as const
export type LabelColumn = (typeof labelColumns)[number]
export interface LabelOrder {
  readonly column: LabelColumn
  readonly descending: boolean
}

export interface LabelLine extends ComparedLabel {
  readonly name: string
  readonly difference: number
}

/** What lost most stands first: there something went wrong. */
export const worstFirst: LabelOrder = { column: 'difference', descending: false }

/** Labels whose name holds what was typed, in the order asked for. */
export function labelLines(
  labels: readonly ComparedLabel[],
  nameOf: (id: ComparedLabel['labelId']) => string,
  { column, descending }: LabelOrder,
  search: string,
  locale: string,
): LabelLine[] {
  const wanted = search.trim().toLocaleLowerCase(locale)
  const sign = descending ? -1 : 1
  return labels
    .map((label) => ({
      ...label,
      name: nameOf(label.labelId),
      difference: label.later - label.earlier,
    }))
    .filter(({ name }) => name.toLocaleLowerCase(locale).includes(wanted))
    .sort((one, other) => {
      const byName = one.name.localeCompare(other.name, locale, { numeric: true })
      return column === 'name' ? sign * byName : sign * (one[column] - other[column]) || byName
    })
}
