/** A share as .123. */
export const shortShare = (value: number): string => value.toFixed(3).replace(/^(-?)0\./, '$1.')

/** Rows of cells, the first of them the head, as a table of markdown that reads as text too. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const [head = []] = rows
  const widths = head.map((_, column) => Math.max(3, ...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[], fill = ' ') =>
    `| ${row.map((text, column) => text.padEnd(widths[column]!, fill)).join(' | ')} |`
  const ruler = line(
    widths.map(() => ''),
    '-',
  )
  return [line(head), ruler, ...rows.slice(1).map((row) => line(row))]
}
