import type { UndoState, UndoStep } from '../../shared/contract/labels'
import type { TripletsChange } from '../../shared/contract/triplets'
import { AppError } from '../../shared/errors'
import type { DatasetId, TripletId } from '../../shared/model/ids'
import type { Transaction } from '../db/connection'
import type {
  ChangeDetail,
  ChangeKind,
  ImageChange,
  JournalEntry,
  JournalStep,
} from '../db/repositories/journalRepository'
import type { Store } from '../db/store'
import { type JournaledField, journaledFields, type StepPlace } from './journaledFields'

export interface ChangeEvents {
  /** Labels or exclusions of these images changed; empty: of any. */
  readonly changed?: (change: {
    readonly datasetId: DatasetId
    readonly imageIds: Uint32Array
    readonly undoState: UndoState
  }) => void
  /** A verdict was given, taken back, undone or given anew. */
  readonly verdictChanged?: (change: TripletsChange) => void
}

/** What a person does, before it has happened: columns and detail of one step of the journal. */
export interface PlannedChange {
  readonly images: ImageChange
  readonly detail: ChangeDetail
}

/** The one way to change what a person may undo. */
export interface ChangeLog {
  /**
   * Plans in a transaction, makes the change and writes it down, all or nothing.
   * `plan` answers null where there is nothing to change.
   */
  record(
    datasetId: DatasetId,
    kind: ChangeKind,
    plan: (transaction: Transaction) => Promise<PlannedChange | null>,
  ): Promise<UndoState>
  undo(datasetId: DatasetId): Promise<UndoState>
  redo(datasetId: DatasetId): Promise<UndoState>
  undoState(datasetId: DatasetId): Promise<UndoState>
}

interface Stacks<Entry = JournalEntry> {
  readonly done: Entry[]
  readonly undone: Entry[]
}

/** Replays a journal to what can be undone and redone, newest last. */
export function replay<Entry extends Pick<JournalEntry, 'kind'>>(
  entries: readonly Entry[],
): Stacks<Entry> {
  const done: Entry[] = []
  const undone: Entry[] = []
  for (const entry of entries) {
    if (entry.kind === 'undo') {
      const step = done.pop()
      if (step !== undefined) undone.push(step)
    } else if (entry.kind === 'redo') {
      const step = undone.pop()
      if (step !== undefined) done.push(step)
    } else {
      done.push(entry)
      undone.length = 0
    }
  }
  return { done, undone }
}

/** @param fields what the steps may change; the later ones of a step find the earlier ones done */
export function createChangeLog(
  store: Store,
  events: ChangeEvents = {},
  fields: readonly JournaledField[] = journaledFields,
): ChangeLog {
  const known = new Map<DatasetId, Stacks>()
  let queue: Promise<unknown> = Promise.resolve()

  /** One after the other: what the next undo takes back depends on the one before. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work)
    queue = result.catch(() => {})
    return result
  }

  const applyAll = async (place: StepPlace): Promise<void> => {
    for (const field of fields) await field.apply(place)
  }

  const stacksOf = async (datasetId: DatasetId): Promise<Stacks> => {
    let stacks = known.get(datasetId)
    if (stacks === undefined) {
      stacks = replay(await store.journal.entries(datasetId))
      known.set(datasetId, stacks)
    }
    return stacks
  }

  const announce = (
    step: Omit<JournalStep, 'id' | 'at'>,
    stacks: Stacks,
    isUndone = false,
  ): UndoState => {
    const undoState = stateOf(stacks)
    const { ids } = step.images
    const { rename, verdict } = step.detail
    // A rename changes what every image with the label shows.
    const imageIds = rename === undefined ? ids : new Uint32Array(0)
    if (ids.length > 0 || rename !== undefined) {
      events.changed?.({ datasetId: step.datasetId, imageIds, undoState })
    }
    if (verdict !== undefined) {
      const backTo = isUndone && verdict.tripletId > 0 ? (verdict.tripletId as TripletId) : null
      // Other runs may have mined the same images.
      events.verdictChanged?.({ runId: null, reason: 'verdict', backTo })
    }
    return undoState
  }

  const reverse = (datasetId: DatasetId, kind: 'undo' | 'redo'): Promise<UndoState> =>
    inTurn(async () => {
      const stacks = await stacksOf(datasetId)
      const [from, to] =
        kind === 'undo' ? [stacks.done, stacks.undone] : [stacks.undone, stacks.done]
      const entry = from.at(-1)
      if (entry === undefined) {
        throw kind === 'undo'
          ? new AppError('nothingToUndo', 'There is nothing to undo.')
          : new AppError('nothingToRedo', 'There is nothing to redo.')
      }
      const step = await store.database.transaction(async (transaction) => {
        const found = (await store.journal.find(entry.id, transaction))!
        const place = { store, transaction, step: found }
        if (kind === 'undo') {
          for (const field of fields.toReversed()) await field.revert(place)
        } else await applyAll(place)
        const at = Date.now()
        await store.journal.appendReversal(transaction, { datasetId, at, kind, target: entry.id })
        return found
      })
      from.pop()
      to.push(entry)
      return announce(step, stacks, kind === 'undo')
    })

  return {
    record(datasetId, kind, plan) {
      return inTurn(async () => {
        const stacks = await stacksOf(datasetId)
        const recorded = await store.database.transaction(async (transaction) => {
          const planned = await plan(transaction)
          if (planned === null) return null
          const step = { datasetId, kind, at: Date.now(), ...planned }
          const id = await store.journal.append(transaction, step)
          await applyAll({ store, transaction, step: { ...step, id } })
          return { step, id }
        })
        if (recorded === null) return stateOf(stacks)
        const { step, id } = recorded
        const imageCount = step.images.ids.length
        stacks.done.push({ id, kind, target: null, imageCount, label: step.detail.label })
        stacks.undone.length = 0
        return announce(step, stacks)
      })
    },
    undo: (datasetId) => reverse(datasetId, 'undo'),
    redo: (datasetId) => reverse(datasetId, 'redo'),
    undoState: async (datasetId) => stateOf(await stacksOf(datasetId)),
  }
}

function stateOf({ done, undone }: Stacks): UndoState {
  return { undo: stepOf(done.at(-1)), redo: stepOf(undone.at(-1)) }
}

function stepOf(entry: JournalEntry | undefined): UndoStep | null {
  if (entry === undefined) return null
  const { kind, imageCount, label } = entry
  return kind === 'undo' || kind === 'redo' ? null : { kind, imageCount, label }
}
