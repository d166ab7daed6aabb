import type { UndoState, UndoStep } from '../../shared/contract/labels'
import type { TripletsChange } from '../../shared/contract/triplets'
import { AppError } from '../../shared/errors'
import type { DatasetId, LabelId, TripletId } from '../../shared/model/ids'
import type { Verdict } from '../../shared/model/triplets'
import type { Transaction } from '../db/connection'
import { labelSource } from '../db/repositories/imageRepository'
import type {
  ChangeDetail,
  ChangeKind,
  ImageChange,
  JoinedLabel,
  JournalEntry,
  JournalStep,
} from '../db/repositories/journalRepository'
import type { Store } from '../db/store'

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

export function createChangeLog(store: Store, events: ChangeEvents = {}): ChangeLog {
  const known = new Map<DatasetId, Stacks>()
  let queue: Promise<unknown> = Promise.resolve()

  /** One after the other: what the next undo takes back depends on the one before. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work)
    queue = result.catch(() => {})
    return result
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
        if (kind === 'undo') await revert(store, transaction, found)
        else {
          await apply(store, transaction, found)
          await noteJournal(store, transaction, found)
        }
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
          await apply(store, transaction, step)
          const id = await store.journal.append(transaction, step)
          await noteJournal(store, transaction, { ...step, id })
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

const joinedLabels = ({ merge }: ChangeDetail): readonly JoinedLabel[] =>
  merge === undefined ? [] : [merge, ...(merge.others ?? [])]

type Step = Pick<JournalStep, 'datasetId' | 'kind' | 'at' | 'images' | 'detail'>

/** Does, or does again, what the step says. */
async function apply(store: Store, transaction: Transaction, step: Step): Promise<void> {
  const { ids } = step.images
  const { created, rename, merge, verdict, labelAfter, excludedAfter } = step.detail
  if (created !== undefined) {
    await store.labels.rename(transaction, created.labelId as LabelId, created.name)
  }
  if (rename !== undefined) {
    const label = rename.labelId as LabelId
    if (rename.displaced !== undefined) {
      const displaced = rename.displaced.labelId as LabelId
      await store.labels.redirectImports(transaction, displaced, label)
      await store.labels.hide(transaction, displaced)
    }
    await store.labels.rename(transaction, label, rename.after)
  }
  if (labelAfter !== undefined) {
    // A merge says that two labels are one, not that a person looked at each image.
    const source = merge === undefined ? labelSource.person : undefined
    await store.images.setLabel(transaction, ids, labelAfter, source)
  }
  for (const { from } of joinedLabels(step.detail)) {
    await store.labels.redirectImports(transaction, from as LabelId, merge!.into as LabelId)
  }
  for (const { importName, after } of step.detail.imports ?? []) {
    await store.labels.setImport(transaction, step.datasetId, importName, after as LabelId)
  }
  if (excludedAfter !== undefined) {
    await store.images.setExcluded(transaction, ids, excludedAfter)
  }
  if (verdict !== undefined) {
    await setVerdict(store, transaction, step, verdict.after)
  }
}

/** Puts everything back to before the step. */
async function revert(store: Store, transaction: Transaction, step: Step): Promise<void> {
  const { ids, labelsBefore, sourcesBefore } = step.images
  const { created, rename, verdict, excludedAfter } = step.detail
  if (labelsBefore !== undefined && sourcesBefore !== undefined) {
    const columns = { ids, labels: labelsBefore, sources: sourcesBefore }
    await store.images.restoreLabels(transaction, columns)
  }
  for (const { importName, before } of step.detail.imports ?? []) {
    await store.labels.setImport(transaction, step.datasetId, importName, before as LabelId)
  }
  for (const { from, importNames } of joinedLabels(step.detail)) {
    for (const importName of importNames) {
      await store.labels.setImport(transaction, step.datasetId, importName, from as LabelId)
    }
  }
  if (rename !== undefined) {
    await store.labels.rename(transaction, rename.labelId as LabelId, rename.before)
    if (rename.displaced !== undefined) {
      const displaced = rename.displaced.labelId as LabelId
      await store.labels.rename(transaction, displaced, rename.after)
      for (const importName of rename.displaced.importNames) {
        await store.labels.setImport(transaction, step.datasetId, importName, displaced)
      }
    }
  }
  if (created !== undefined) {
    const label = created.labelId as LabelId
    if (!(await store.labels.isUsed(transaction, label))) {
      await store.labels.hide(transaction, label)
    }
  }
  if (excludedAfter !== undefined) {
    await store.images.setExcluded(transaction, ids, !excludedAfter)
  }
  if (verdict !== undefined) {
    await setVerdict(store, transaction, step, verdict.before)
    await store.reviews.returnTo(transaction, verdict.tripletId as TripletId)
  }
}

/** What is said of the step's images from now on; steps of earlier versions name them by id alone. */
async function setVerdict(
  store: Store,
  transaction: Transaction,
  { datasetId, at, detail }: Step,
  said: Verdict | null,
): Promise<void> {
  const { imageIds = [], labels = null, content: known } = detail.verdict ?? {}
  const content = known ?? (await store.verdicts.contentOf(transaction, imageIds))
  if (content === null) return
  if (said === null) await store.verdicts.remove(transaction, datasetId, content)
  else {
    await store.verdicts.set(transaction, datasetId, content, {
      verdict: said,
      givenAt: at,
      labels,
    })
  }
}

/** So that whoever takes the verdict back finds what it changed. */
async function noteJournal(
  store: Store,
  transaction: Transaction,
  { id, datasetId, detail }: Pick<JournalStep, 'id' | 'datasetId' | 'detail'>,
): Promise<void> {
  const { verdict } = detail
  if (verdict?.content === undefined || verdict.after === null) return
  await store.verdicts.setJournal(transaction, datasetId, verdict.content, id)
}
