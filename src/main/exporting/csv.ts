import { exactDigits } from '../../shared/model/embeddingExport'
import { notFinite } from '../files/finite'
import { writeChunks } from './writeChunks'

/** A value of a table; numbers are written as they are. */
export type Cell = string | number | boolean

/** RFC 4180: quoted where the text holds a separator, a quote or a line break. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe in front, which shows the
 * text as it is; so does text that has such a guard of its own. For names that people give: labels
 * and files, never numbers. {@link withoutGuard} takes it away again.
 */
export function defused(text: string): string {
  return /^'*[=+\-@\t\r]/.test(text) ? `'${text}` : text
}

/** The text that {@link defused} was given. */
export function withoutGuard(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text
}

const lineOf = (cells: readonly Cell[]): string =>
  `${cells.map((cell) => (typeof cell === 'string' ? csvField(cell) : String(cell))).join(',')}\r\n`

/** Bytes gathered before a write: few system calls, little memory. */
const chunkLength = 1 << 18

/** Rounds to significant digits; trailing zeros say nothing. */
export const roundedTo =
  (digits: number) =>
  (value: number): number =>
    Number(value.toPrecision(digits))

/** Nine significant digits say a float32 exactly. */
export const exactNumber = roundedTo(exactDigits)

type Rows = Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>

/**
 * The pieces of a CSV file (UTF-8, RFC 4180).
 * @param file for the message
 * @throws AppError notFinite for a number that is none
 */
export async function* csvChunks(
  file: string,
  header: readonly string[],
  rows: Rows,
): AsyncGenerator<string> {
  let text = lineOf(header)
  for await (const row of rows) {
    row.forEach((cell, column) => {
      if (typeof cell === 'number' && !Number.isFinite(cell)) {
        throw notFinite(file, header[column] ?? String(column), cell)
      }
    })
    text += lineOf(row)
    if (text.length < chunkLength) continue
    yield text
    text = ''
  }
  yield text
}

/** Writes a table as CSV, see {@link writeChunks}. @throws AppError notFinite, and what that throws */
export const writeCsv = (file: string, header: readonly string[], rows: Rows): Promise<boolean> =>
  writeChunks(file, csvChunks(file, header, rows))
