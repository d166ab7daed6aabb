import { createMatrix, type Matrix } from '../../core/math/matrix'
import { embedWork } from '../../core/training/workAmounts'
import { embedRows, type InputSource, type TrainableModel } from '../../core/training/model'
import { breathe, type TrainingContext } from './trainingContext'

/** Embeddings [rows, embeddingSize] of rows of a source, letting messages in between batches. */
export async function embedMatrix(
  { options, report }: Pick<TrainingContext, 'options' | 'report'>,
  model: Pick<TrainableModel<unknown>, 'embed' | 'embeddingSize'>,
  source: InputSource,
  rows: ArrayLike<number>,
): Promise<Matrix> {
  const sizes = { from: source.rowSize, to: model.embeddingSize }
  const embeddings = await report.timed(embedWork(rows.length, options, sizes), () =>
    embedRows(model, source, rows, breathe),
  )
  return createMatrix(rows.length, model.embeddingSize, embeddings)
}
