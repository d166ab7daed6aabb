import * as v from 'valibot'
import type {
  AskedPicture,
  AskingState,
  DecidingNeighbour,
  PredictingModel,
  Ranking,
} from '../model/asked'
import { mostAsked } from '../model/asked'
import { datasetId, imageIdColumn, runId } from '../model/ids'
import { cleanLabelName } from '../model/labelName'
import { call, event } from '../rpc'
import type { ExportResult } from './exporting'
import type { UndoState } from './labels'

const ofDataset = { datasetId }
const asking = { datasetId, runId }
const pictureId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1))
const pictureIds = (most: number) => v.pipe(v.array(pictureId), v.maxLength(most))
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
/** Bytes of a picture from the clipboard, at most. */
const mostPasted = 2 ** 27
const examples = 10_000

export const predictionContract = {
  /** @throws AppError modelUnreadable where the run's model cannot predict */
  model: call<PredictingModel>()(v.strictObject({ runId })),
  state: call<AskingState>()(v.strictObject(ofDataset)),
  /** What the preload announced of dropped or pasted files and folders, by their tokens. */
  add: call<true>()(
    v.strictObject({
      ...asking,
      tokens: v.pipe(v.array(v.pipe(v.string(), v.uuid())), v.minLength(1), v.maxLength(10_000)),
    }),
  ),
  /** The system's dialog; false where it was dismissed. */
  choose: call<boolean>()(v.strictObject({ ...asking, what: v.picklist(['pictures', 'folder']) })),
  /** A picture that is no file, as the clipboard has it. */
  paste: call<true>()(
    v.strictObject({
      ...asking,
      bytes: v.pipe(
        v.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array, 'a Uint8Array'),
        v.check(({ length }) => length > 0 && length <= mostPasted, 'at most 128 MiB'),
      ),
    }),
  ),
  /** The images of the dataset that have no label. */
  addUnlabelled: call<true>()(v.strictObject(asking)),
  /** Lets a run's model answer for all that is there. */
  ask: call<true>()(v.strictObject(asking)),
  cancel: call<true>()(v.strictObject(ofDataset)),
  /** Takes all pictures away; what was accepted stays in the set. */
  clear: call<true>()(v.strictObject(ofDataset)),
  pictures: call<readonly AskedPicture[]>()(v.strictObject(ofDataset)),
  /** Of each picture, nearest first. */
  neighbours: call<readonly (readonly DecidingNeighbour[])[]>()(
    v.strictObject({ ...ofDataset, ids: pictureIds(200) }),
  ),
  /** The pictures come into the set with these labels, as one undo step. */
  accept: call<UndoState>()(
    v.strictObject({
      ...ofDataset,
      groups: v.pipe(
        v.array(
          v.strictObject({
            label: v.pipe(
              v.string(),
              v.maxLength(1_000),
              v.check((text) => cleanLabelName(text) !== null, 'no name of a label'),
            ),
            ids: pictureIds(mostAsked),
          }),
        ),
        v.minLength(1),
        v.maxLength(mostAsked),
      ),
    }),
  ),
  /** Save dialog, then the columns of the command line. */
  exportCsv: call<ExportResult>()(v.strictObject({ ...ofDataset, falseAccept: share })),
  /**
   * Images of the set by how well they suit examples: of the set by their ids, of the sheet by
   * theirs.
   */
  rank: call<Ranking>()(
    v.strictObject({
      ...asking,
      like: imageIdColumn,
      unlike: imageIdColumn,
      likeAsked: pictureIds(examples),
      top: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000)),
    }),
  ),
  changed: event<AskingState>(),
}
