import { AppError, codeOfSystemError } from '../../shared/errors'
import { atomicWrite } from '../files/atomicWrite'
import { notFinite } from '../files/finite'

/** A cell of a CSV file; numbers are written as they are. */
export type Cell = string | number

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
  `${cells.map((cell) => (typeof cell === 'number' ? String(cell) : csvField(cell))).join(',')}\r\n`

/** Bytes gathered before a write: few system calls, little memory. */
const chunkLength = 1 << 18

/**
 * Writes a CSV file (UTF-8, RFC 4180) beside its place and moves it there once it is whole and on
 * the disk: whatever stood there before stays until then.
 * @returns the number of rows, or null where `signal` was aborted (nothing is left behind)
 * @throws AppError notFinite for a number that is none; diskFull, readOnly or writeFailed, with what
 *   to do
 */
export async function writeCsvAtomically(
  file: string,
  header: readonly string[],
  rows: Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number | null> {
  let count = 0
  try {
    const isWritten = await atomicWrite(file, async (handle) => {
      let text = lineOf(header)
      for await (const row of rows) {
        if (options.signal?.aborted === true) return false
        row.forEach((cell, column) => {
          if (typeof cell === 'number' && !Number.isFinite(cell)) {
            throw notFinite(file, header[column] ?? String(column), cell)
          }
        })
        text += lineOf(row)
        count++
        if (text.length >= chunkLength) {
          await handle.writeFile(text)
          text = ''
        }
      }
      if (options.signal?.aborted === true) return false
      await handle.writeFile(text)
      return true
    })
    return isWritten ? count : null
  } catch (error) {
    throw writeFailure(file, error)
  }
}

function writeFailure(file: string, error: unknown): unknown {
  if (error instanceof AppError) return error
  const code = codeOfSystemError(error)
  const reason = error instanceof Error ? error.message : String(error)
  if (code === 'diskFull') {
    return new AppError(
      'diskFull',
      `${file} was not written: the disk is full. Free some space or choose another folder; a file that stood there before is as it was.`,
      { file },
      error,
    )
  }
  if (code === 'readOnly' || code === 'permissionDenied') {
    return new AppError(
      code,
      `${file} was not written: the folder or the file may not be written to. Choose another folder.`,
      { file },
      error,
    )
  }
  return new AppError(
    'writeFailed',
    `${file} was not written: ${reason}. Choose another place and try again.`,
    { file },
    error,
  )
}
