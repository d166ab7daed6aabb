import type { TrainingWarning } from '../../../shared/model/training'
import { joinWords } from '../locales/joinWords'
import type { Format } from './useFormat'

type Translate = (key: string, values?: Readonly<Record<string, unknown>>) => string

/** What went wrong in a run, or is to be known of its set, and what was done. */
export function warningWords(
  { kind, counts = {}, remedy, isApplied, backToEpoch }: TrainingWarning,
  format: Format,
  t: Translate,
): string {
  const figures = Object.entries(counts).map(([name, n]) => [name, format.count(n)])
  const words = [t(`training.warnings.${kind}`, Object.fromEntries(figures))]
  if (isApplied === true && remedy) {
    words.push(
      t('training.warnings.applied', {
        epoch: backToEpoch ?? 0,
        remedy: t(`training.warnings.remedies.${remedy}`),
      }),
    )
  }
  return joinWords(...words)
}
