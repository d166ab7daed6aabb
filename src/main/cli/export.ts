import { stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { openCsvRows } from '../exporting/csvRows'
import { type WrittenExport, writeEmbeddings } from '../exporting/embeddingExport'
import { exportTarget, type ExportTarget } from './exportOptions'
import { type ParsedCommand, UsageError } from './parse'
import type { ProgressLine } from './progressLine'
import { count, prepareOut } from './session'

interface ExportArguments extends ExportTarget {
  /** The CSV to read. */
  readonly from: string
}

/** @throws UsageError where there is nothing to read, and what `exportTarget` throws */
export async function checkExportArguments(parsed: ParsedCommand): Promise<ExportArguments> {
  const given = resolve(parsed.positionals[0]!)
  const found = await stat(given).catch(() => null)
  const from = found?.isDirectory() === true ? join(given, 'embeddings.csv') : given
  if ((await stat(from).catch(() => null)) === null) {
    throw new UsageError(
      `There is no ${from}. Give the folder that train wrote its results to, or a CSV of embeddings.`,
    )
  }
  const target = await exportTarget(parsed)
  return { from, ...target }
}

/** Writes a CSV of embeddings in another format; null where it was cancelled. */
export async function runExport(
  { from, file, format, settings }: ExportArguments,
  progress: ProgressLine,
  signal: AbortSignal,
): Promise<WrittenExport | null> {
  await prepareOut(dirname(file))
  try {
    progress.update('Reading', from)
    const rows = await openCsvRows(from, signal)
    for (const name of rows.strange) progress.line(`The column "${name}" is left out.`)
    return await writeEmbeddings(rows, {
      ...{ file, format, settings, signal },
      onProgress: (done, total) => progress.update('Writing', `${count(done)} of ${count(total)}`),
    })
  } catch (error) {
    if (signal.aborted) return null
    throw error
  } finally {
    progress.clear()
  }
}
