import * as v from 'valibot'
import type {
  DatasetSummary,
  ImageColumns,
  ImageDetail,
  ImageSummary,
  ImportReport,
} from '../model/dataset'
import type { Duplicates } from '../model/duplicates'
import { imageFilter, imageOrder } from '../model/dataset'
import { datasetId, imageId, imageIdColumn } from '../model/ids'
import { call, event, nothing } from '../rpc'

export const datasetContract = {
  /** The open dataset, or null on the first start. */
  current: call<DatasetSummary | null>()(nothing),
  recent: call<readonly DatasetSummary[]>()(nothing),
  open: call<DatasetSummary>()(v.strictObject({ datasetId })),
  /** Forgets it in the program; the person's folder is not touched. */
  forget: call<true>()(v.strictObject({ datasetId })),
  /** The system's dialog; null where it was dismissed. Starts the import. */
  chooseFolder: call<DatasetSummary | null>()(nothing),
  /** A path that the preload got from a dropped file; checked again in main. Starts the import. */
  importDropped: call<DatasetSummary>()(
    v.strictObject({ path: v.pipe(v.string(), v.minLength(1), v.maxLength(32_768)) }),
  ),
  importSample: call<DatasetSummary>()(nothing),
  /** Looks at the folder again: added, changed, moved, removed files. */
  rescan: call<DatasetSummary>()(v.strictObject({ datasetId })),
  report: call<ImportReport | null>()(v.strictObject({ datasetId })),
  /** Images that are there more than once, those with different labels first. */
  duplicates: call<Duplicates>()(v.strictObject({ datasetId })),
  columns: call<ImageColumns>()(
    v.strictObject({ datasetId, filter: imageFilter, order: imageOrder }),
  ),
  /** Rows of up to 1,000 images, in the order asked; unknown ids are left out. */
  images: call<readonly ImageSummary[]>()(
    v.strictObject({
      ids: v.pipe(
        imageIdColumn,
        v.check((ids) => ids.length <= 1000, 'at most 1,000 images'),
      ),
    }),
  ),
  detail: call<ImageDetail>()(v.strictObject({ imageId })),
  /** Opens the system's file manager at the image. */
  showInFolder: call<true>()(v.strictObject({ imageId })),
  /** The open dataset changed: imported, relabelled, excluded. At most ten a second. */
  changed: event<DatasetSummary>(),
  importFinished: event<ImportReport>(),
}
