import * as v from 'valibot'
import type {
  DatasetSummary,
  ImageColumns,
  ImageDetail,
  ImageSummary,
  ImportReport,
  MovedFolder,
} from '../model/dataset'
import type { Duplicates, NearDuplicates } from '../model/duplicates'
import { imageFilter, imageOrder } from '../model/dataset'
import { datasetId, imageId, imageIdColumn } from '../model/ids'
import { call, event, nothing } from '../rpc'

export const datasetContract = {
  /** The open dataset, or null on the first start. */
  current: call<DatasetSummary | null>()(nothing),
  recent: call<readonly DatasetSummary[]>()(nothing),
  open: call<DatasetSummary>()(v.strictObject({ datasetId })),
  /**
   * Forgets it in the program; the person's folder is not touched. What runs or waits on it is
   * ended with `endsWork`; without, the answer is AppError datasetBusy.
   */
  forget: call<true>()(v.strictObject({ datasetId, endsWork: v.optional(v.boolean(), false) })),
  /** The system's dialog; null where it was dismissed, or as `importDropped`. Starts the import. */
  chooseFolder: call<DatasetSummary | null>()(nothing),
  /**
   * What the preload announced of a dropped file, by its token. Starts the import, or answers null
   * where the folder looks like a dataset that moved: `moved` says which.
   */
  importDropped: call<DatasetSummary | null>()(
    v.strictObject({ token: v.pipe(v.string(), v.uuid()) }),
  ),
  /** The folder that waits for an answer, if there is one. */
  moved: call<MovedFolder | null>()(nothing),
  /** Imports it as the dataset that it looks like, as a new one, or not at all. */
  answerMoved: call<DatasetSummary | null>()(
    v.strictObject({ answer: v.picklist(['takeOver', 'asNew', 'nothing']) }),
  ),
  importSample: call<DatasetSummary>()(nothing),
  /**
   * Looks at the folder again: added, changed, moved, removed files. `followsLinks`: whether links
   * out of it are followed from now on; absent: as before.
   */
  rescan: call<DatasetSummary>()(
    v.strictObject({ datasetId, followsLinks: v.optional(v.boolean()) }),
  ),
  report: call<ImportReport | null>()(v.strictObject({ datasetId })),
  /** Images that are there more than once, those with different labels first. */
  duplicates: call<Duplicates>()(v.strictObject({ datasetId })),
  /** Images that look the same and are different files. */
  nearDuplicates: call<NearDuplicates>()(v.strictObject({ datasetId })),
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
  /** This dataset is the open one from now on. */
  opened: event<DatasetSummary>(),
  /** A folder looks like a dataset that moved; null: that was answered. */
  movedChanged: event<MovedFolder | null>(),
  /** A dataset changed: imported, relabelled, excluded. At most ten a second. */
  changed: event<DatasetSummary>(),
  importFinished: event<ImportReport>(),
}
