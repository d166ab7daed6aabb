import type { ExportSettings } from '../../../shared/model/embeddingExport'
import { type Cell, csvChunks, defused } from '../csv'
import type { EmbeddingRows } from '../embeddingRows'
import type { ExportPart, FormatInput } from './format'

/** Text of a CSV file, which a spreadsheet may open. */
export const guardedBy =
  ({ formulaGuards }: ExportSettings) =>
  (cell: Cell): Cell =>
    formulaGuards && typeof cell === 'string' ? defused(cell) : cell

/** What `labelsBeside` adds to the name of the file that it stands beside. */
export const labelsName = '.labels.csv'

/** For formats that hold numbers alone: a CSV whose row i says what row i of the numbers is. */
export function labelsBeside({ rows, settings }: FormatInput): readonly ExportPart[] {
  if (settings.columns.length === 0) return []
  const write = (file: string) => csvChunks(file, settings.columns, guardedFacts(rows, settings))
  return [{ name: labelsName, write }]
}

async function* guardedFacts(rows: EmbeddingRows, settings: ExportSettings) {
  const guarded = guardedBy(settings)
  for await (const cells of rows.facts(settings.columns)) yield cells.map(guarded)
}
