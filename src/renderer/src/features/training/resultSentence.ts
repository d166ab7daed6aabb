import type { RunSummary } from '../../../../shared/model/training'

/** A message key with what fills it; the view translates it. */
export interface Sentence {
  readonly key: string
  readonly values: Readonly<Record<string, number>>
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
