import type { SweepRow } from '../../../../shared/model/sweep'

export type SortColumn =
  | 'loss'
  | 'miner'
  | 'distance'
  | 'seed'
  | 'mean'
  | 'mapAtR'
  | 'precisionAt1'
  | 'rPrecision'
  | 'seconds'
export interface Sorting {
  readonly column: SortColumn
  readonly descending: boolean
}

/** Best first is how a leaderboard opens. */
export const bestFirst: Sorting = { column: 'mapAtR', descending: true }

const isText = (column: SortColumn): boolean => ['loss', 'miner', 'distance'].includes(column)

/** A second press on a column turns it round; a new one begins where people look first. */
export function nextSorting(sorting: Sorting, column: SortColumn): Sorting {
  if (sorting.column === column) return { column, descending: !sorting.descending }
  return { column, descending: !isText(column) && column !== 'seed' && column !== 'seconds' }
}

const valueOf = (row: SweepRow, column: Exclude<SortColumn, 'mean'>): number | string | null => {
  switch (column) {
    case 'loss':
      return row.loss.name
    case 'miner':
      return row.miner?.name ?? ''
    case 'distance':
      return row.distance
    case 'seed':
      return row.seed
    case 'seconds':
      return row.seconds
    default:
      return row.metrics?.[column] ?? null
  }
}

/** What has no value stays below, in the order it came, whichever way the column is sorted. */
export function sortRows(
  rows: readonly SweepRow[],
  { column, descending }: Sorting,
  meanOf: (row: SweepRow) => number | null,
): SweepRow[] {
  const valueIn = (row: SweepRow) => (column === 'mean' ? meanOf(row) : valueOf(row, column))
  const sign = descending ? -1 : 1
  return rows.toSorted((one, other) => {
    const a = valueIn(one)
    const b = valueIn(other)
    if (a === null || b === null) return Number(a === null) - Number(b === null)
    if (typeof a === 'string') return sign * a.localeCompare(String(b), 'en')
    return sign * (a - Number(b))
  })
}
