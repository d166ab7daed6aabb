import type { UndoState } from '../../shared/contract/labels'
import { AppError } from '../../shared/errors'
import type { LabelSummary } from '../../shared/model/dataset'
import type { DatasetId, LabelId } from '../../shared/model/ids'
import { cleanLabelName, maximumLabelLength, typedLabelName } from '../../shared/model/labelName'
import type { Reader } from '../db/connection'
import type { StoredLabel } from '../db/repositories/labelRepository'
import type { Store } from '../db/store'
import { type ChangeEvents, type ChangeLog, createChangeLog } from './changeLog'
import { planAssignment, planExclusion, planMerge } from './plannedChanges'

export interface LabelServiceOptions {
  readonly store: Store
  readonly events?: ChangeEvents
}

interface OfDataset {
  readonly datasetId: DatasetId
}

export interface LabelService {
  /** For services whose own changes are steps of the same undo. */
  readonly changes: ChangeLog
  list(input: OfDataset): Promise<readonly LabelSummary[]>
  assign(
    input: OfDataset & { readonly imageIds: Uint32Array; readonly label: string | null },
  ): Promise<UndoState>
  /** @throws AppError `invalidInput` where another label in use has the name: merge them instead. */
  rename(
    input: OfDataset & { readonly labelId: LabelId; readonly name: string },
  ): Promise<UndoState>
  /** Joins labels into one, as one step. */
  merge(
    input: OfDataset & { readonly from: readonly LabelId[]; readonly into: LabelId },
  ): Promise<UndoState>
  setExcluded(
    input: OfDataset & { readonly imageIds: Uint32Array; readonly excluded: boolean },
  ): Promise<UndoState>
  undoState(input: OfDataset): Promise<UndoState>
  undo(input: OfDataset): Promise<UndoState>
  redo(input: OfDataset): Promise<UndoState>
}

export function createLabelService({ store, events = {} }: LabelServiceOptions): LabelService {
  const changes = createChangeLog(store, events)

  const labelOf = async (
    reader: Reader,
    datasetId: DatasetId,
    labelId: LabelId,
  ): Promise<StoredLabel> => {
    const label = await store.labels.find(labelId, reader)
    if (label !== undefined && label.datasetId === datasetId) return label
    throw new AppError('notFound', 'That label is no longer there.', { labelId })
  }

  return {
    changes,

    list({ datasetId }) {
      return store.labels.list(datasetId)
    },

    async assign({ datasetId, imageIds, label }) {
      if (label !== null && cleanLabelName(label) === null) throw noName(label)
      return changes.record(datasetId, 'label', (transaction) =>
        planAssignment(store, transaction, datasetId, imageIds, label),
      )
    },

    rename({ datasetId, labelId, name }) {
      return changes.record(datasetId, 'rename', async (transaction) => {
        const after = typedLabelName(name)
        if (after === null) throw noName(name)
        const label = await labelOf(transaction, datasetId, labelId)
        if (label.name === after) return null
        const other = await store.labels.findByName(datasetId, after, transaction)
        if (other !== undefined && (await store.labels.hasImages(transaction, other.id))) {
          throw new AppError(
            'invalidInput',
            `There is a label named ${after} already. Merge the two instead.`,
            { name: after, labelId: other.id },
          )
        }
        return {
          images: { ids: new Uint32Array(0) },
          detail: {
            label: after,
            rename: {
              labelId,
              before: label.name,
              after,
              ...(other === undefined
                ? {}
                : {
                    displaced: {
                      labelId: other.id,
                      importNames: await store.labels.importNamesOf(transaction, other.id),
                    },
                  }),
            },
          },
        }
      })
    },

    merge({ datasetId, from, into }) {
      return changes.record(datasetId, 'merge', async (transaction) => {
        for (const label of from) await labelOf(transaction, datasetId, label)
        return planMerge(store, transaction, from, await labelOf(transaction, datasetId, into))
      })
    },

    setExcluded({ datasetId, imageIds, excluded }) {
      return changes.record(datasetId, excluded ? 'exclude' : 'include', (transaction) =>
        planExclusion(store, transaction, datasetId, imageIds, excluded),
      )
    },

    undoState: ({ datasetId }) => changes.undoState(datasetId),
    undo: ({ datasetId }) => changes.undo(datasetId),
    redo: ({ datasetId }) => changes.redo(datasetId),
  }
}

const noName = (name: string): AppError =>
  new AppError(
    'invalidInput',
    `No label can have that name: it is longer than ${maximumLabelLength} characters or cannot be seen.`,
    { name },
  )
