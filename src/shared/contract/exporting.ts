import * as v from 'valibot'
import { type ExportNote, exportSettings, type FormatDescription } from '../model/embeddingExport'
import { imageIdColumn, runId } from '../model/ids'
import { call } from '../rpc'

export type ExportResult =
  /** The dialog that asks where to. */
  | { readonly status: 'dismissed' }
  /** Nothing is left of it. */
  | { readonly status: 'cancelled' }
  | {
      readonly status: 'written'
      /** Path of the file or folder, to be shown. */
      readonly path: string
      /** Names of all files. */
      readonly files: readonly string[]
      readonly rows: number
      readonly notes: readonly ExportNote[]
    }

export const exportingContract = {
  formats: call<readonly FormatDescription[]>()(v.strictObject({})),
  /** Save dialog, then the run's embeddings in a format; of `imageIds` alone where given. */
  embeddings: call<ExportResult>()(
    v.strictObject({
      runId,
      imageIds: v.optional(imageIdColumn),
      format: v.pipe(v.string(), v.maxLength(100)),
      settings: exportSettings,
    }),
  ),
  /** The file manager at what this window wrote last. @throws AppError notFound before that */
  showLast: call<true>()(v.strictObject({})),
}
