import { createMatrix, type Matrix } from '../../core/math/matrix'
import { embedRows, type InputSource, type TrainableModel } from '../../core/training/model'
import { breathe } from './trainingContext'

/** Embeddings [rows, embeddingSize] of rows of a source, letting messages in between batches. */
export async function embedMatrix(
  model: Pick<TrainableModel<unknown>, 'embed' | 'embeddingSize'>,
  source: InputSource,
  rows: ArrayLike<number>,
): Promise<Matrix> {
  const embeddings = await embedRows(model, source, rows, breathe)
  return createMatrix(rows.length, model.embeddingSize, embeddings)
}
