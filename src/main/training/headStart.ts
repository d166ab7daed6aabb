import { fitLda } from '../../core/closedForms/lda'
import { fitPca } from '../../core/closedForms/pca'
import { ScatterAccumulator } from '../../core/closedForms/scatter'
import { createMatrix } from '../../core/math/matrix'
import type { MatrixProduct } from '../../core/math/product'
import type { InputSource } from '../../core/training/model'
import { type Preparation, standardization } from '../../core/training/preparation'
import type { TrainingOptions } from '../../shared/model/training'
import type { LabelledRows } from './measured'

/** Share of the prepared features that a head does not see in a training step. */
export const headDropout = 0.3
const shrinkage = 0.1

/**
 * The closed form that a head starts from, fitted on training rows alone; `random` only
 * standardises.
 */
export function prepareHead(
  source: InputSource,
  training: LabelledRows,
  options: Pick<TrainingOptions, 'start' | 'embeddingSize'>,
  product: MatrixProduct,
): Preparation {
  if (options.start === 'random') {
    const features = createMatrix(training.rows.length, source.rowSize)
    source.read(training.rows, features.data, null)
    return standardization(features)
  }
  const scatter = new ScatterAccumulator(source.rowSize, product)
  const block = 1024
  for (let from = 0; from < training.rows.length; from += block) {
    const rows = training.rows.subarray(from, from + block)
    const features = createMatrix(rows.length, source.rowSize)
    source.read(rows, features.data, null)
    scatter.add(features, training.labels.subarray(from, from + block))
  }
  const dimensions = options.embeddingSize
  const fitted =
    options.start === 'lda'
      ? fitLda(scatter, { dimensions, shrinkage }, product)
      : fitPca(scatter, { dimensions, whiten: true })
  return { mean: fitted.mean, scale: null, projection: fitted.projection }
}
