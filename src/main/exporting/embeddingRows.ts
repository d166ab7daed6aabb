import type { ExportColumn } from '../../shared/model/embeddingExport'
import type { Cell } from './csv'

/** One image of an export. */
export interface EmbeddingRow {
  /** In the order of the columns that were asked for. */
  readonly cells: readonly Cell[]
  /** [dimension]; good until the next row is asked for. */
  readonly embedding: Float32Array
}

/** What every format of embeddings is written from; each reading gives the same rows in the same order. */
export interface EmbeddingRows {
  readonly count: number
  readonly dimension: number
  /** What is known of each image. */
  readonly columns: readonly ExportColumn[]
  read(columns: readonly ExportColumn[]): AsyncGenerator<EmbeddingRow>
  /** The columns alone, which is quicker. */
  facts(columns: readonly ExportColumn[]): AsyncGenerator<readonly Cell[]>
  /** A small picture of each image, encoded; null where there is none. Absent: of no image. */
  readonly pictures?: () => AsyncGenerator<Buffer | null>
  close(): Promise<void>
}
