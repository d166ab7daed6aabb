import * as v from 'valibot'
import type { LabelSummary } from '../model/dataset'
import { datasetId, imageIdColumn, labelId } from '../model/ids'
import { call, event } from '../rpc'

export const labelName = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(255))

/** What undo and redo would do next, in words the window translates. */
export interface UndoState {
  readonly undo: UndoStep | null
  readonly redo: UndoStep | null
}
export interface UndoStep {
  readonly kind: 'label' | 'rename' | 'merge' | 'exclude' | 'include' | 'verdict'
  readonly imageCount: number
  readonly label: string | null
}

export const labelsContract = {
  list: call<readonly LabelSummary[]>()(v.strictObject({ datasetId })),
  /** Gives the images a label by name (created where new), or none. One undo step. */
  assign: call<UndoState>()(
    v.strictObject({ datasetId, imageIds: imageIdColumn, label: v.nullable(labelName) }),
  ),
  rename: call<UndoState>()(v.strictObject({ datasetId, labelId, name: labelName })),
  /** All images of `from` get the label `into`. */
  merge: call<UndoState>()(v.strictObject({ datasetId, from: labelId, into: labelId })),
  setExcluded: call<UndoState>()(
    v.strictObject({ datasetId, imageIds: imageIdColumn, excluded: v.boolean() }),
  ),
  undoState: call<UndoState>()(v.strictObject({ datasetId })),
  undo: call<UndoState>()(v.strictObject({ datasetId })),
  redo: call<UndoState>()(v.strictObject({ datasetId })),
  /** Labels or exclusions of these images changed (empty: any may have). */
  changed: event<{ readonly imageIds: Uint32Array; readonly undoState: UndoState }>(),
}
