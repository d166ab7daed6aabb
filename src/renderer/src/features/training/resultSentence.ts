import type { RunSummary } from '../../../../shared/model/training'

/** A message key with what fills it; the view translates it. */
export interface Sentence {
  readonly key: string
  readonly values: Readonly<Record<string, number | string>>
}

/** What a run has reached, as one sentence a person can use; null where it has no figures. */
export function resultSentence(run: RunSummary): Sentence | null {
  if (run.before === null || run.after === null) return null
  const values = {
    before: Math.round(run.before.precisionAt1 * 100),
    after: Math.round(run.after.precisionAt1 * 100),
  }
  const kinds = { byClass: 'Unseen', byImage: 'ByImage', none: 'Seen' } as const
  return { key: `training.ended.finished${kinds[run.options.split]}`, values }
}

/** What training added to the closed form it began with; null where it began with none. */
export function addedSentence(run: RunSummary): Sentence | null {
  if (run.closedForm === null || run.after === null) return null
  if (run.bestEpoch === 0) return { key: 'training.ended.startKept', values: {} }
  const difference = run.after.mapAtR - run.closedForm.mapAtR
  const size = Math.abs(difference).toFixed(3)
  if (Number(size) === 0) return { key: 'training.ended.addedNothing', values: {} }
  const key = difference > 0 ? 'training.ended.added' : 'training.ended.lost'
  return { key, values: { difference: size } }
}
