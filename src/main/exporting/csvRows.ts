import type { FileHandle } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { AppError } from '../../shared/errors'
import {
  type ExportColumn,
  exportColumnNames,
  exportColumns,
} from '../../shared/model/embeddingExport'
import { openRegular } from '../files/regularFile'
import { type Cell, withoutGuard } from './csv'
import type { EmbeddingRow, EmbeddingRows } from './embeddingRows'

interface Header {
  /** Place of each column in a record. */
  readonly places: ReadonlyMap<ExportColumn, number>
  /** Place of the first number; all after it are numbers. */
  readonly first: number
  readonly dimension: number
  /** Columns that no export writes. */
  readonly strange: readonly string[]
}

/**
 * Opens the CSV of embeddings that a training or an export wrote, to write it in another format;
 * guards of formulas are taken away. It is read once through, so that every row is known to be
 * sound before anything is written, and again for each reading.
 * @throws AppError invalidInput where it is no such file, with the line
 */
export async function openCsvRows(
  file: string,
  signal?: AbortSignal,
): Promise<EmbeddingRows & { readonly strange: readonly string[] }> {
  const { handle } = await openRegular(file).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error)
    throw unreadable(file, `it could not be opened (${reason})`)
  })
  try {
    const { header, count } = await survey(handle, file, signal)
    const { places, first, dimension, strange } = header
    const columns = exportColumnNames.filter((name) => places.has(name))
    async function* read(wanted: readonly ExportColumn[]): AsyncGenerator<EmbeddingRow> {
      const embedding = new Float32Array(dimension)
      for await (const { record } of recordsOf(handle, 1)) {
        for (let k = 0; k < dimension; k += 1) embedding[k] = Number(record[first + k])
        yield { cells: wanted.map((name) => cellOf(name, record[places.get(name)!]!)), embedding }
      }
    }
    return {
      ...{ count, dimension, columns, strange, read },
      async *facts(wanted) {
        for await (const { cells } of read(wanted)) yield cells
      },
      close: () => handle.close(),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function survey(
  handle: FileHandle,
  file: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly header: Header; readonly count: number }> {
  let header: Header | null = null
  let count = 0
  try {
    for await (const { record, info } of recordsOf(handle, 0)) {
      signal?.throwIfAborted()
      if (header === null) header = headerOf(file, record)
      else {
        checkRecord(file, header, record, info.lines)
        count += 1
      }
    }
  } catch (error) {
    if (error instanceof AppError || signal?.aborted === true) throw error
    throw unreadable(file, error instanceof Error ? error.message : String(error))
  }
  if (header === null) throw unreadable(file, 'it is empty')
  return { header, count }
}

interface NumberedRecord {
  readonly record: readonly string[]
  readonly info: { readonly lines: number }
}

async function* recordsOf(handle: FileHandle, skip: number): AsyncGenerator<NumberedRecord> {
  const parser = parse({ bom: true, relax_column_count: true, skip_empty_lines: true, info: true })
  const text = Readable.from(blocksOf(handle))
  text.on('error', (error) => parser.destroy(error))
  let at = 0
  try {
    for await (const record of text.pipe(parser) as AsyncIterable<NumberedRecord>) {
      if (at++ >= skip) yield record
    }
  } finally {
    text.destroy()
  }
}

const blockBytes = 1 << 18

/** A stream of the handle itself would close it at its end. */
async function* blocksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let position = 0; ; position += blockBytes) {
    const { bytesRead, buffer } = await handle.read(
      Buffer.alloc(blockBytes),
      0,
      blockBytes,
      position,
    )
    if (bytesRead > 0) yield buffer.subarray(0, bytesRead)
    if (bytesRead < blockBytes) return
  }
}

function headerOf(file: string, names: readonly string[]): Header {
  const first = names.indexOf('e0')
  const isNumber = (name: string, at: number) => name === `e${at - first}`
  if (first < 0 || !names.every((name, at) => at < first || isNumber(name, at))) {
    throw unreadable(file, 'its first line must end with the columns e0, e1, … of the numbers')
  }
  const known = new Set<string>(exportColumnNames)
  const before = names.slice(0, first)
  const places = new Map<ExportColumn, number>()
  before.forEach((name, at) => known.has(name) && places.set(name as ExportColumn, at))
  const strange = before.filter((name) => !known.has(name))
  return { places, first, dimension: names.length - first, strange }
}

function checkRecord(file: string, header: Header, record: readonly string[], line: number): void {
  const { first, dimension } = header
  if (record.length !== first + dimension) {
    const found = `${record.length} cells instead of ${first + dimension}`
    throw unreadable(file, `line ${line} has ${found}`)
  }
  for (let at = first; at < record.length; at += 1) {
    const text = record[at]!
    if (text.trim() !== '' && Number.isFinite(Math.fround(Number(text)))) continue
    throw unreadable(
      file,
      `line ${line} has "${text.slice(0, 40)}" in column e${at - first}, which is no number of a float32`,
    )
  }
  for (const [name, at] of header.places) {
    if (exportColumns[name].kind !== 'count' || /^\d{1,15}$/.test(record[at]!)) continue
    throw unreadable(
      file,
      `line ${line} has "${record[at]!.slice(0, 40)}" in column ${name}, which is no count`,
    )
  }
}

function cellOf(name: ExportColumn, text: string): Cell {
  const { kind } = exportColumns[name]
  if (kind === 'count') return Number(text)
  return kind === 'flag' ? text.toLowerCase() === 'true' : withoutGuard(text)
}

const unreadable = (file: string, reason: string): AppError =>
  new AppError(
    'invalidInput',
    `${file} is no table of embeddings that can be read: ${reason}. Give a CSV that train, embed or export wrote, or a folder with an embeddings.csv.`,
    { file },
  )
