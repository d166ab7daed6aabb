import type {
  ExportNote,
  ExportSettings,
  FormatDescription,
} from '../../../shared/model/embeddingExport'
import type { EmbeddingRows } from '../embeddingRows'

/** What a format writes from. */
export interface FormatInput {
  /** Every number in them is finite; they may be read several times. */
  readonly rows: EmbeddingRows
  readonly settings: ExportSettings
  /** Says what of the export is not as one would expect. */
  note(note: ExportNote): void
}

/** One file of an export. */
export interface ExportPart {
  /**
   * In a folder its name there. Otherwise what follows the name that was asked for, without its
   * extension, for instance `.labels.csv`; empty for that file itself, which is the last to appear.
   */
  readonly name: string
  /**
   * The file piece by piece; a piece is written before the next is asked for.
   * @param file its path, for messages
   */
  write(file: string): AsyncIterable<string | Uint8Array>
}

/** A format of embeddings: how rows become the bytes of one or several files. */
export interface EmbeddingFormat extends FormatDescription {
  /** Every name that its parts may have: what else lies in a folder is not ours to replace. */
  readonly partNames: readonly string[]
  /** @throws AppError invalidInput where these rows cannot be written so */
  parts(input: FormatInput): readonly ExportPart[]
}
