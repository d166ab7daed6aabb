import { AppError } from '../../shared/errors'
import {
  defaultExportSettings,
  type ExportColumn,
  type ExportNote,
  type ExportSettings,
} from '../../shared/model/embeddingExport'
import type { DatasetId, RunId } from '../../shared/model/ids'
import type { Store } from '../db/store'
import { notFinite } from '../files/finite'
import { runFolder, type Workspace } from '../workspace'
import type { EmbeddingRows } from './embeddingRows'
import { embeddingFormats } from './formats'
import { openRunRows } from './runRows'
import { writeParts } from './writeParts'

export interface WriteOptions {
  /** The file; of a format that is a folder, that folder. */
  readonly file: string
  /** Name of a format of the registry; absent: CSV. */
  readonly format?: string
  /** What is absent is as by default, columns as far as they are known. */
  readonly settings?: Partial<ExportSettings>
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

export interface EmbeddingExport extends WriteOptions {
  readonly store: Store
  readonly workspace: Workspace
  readonly runId: RunId
  /** These images alone; all of the run where absent. */
  readonly imageIds?: Uint32Array
}

/** What an export left. */
export interface WrittenExport {
  readonly rows: number
  readonly dimension: number
  /** Paths of all files. */
  readonly files: readonly string[]
  readonly notes: readonly ExportNote[]
}

/**
 * Writes a run's embeddings, one row an image in the order of its path.
 * @returns null where it was cancelled
 * @throws AppError noEmbeddings, embeddingsDamaged, and what `writeEmbeddings` throws
 */
export async function exportEmbeddings(request: EmbeddingExport): Promise<WrittenExport | null> {
  const { store, workspace, runId, imageIds } = request
  const datasetId = await datasetOfRun(store, runId)
  const folder = runFolder(workspace, runId)
  const rows = await openRunRows({ store, workspace, datasetId, folder, imageIds })
  return writeEmbeddings(rows, request)
}

/**
 * Writes rows in a format, and closes them.
 * @returns null where it was cancelled; nothing is left behind then
 * @throws AppError invalidInput for a format or columns that there are not, notFinite, notOurFolder,
 *   diskFull, readOnly, permissionDenied, writeFailed
 */
export async function writeEmbeddings(
  rows: EmbeddingRows,
  { file, format = 'csv', settings, signal, onProgress = () => {} }: WriteOptions,
): Promise<WrittenExport | null> {
  try {
    const chosen = embeddingFormats.get(format)
    const columns = settings?.columns ?? knownOf(defaultExportSettings.columns, rows)
    checkColumns(columns, rows.columns)
    const notes: ExportNote[] = []
    const reading = new Reading(rows, file, onProgress)
    const parts = chosen.parts({
      rows: reading.rows,
      settings: { ...defaultExportSettings, ...settings, columns },
      note: (note) => notes.push(note),
    })
    reading.expect(parts.length)
    const files = await writeParts(file, chosen, parts, signal)
    if (files === null) return null
    onProgress(rows.count, rows.count)
    return { rows: rows.count, dimension: rows.dimension, files, notes }
  } finally {
    await rows.close()
  }
}

const knownOf = (wanted: readonly ExportColumn[], { columns }: EmbeddingRows) =>
  wanted.filter((column) => columns.includes(column))

function checkColumns(wanted: readonly ExportColumn[], known: readonly ExportColumn[]): void {
  const absent = wanted.find((column) => !known.includes(column))
  if (absent === undefined) return
  throw new AppError(
    'invalidInput',
    `The embeddings come without the column "${absent}". Choose among: ${known.join(', ')}.`,
    { column: absent },
  )
}

const rowsAProgress = 256

/** Rows that tell how far they were read, of as many readings as there are parts, and are finite. */
class Reading {
  private readings = 1
  private read = 0

  constructor(
    private readonly source: EmbeddingRows,
    private readonly file: string,
    private readonly tell: (done: number, total: number) => void,
  ) {}

  expect(readings: number): void {
    this.readings = Math.max(1, readings)
  }

  get rows(): EmbeddingRows {
    const { source, file } = this
    const { pictures } = source
    return {
      ...source,
      read: (columns) =>
        this.counted(source.read(columns), ({ embedding }) => {
          const at = embedding.findIndex((value) => !Number.isFinite(value))
          if (at >= 0) throw notFinite(file, `e${at}`, embedding[at]!)
        }),
      facts: (columns) => this.counted(source.facts(columns)),
      ...(pictures === undefined ? {} : { pictures: () => this.counted(pictures()) }),
    }
  }

  private async *counted<Row>(
    rows: AsyncIterable<Row>,
    check: (row: Row) => void = () => {},
  ): AsyncGenerator<Row> {
    for await (const row of rows) {
      check(row)
      yield row
      if (++this.read % rowsAProgress !== 0) continue
      const { count } = this.source
      this.tell(Math.min(count, Math.floor(this.read / this.readings)), count)
    }
  }
}

/** The dataset whose images a run embedded. @throws AppError noEmbeddings */
export async function datasetOfRun(store: Store, runId: RunId): Promise<DatasetId> {
  const run = await store.runs.find(runId)
  if (run?.summary.hasEmbeddings === true) return run.datasetId
  throw new AppError(
    'noEmbeddings',
    'This run has no embeddings to export. Train until it has finished, then export again.',
    { runId },
  )
}
