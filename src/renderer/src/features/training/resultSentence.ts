import { gaveStartBack, type HeldOutScore, type KeptModel } from '../../../../shared/model/kept'
import type { HeadStart, RunSummary } from '../../../../shared/model/training'
import { differenceFormat } from '../../composables/comparisonWords'

/** A message key with what fills it; the view translates it. */
export interface Sentence {
  readonly key: string
  readonly values: Readonly<Record<string, number | string>>
  /** Training made it find fewer. */
  readonly isWorse?: boolean
}

/** What a run has reached, as one sentence a person can use; null where it has no figures. */
export function resultSentence(run: RunSummary): Sentence | null {
  if (run.before === null || run.after === null) return null
  const [before, after] = [run.before.precisionAt1, run.after.precisionAt1]
  if (before === null || after === null) return { key: 'training.ended.unmeasured', values: {} }
  // Of few images their own number, and not a hundred that are not there.
  const of = Math.min(100, run.after.queriesInAll ?? run.after.queries)
  const values = { of, before: Math.round(before * of), after: Math.round(after * of) }
  const kinds = { byClass: 'Unseen', byImage: 'ByImage', none: 'Seen' } as const
  const key = `training.ended.finished${kinds[run.options.split]}`
  return { key, values, isWorse: values.after < values.before }
}

/** Which of plain features, closed form and trained head was kept, and why. */
function keptSentence(kept: KeptModel, run: RunSummary): Sentence {
  const { what, closedForm, reason, heldOut } = kept
  if (reason === 'openEnd') return { key: 'training.ended.kept_openEnd', values: {} }
  if (reason === 'nothingHeldOut') {
    const by = what === 'features' ? 'features' : 'trained'
    return { key: `training.ended.kept_nothingHeldOut_${by}`, values: {} }
  }
  if (reason === 'notWeighed') return { key: 'training.ended.kept_notWeighed', values: {} }
  if (heldOut?.network !== undefined) return networkSentence(what, heldOut)
  const trained = heldOut?.trained ?? null
  const over = heldOut?.over ?? 'labels'
  const values = {
    trained: trained?.score.mapAtR.toFixed(3) ?? '–',
    without: trained?.without.mapAtR.toFixed(3) ?? '–',
    gain: trained?.gain.mapAtR.toFixed(3) ?? '–',
  }
  if (what === 'trained') {
    const start = gainOver(run)
    return {
      key: `training.ended.kept_trained_${over}`,
      values: { ...values, test: start === null ? '–' : signed(start) },
    }
  }
  if (trained !== null && gaveStartBack(kept)) {
    const { count } = trained
    return { key: `training.ended.kept_startBack_${over}`, values: { ...values, count } }
  }
  const form = what === 'features' ? 'features' : closedForm
  return {
    key: `training.ended.kept_${form}_${over}`,
    values: {
      ...values,
      gain: trained === null ? '–' : signed(trained.gain.mapAtR),
      error: trained?.gain.standardError.toFixed(3) ?? '–',
    },
  }
}

/** Whether augmented copies took part, and why; null where the run made none. */
export function copiesSentence({ kept }: RunSummary): Sentence | null {
  const copies = kept?.copies
  if (copies === undefined) return null
  const { each, isUsed, heldOut } = copies
  if (heldOut === null) return { key: 'training.ended.copies_nothingHeldOut', values: {} }
  return {
    key: `training.ended.copies_${isUsed ? 'used' : 'unused'}`,
    values: {
      n: each,
      with: heldOut.with.mapAtR.toFixed(3),
      without: heldOut.without.mapAtR.toFixed(3),
      gain: signed(heldOut.gain.mapAtR),
      error: heldOut.gain.standardError.toFixed(3),
    },
  }
}

/** Of a run that trained a part of the network. */
function networkSentence(
  what: KeptModel['what'],
  { over, network }: NonNullable<KeptModel['heldOut']>,
): Sentence {
  const { tuned, refitted, without, gain } = network!
  const isKept = what === 'tuned' || what === 'refitted'
  const best = what === 'tuned' ? tuned : what === 'refitted' ? refitted : better(tuned, refitted)
  return {
    key: `training.ended.kept_${isKept ? what : 'withoutNetwork'}_${over}`,
    values: {
      network: best.mapAtR.toFixed(3),
      without: without.mapAtR.toFixed(3),
      gain: signed(gain.mapAtR),
      error: gain.standardError.toFixed(3),
    },
  }
}

const better = (one: HeldOutScore, other: HeldOutScore): HeldOutScore =>
  other.mapAtR > one.mapAtR ? other : one

/** MAP@R of what was kept less that of the closed form; null where either was not measured. */
function gainOver({ after, closedForm }: RunSummary): number | null {
  const [now, then] = [after?.mapAtR ?? null, closedForm?.mapAtR ?? null]
  return now === null || then === null ? null : now - then
}

// Digits are written alike in both languages.
const signed = differenceFormat('en')

/** Whether training gave nothing that is worth keeping: then the window says what to try. */
export const didNotHelp = (run: RunSummary): boolean => run.kept?.reason === 'noBetter'

/** The closed form that a run began with, for `training.ended.forms`: the one chosen, if any was. */
export const formOf = ({ kept, options }: RunSummary): HeadStart =>
  kept?.closedForm ?? options.start

/** What training added to the closed form it began with; null where it began with none. */
export function addedSentence(run: RunSummary): Sentence | null {
  if (run.kept !== null && run.kept !== undefined) return keptSentence(run.kept, run)
  if (run.closedForm === null || run.after === null) return null
  const difference = gainOver(run)
  if (difference === null) return null
  if (run.bestEpoch === 0) return { key: 'training.ended.startKept', values: {} }
  const size = Math.abs(difference).toFixed(3)
  if (Number(size) === 0) return { key: 'training.ended.addedNothing', values: {} }
  const key = difference > 0 ? 'training.ended.added' : 'training.ended.lost'
  return { key, values: { difference: size } }
}
