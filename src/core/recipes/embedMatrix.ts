import { breatheUnlessPaused } from '../steps'
import { createMatrix, type Matrix } from '../math/matrix'
import { embedWork } from '../work/workAmounts'
import type { InputSource } from '../inputSource'
import { embedRows, type TrainableModel } from '../loop/model'
import type { TrainingContext } from './surroundings'

/** Embeddings [rows, embeddingSize] of rows of a source; between batches messages come in. */
export async function embedMatrix(
  context: Pick<TrainingContext, 'options' | 'report' | 'interruption' | 'now' | 'breathe'>,
  model: Pick<TrainableModel<unknown>, 'embed' | 'embeddingSize'>,
  source: InputSource,
  rows: ArrayLike<number>,
): Promise<Matrix> {
  const { options, report } = context
  const sizes = { from: source.rowSize, to: model.embeddingSize }
  const embeddings = await report.timed(embedWork(rows.length, options, sizes), () =>
    embedRows(model, source, rows, breatheUnlessPaused(context)),
  )
  return createMatrix(rows.length, model.embeddingSize, embeddings)
}
