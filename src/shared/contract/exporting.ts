import * as v from 'valibot'
import { imageIdColumn, runId } from '../model/ids'
import { call } from '../rpc'

export interface ExportResult {
  /** null where the dialog was dismissed or the export cancelled. */
  readonly fileName: string | null
  readonly rows: number
}

export const exportingContract = {
  /** Save dialog, then CSV of the run's embeddings; of `imageIds` alone where given. */
  embeddings: call<ExportResult>()(v.strictObject({ runId, imageIds: v.optional(imageIdColumn) })),
}
