import { changesNothing, policyOf } from '../../shared/model/augmentation'
import type { EmbeddingModel, SavedModel } from '../network'
import { simdProduct } from '../math/simdProduct'
import type { LoopInput } from '../loop/loopInput'
import type { InputSource } from '../inputSource'
import { defaultLearningRate } from '../starts/startConstants'
import { searchRate } from './rateSearch'
import { stepWork } from '../work/workAmounts'
import type { LoopDecisions } from './decisions'
import type { LabelledRows } from './labelledRows'
import type { TrainingContext } from './surroundings'

/** The learning rate, and how it was found where it was not given. */
export type FoundRate = Pick<LoopDecisions, 'learningRate' | 'rateSearch'>

/** What a loop trains on. */
export interface LoopMaterial {
  readonly model: EmbeddingModel
  readonly source: InputSource
  readonly training: LabelledRows
}

/** The parts of a loop's input that a search of the rate needs as well. */
export function materialOf(
  { options, random, interruption, now, breathe, records }: TrainingContext,
  { model, source, training }: LoopMaterial,
): Omit<LoopInput<SavedModel>, 'learningRate' | 'evaluate'> {
  return {
    model,
    source,
    rows: training.rows,
    labels: training.labels,
    options,
    random: random.fork('training'),
    product: simdProduct,
    interruption,
    now,
    breathe,
    ledger: records.triplets,
    isAugmented:
      source.copies !== undefined ||
      (options.network !== 'frozen' && !changesNothing(policyOf(options))),
    resume: records.checkpoints.resume?.loop ?? null,
  }
}

/** What a range test on the training rows suggests (`searchRate`), else what is usual. */
export async function searchRateOf(
  context: TrainingContext,
  material: LoopMaterial,
): Promise<FoundRate> {
  const { options, report } = context
  const usual = defaultLearningRate(options.network)
  const watch = report.stopwatch()
  const rateSearch = await searchRate(
    { ...materialOf(context, material), learningRate: usual },
    {
      onStep: (done, total) => {
        watch.lap(stepWork(1, options))
        report.progress('baseline', done, total)
      },
    },
  )
  report.post({ kind: 'rate', search: rateSearch })
  return { learningRate: rateSearch.suggestion ?? usual, rateSearch }
}

/** That of a training that is taken up again, told once more. */
export function rateOfBefore(
  { report }: TrainingContext,
  { learningRate, rateSearch }: LoopDecisions,
): FoundRate {
  if (rateSearch === undefined) return { learningRate }
  report.post({ kind: 'rate', search: rateSearch })
  return { learningRate, rateSearch }
}

/** What was decided before a loop. */
export interface Decided {
  readonly decisions: LoopDecisions
}

/** The stage of the rate in a training that is taken up again. */
export const rateFoundBefore = (
  context: TrainingContext,
  _: unknown,
  decisions: LoopDecisions,
): Decided => ({ decisions: { ...decisions, ...rateOfBefore(context, decisions) } })
