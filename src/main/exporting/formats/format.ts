import type { EmbeddingRows } from '../embeddingRows'

/** A format of embeddings: how rows become the bytes of a file. */
export interface EmbeddingFormat {
  readonly name: string
  /** Of its files, without the dot. */
  readonly extension: string
  /**
   * The file piece by piece.
   * @throws AppError notFinite for a number that the format cannot hold
   */
  write(rows: EmbeddingRows, file: string): AsyncIterable<string | Uint8Array>
}
