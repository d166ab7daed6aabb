import * as v from 'valibot'
import type { LabelSummary } from '../model/dataset'
import { cleanLabelName } from '../model/labelName'
import {
  datasetId,
  imageId,
  imageIdColumn,
  labelId,
  type LabelId,
  runId,
  type RunId,
} from '../model/ids'
import { call, event } from '../rpc'

/** As typed or as it is already; main cleans it. */
const labelName = v.pipe(
  v.string(),
  v.maxLength(1_000),
  v.check((text) => cleanLabelName(text) !== null, 'no name of a label'),
)

/** What undo and redo would do next, in words the window translates. */
export interface UndoState {
  readonly undo: UndoStep | null
  readonly redo: UndoStep | null
}
export interface UndoStep {
  readonly kind:
    'label' | 'rename' | 'merge' | 'exclude' | 'include' | 'verdict' | 'accept' | 'property'
  readonly imageCount: number
  readonly label: string | null
}

/** A label that nearest neighbours vote for. */
export interface LabelSuggestion {
  readonly labelId: LabelId
  readonly name: string
  /** Neighbours that have it, and their share of all that vote, 0 to 1. */
  readonly votes: number
  readonly share: number
}
export interface LabelSuggestions {
  /** The run in whose embedding the neighbours are near; null where no run has one. */
  readonly runId: RunId | null
  /** 0 where the run does not know the image: then nothing is suggested. */
  readonly voters: number
  /** Most votes first; the image's own label among them where neighbours have it. */
  readonly suggestions: readonly LabelSuggestion[]
}

export const labelsContract = {
  list: call<readonly LabelSummary[]>()(v.strictObject({ datasetId })),
  /** Gives the images a label by name (created where new), or none. One undo step. */
  assign: call<UndoState>()(
    v.strictObject({ datasetId, imageIds: imageIdColumn, label: v.nullable(labelName) }),
  ),
  rename: call<UndoState>()(v.strictObject({ datasetId, labelId, name: labelName })),
  /** All images of the labels `from` get the label `into`. One undo step. */
  merge: call<UndoState>()(
    v.strictObject({
      datasetId,
      from: v.pipe(v.array(labelId), v.minLength(1), v.maxLength(100_000)),
      into: labelId,
    }),
  ),
  setExcluded: call<UndoState>()(
    v.strictObject({ datasetId, imageIds: imageIdColumn, excluded: v.boolean() }),
  ),
  /** What the nearest labelled images call this one, in a run's embedding or the newest there is. */
  suggest: call<LabelSuggestions>()(v.strictObject({ imageId, runId: v.optional(runId) })),
  undoState: call<UndoState>()(v.strictObject({ datasetId })),
  undo: call<UndoState>()(v.strictObject({ datasetId })),
  redo: call<UndoState>()(v.strictObject({ datasetId })),
  /** Labels or exclusions of these images changed (empty: any may have). */
  changed: event<{ readonly imageIds: Uint32Array; readonly undoState: UndoState }>(),
}
