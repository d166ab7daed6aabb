import { type LabelQuality, voteShare } from '../../../../shared/model/training'

/** A line of the report by label; shares are 0 to 1. */
export interface ReportRow extends LabelQuality {
  readonly name: string
  /** Share of its images that the vote takes for it; null where too few could win one. */
  readonly share: number | null
}

export const reportColumns = ['name', 'images', 'mapAtR', 'precisionAt1', 'share'] as const
export type ReportColumn = (typeof reportColumns)[number]
export interface ReportOrder {
  readonly column: ReportColumn
  readonly descending: boolean
}

/** The weakest first: there is the work. */
export const weakestFirst: ReportOrder = { column: 'mapAtR', descending: false }

/** A second press turns the column round; many images come first, weak figures come first. */
export function nextOrder(order: ReportOrder, column: ReportColumn): ReportOrder {
  if (order.column === column) return { column, descending: !order.descending }
  return { column, descending: column === 'images' }
}

export function reportRows(
  labels: readonly LabelQuality[],
  nameOf: (id: LabelQuality['labelId']) => string,
  { column, descending }: ReportOrder,
  locale: string,
): ReportRow[] {
  const sign = descending ? -1 : 1
  return labels
    .map((label) => ({
      ...label,
      name: nameOf(label.labelId),
      share: voteShare(label),
    }))
    .sort((one, other) => {
      // A label that has nothing to find has no figure: it stays below, whichever way it goes.
      const idle = Number(one.queries === 0) - Number(other.queries === 0)
      if (column !== 'name' && column !== 'images' && idle !== 0) return idle
      const unvoted = Number(one.share === null) - Number(other.share === null)
      if (column === 'share' && unvoted !== 0) return unvoted
      const by =
        column === 'name'
          ? one.name.localeCompare(other.name, locale, { numeric: true })
          : (one[column] ?? 0) - (other[column] ?? 0)
      return sign * by || one.name.localeCompare(other.name, locale, { numeric: true })
    })
}
