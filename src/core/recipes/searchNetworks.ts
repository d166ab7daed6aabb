import type { ClosedForm } from '../../shared/model/kept'
import type { NetworkCandidate, NetworkSearch } from '../../shared/model/networkSearch'
import type { TrainingOptions } from '../../shared/model/training'
import { extractorOfEarlierRuns } from '../../shared/model/extractor'
import { meanScore, simplestOf } from '../evaluation/simplestOf'
import { type FormScores, heldOutScoreOf } from './scoreForms'
import type { HeldOutScores } from './startFindings'

/** A candidate with what held-out labels say of it. */
export interface ScoredCandidate {
  readonly candidate: NetworkCandidate
  readonly scores: FormScores
  readonly seconds: number
}

/** The options of a run with the network and layers of a candidate, and nothing left to choose. */
export function optionsWith(
  { candidates: _, extractor: __, tuned: ___, ...options }: TrainingOptions,
  { extractor, features, embeddingSize, tuned }: NetworkCandidate,
): TrainingOptions {
  const named = extractor === extractorOfEarlierRuns ? {} : { extractor }
  return {
    ...options,
    ...named,
    features,
    embeddingSize,
    ...(tuned === undefined ? {} : { tuned }),
  }
}

/**
 * Chooses the cheapest candidate that is behind the best by no more than a standard error of the
 * difference, label by label. Each stands for what finds most with it: its start is chosen by the
 * same labels.
 * @param scored cheapest first, at least one; the same labels were held out for all
 */
export function chooseOfScored(
  scored: readonly ScoredCandidate[],
  over: NetworkSearch['over'],
  start: TrainingOptions['start'],
): NetworkSearch {
  const best = scored.map(({ scores }) => bestForm(scores, start))
  const units = [...scored[0]!.scores.features.keys()]
  const at = (scores: HeldOutScores) => Float64Array.from(units, (unit) => scores.get(unit) ?? 0)
  const columns = best.map(({ scores }) => at(scores))
  const means = columns.map((column) => meanScore(column).mean)
  const highest = columns[means.indexOf(Math.max(...means))]!
  const chosen = Number(
    simplestOf(columns.map((scores, place) => ({ name: String(place), scores }))),
  )
  return {
    ...{ over, count: units.length, chosen },
    candidates: scored.map(({ candidate, seconds }, place) => ({
      ...candidate,
      form: best[place]!.form,
      score: heldOutScoreOf(columns[place]!),
      shortfall: heldOutScoreOf(columns[place]!.map((score, i) => highest[i]! - score)),
      seconds,
    })),
  }
}

/** The better closed form, or the one that the request names; plain features where they find more. */
function bestForm(
  scores: FormScores,
  start: TrainingOptions['start'],
): { readonly form: 'features' | ClosedForm; readonly scores: HeldOutScores } {
  const isNamed = start === 'whitening' || start === 'analysis'
  const forms = isNamed ? ([start] as const) : (['whitening', 'analysis'] as const)
  return (['features', ...forms] as const)
    .map((form) => ({ form, scores: scores[form] }))
    .reduce((best, one) => (meanOf(one.scores) > meanOf(best.scores) ? one : best))
}

const meanOf = (scores: HeldOutScores): number => meanScore([...scores.values()]).mean
