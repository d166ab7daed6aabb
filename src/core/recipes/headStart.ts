import { pcaSteps } from '../starts/pca'
import { ScatterAccumulator } from '../starts/scatter'
import { createMatrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { partOf, type Steps } from '../steps'
import { discriminantSteps } from '../starts/discriminantStart'
import type { InputSource } from '../inputSource'
import { type Preparation, standardization } from '../starts/preparation'
import { startWork } from '../work/workAmounts'
import type { TrainingOptions } from '../../shared/model/training'
import { type LabelledRows, withCopies } from './labelledRows'
import type { TrainingContext } from './surroundings'

/** Share of the prepared features that a head does not see in a training step. */
export const headDropout = 0.3

/**
 * Fits what a head starts from on training rows and their copies, or takes what an earlier run of the same sweep has
 * fitted.
 */
export function* fitStart(
  context: TrainingContext,
  source: InputSource,
  training: LabelledRows,
): Steps<Preparation> {
  const { options, random, report, records } = context
  const { product } = context.backend
  const fit = () => {
    const fitted = withCopies(source, training)
    return report.timedSteps(
      startWork(fitted.rows.length, options, source.rowSize),
      prepareHead(source, fitted, options, random.fork('start'), product),
    )
  }
  return yield* records.starts.recall(training, options, fit)
}

/**
 * The closed form that a head starts from, fitted on training rows alone; `random` only
 * standardises.
 */
export function* prepareHead(
  source: InputSource,
  training: LabelledRows,
  options: Pick<TrainingOptions, 'start' | 'embeddingSize'>,
  random: Random,
  product: MatrixProduct,
): Steps<Preparation> {
  const read = (from: number, to: number) => {
    const rows = training.rows.subarray(from, to)
    const features = createMatrix(rows.length, source.rowSize)
    source.read(rows, features.data, null)
    return features
  }
  const count = training.rows.length
  if (options.start === 'random') return standardization(read(0, count))
  const size = Math.min(options.embeddingSize, source.rowSize)
  if (options.start === 'auto') throw new Error('A start is chosen before it is fitted')
  if (options.start !== 'pca') {
    const { labels } = training
    const form = options.start === 'lda' ? 'bySize' : options.start
    const input = { read, dimension: source.rowSize, labels, size, form, random, product } as const
    return yield* discriminantSteps(input)
  }
  const scatter = new ScatterAccumulator(source.rowSize, product)
  const block = 1024
  for (let from = 0; from < count; from += block) {
    const to = Math.min(count, from + block)
    yield* partOf(scatter.addSteps(read(from, to)), (0.3 * from) / count, (0.3 * to) / count)
  }
  const fitting = pcaSteps(scatter, { dimensions: size, whiten: true })
  const { mean, projection } = yield* partOf(fitting, 0.3, 1)
  return { mean, scale: null, projection }
}
