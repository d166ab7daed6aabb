import type { LabelId, TripletId } from '../../shared/model/ids'
import type { Verdict } from '../../shared/model/triplets'
import type { Transaction } from '../db/connection'
import { labelSource } from '../db/repositories/imageRepository'
import type { ChangeDetail, JoinedLabel, JournalStep } from '../db/repositories/journalRepository'
import type { Store } from '../db/store'
import { acceptedOf } from './acceptance'

/** A step of the journal, in the transaction that makes or takes it back. */
export interface StepPlace {
  readonly store: Store
  readonly transaction: Transaction
  readonly step: JournalStep
}

/** One thing that a step may change. A step without it is passed over. */
export interface JournaledField {
  /** Does, or does again, what the step says of it. */
  apply(place: StepPlace): Promise<void>
  /** Puts it back to before the step. */
  revert(place: StepPlace): Promise<void>
}

/**
 * Pictures that came into the set with the labels that were predicted for them. Their labels of
 * before come back with those of other steps; what was added is hidden, so that it can come back.
 */
const acceptance: JournaledField = {
  async apply({ store, transaction, step }) {
    const accepted = acceptedOf(step.detail)
    if (accepted === null) return
    for (const { labelId, name } of accepted.created) {
      await store.labels.rename(transaction, labelId as LabelId, name)
    }
    await store.images.setMissing(transaction, accepted.added, false)
    for (const { labelId, ids } of accepted.labels) {
      const images = Uint32Array.from(ids)
      await store.images.setLabel(transaction, images, labelId, labelSource.person)
    }
  },
  async revert({ store, transaction, step }) {
    const accepted = acceptedOf(step.detail)
    if (accepted === null) return
    await store.images.setMissing(transaction, accepted.added, true)
    for (const { labelId } of accepted.created) {
      if (await store.labels.isUsed(transaction, labelId as LabelId)) continue
      await store.labels.hide(transaction, labelId as LabelId)
    }
  },
}

/** A label that the step made; without the step its name is free. */
const createdLabel: JournaledField = {
  async apply({ store, transaction, step }) {
    const { created } = step.detail
    if (created === undefined) return
    await store.labels.rename(transaction, created.labelId as LabelId, created.name)
  },
  async revert({ store, transaction, step }) {
    const { created } = step.detail
    if (created === undefined) return
    const label = created.labelId as LabelId
    if (await store.labels.isUsed(transaction, label)) return
    await store.labels.hide(transaction, label)
  },
}

const labelName: JournaledField = {
  async apply({ store, transaction, step }) {
    const { rename } = step.detail
    if (rename === undefined) return
    const label = rename.labelId as LabelId
    if (rename.displaced !== undefined) {
      const displaced = rename.displaced.labelId as LabelId
      await store.labels.redirectImports(transaction, displaced, label)
      await store.labels.hide(transaction, displaced)
    }
    await store.labels.rename(transaction, label, rename.after)
  },
  async revert({ store, transaction, step }) {
    const { rename } = step.detail
    if (rename === undefined) return
    await store.labels.rename(transaction, rename.labelId as LabelId, rename.before)
    if (rename.displaced === undefined) return
    const displaced = rename.displaced.labelId as LabelId
    await store.labels.rename(transaction, displaced, rename.after)
    for (const importName of rename.displaced.importNames) {
      await store.labels.setImport(transaction, step.datasetId, importName, displaced)
    }
  },
}

const labelOfImages: JournaledField = {
  async apply({ store, transaction, step }) {
    const { merge, labelAfter } = step.detail
    if (labelAfter === undefined) return
    // A merge says that two labels are one, not that a person looked at each image.
    const source = merge === undefined ? labelSource.person : undefined
    await store.images.setLabel(transaction, step.images.ids, labelAfter, source)
  },
  async revert({ store, transaction, step }) {
    const { ids, labelsBefore, sourcesBefore } = step.images
    if (labelsBefore === undefined || sourcesBefore === undefined) return
    const columns = { ids, labels: labelsBefore, sources: sourcesBefore }
    await store.images.restoreLabels(transaction, columns)
  },
}

const joinedLabels = ({ merge }: ChangeDetail): readonly JoinedLabel[] =>
  merge === undefined ? [] : [merge, ...(merge.others ?? [])]

/** Which label a name of the folder leads to, for images that come later. */
const importNames: JournaledField = {
  async apply({ store, transaction, step }) {
    const { merge, imports = [] } = step.detail
    for (const { from } of joinedLabels(step.detail)) {
      await store.labels.redirectImports(transaction, from as LabelId, merge!.into as LabelId)
    }
    for (const { importName, after } of imports) {
      await store.labels.setImport(transaction, step.datasetId, importName, after as LabelId)
    }
  },
  async revert({ store, transaction, step }) {
    for (const { importName, before } of step.detail.imports ?? []) {
      await store.labels.setImport(transaction, step.datasetId, importName, before as LabelId)
    }
    for (const { from, importNames: names } of joinedLabels(step.detail)) {
      for (const importName of names) {
        await store.labels.setImport(transaction, step.datasetId, importName, from as LabelId)
      }
    }
  },
}

const exclusion: JournaledField = {
  async apply({ store, transaction, step }) {
    const { excludedAfter } = step.detail
    if (excludedAfter === undefined) return
    await store.images.setExcluded(transaction, step.images.ids, excludedAfter)
  },
  async revert({ store, transaction, step }) {
    const { excludedAfter } = step.detail
    if (excludedAfter === undefined) return
    await store.images.setExcluded(transaction, step.images.ids, !excludedAfter)
  },
}

const verdict: JournaledField = {
  async apply(place) {
    const said = place.step.detail.verdict
    if (said === undefined) return
    await setVerdict(place, said.after)
    if (said.content === undefined || said.after === null) return
    // So that whoever takes it back finds what it changed.
    const { store, transaction, step } = place
    await store.verdicts.setJournal(transaction, step.datasetId, said.content, step.id)
  },
  async revert(place) {
    const said = place.step.detail.verdict
    if (said === undefined) return
    await setVerdict(place, said.before)
    await place.store.reviews.returnTo(place.transaction, said.tripletId as TripletId)
  },
}

/** What is said of the step's images from now on; steps of earlier versions name them by id alone. */
async function setVerdict({ store, transaction, step }: StepPlace, said: Verdict | null) {
  const { datasetId, at, detail } = step
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

/**
 * All that a person may change and take back. They are done in this order and taken back in the
 * reverse: a label is there before images get it, and is free again once none has it.
 */
export const journaledFields: readonly JournaledField[] = [
  acceptance,
  createdLabel,
  labelName,
  labelOfImages,
  importNames,
  exclusion,
  verdict,
]
