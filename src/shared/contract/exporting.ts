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

export type ReportResult =
  | { readonly status: 'dismissed' | 'cancelled' }
  /** Path of the file, to be shown. */
  | { readonly status: 'written'; readonly path: string }

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
  /** Save dialog, then the report of a run as one page that shows this language first. */
  report: call<ReportResult>()(v.strictObject({ runId, language: v.picklist(['en', 'zh-CN']) })),
  /** The file manager at what this window wrote last. @throws AppError notFound before that */
  showLast: call<true>()(v.strictObject({})),
}
