import { fitPca } from '../../core/closedForms/pca'
import { ScatterAccumulator } from '../../core/closedForms/scatter'
import { createMatrix } from '../../core/math/matrix'
import type { MatrixProduct } from '../../core/math/product'
import type { Random } from '../../core/math/random'
import { fitDiscriminant } from '../../core/training/discriminantStart'
import type { InputSource } from '../../core/training/model'
import { type Preparation, standardization } from '../../core/training/preparation'
import type { TrainingOptions } from '../../shared/model/training'
import type { LabelledRows } from './measured'

/** Share of the prepared features that a head does not see in a training step. */
export const headDropout = 0.3

/**
 * The closed form that a head starts from, fitted on training rows alone; `random` only
 * standardises.
 */
export function prepareHead(
  source: InputSource,
  training: LabelledRows,
  options: Pick<TrainingOptions, 'start' | 'embeddingSize'>,
  random: Random,
  product: MatrixProduct,
): Preparation {
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
    return fitDiscriminant({ read, dimension: source.rowSize, labels, size, form, random, product })
  }
  const scatter = new ScatterAccumulator(source.rowSize, product)
  const block = 1024
  for (let from = 0; from < count; from += block) {
    scatter.add(read(from, Math.min(count, from + block)))
  }
  const { mean, projection } = fitPca(scatter, { dimensions: size, whiten: true })
  return { mean, scale: null, projection }
}
