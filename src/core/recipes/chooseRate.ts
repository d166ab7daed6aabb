import type { EmbeddingModel, SavedModel } from '../network'
import { simdProduct } from '../math/simdProduct'
import type { LoopInput } from '../loop/loopInput'
import type { InputSource } from '../inputSource'
import { defaultLearningRate } from '../plan/chooseNetwork'
import { searchRate } from './rateSearch'
import { stepWork } from '../plan/workAmounts'
import type { LabelledRows } from './labelledRows'
import type { TrainingContext } from './surroundings'

/** What a loop trains on. */
export interface LoopMaterial {
  readonly model: EmbeddingModel
  readonly source: InputSource
  readonly training: LabelledRows
}

/** The parts of a loop's input that a search of the rate needs as well. */
export function materialOf(
  { options, random, interruption, now, breathe }: TrainingContext,
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
    isAugmented: options.network === 'small',
  }
}

/**
 * The rate that the options name, or what a range test on the training rows suggests.
 * @param material may be null where the options name one
 */
export async function chooseRate(
  context: TrainingContext,
  material: LoopMaterial | null,
): Promise<number> {
  const { options, report } = context
  const { learningRate, network } = options
  if (learningRate !== 'find') return learningRate
  if (material === null) throw new Error('A search of the rate needs a model')
  const usual = defaultLearningRate(network)
  const watch = report.stopwatch()
  const search = await searchRate(
    { ...materialOf(context, material), learningRate: usual },
    {
      onStep: (done, total) => {
        watch.lap(stepWork(1, options))
        report.progress('baseline', done, total)
      },
    },
  )
  report.post({ kind: 'rate', search })
  return search.suggestion ?? usual
}
