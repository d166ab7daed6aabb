import { createMatrix, type Matrix } from '../../core/math/matrix'
import type { SavedModel } from '../../core/network'
import { measureWithInterval } from '../../core/training/measure'
import { embedRows } from '../../core/training/model'
import { foldPreparation } from '../../core/training/preparation'
import { chooseRate } from './chooseRate'
import { createHead } from './createHead'
import { findEpoch } from './findEpoch'
import { runLoop } from './followLoop'
import { prepareHead } from './headStart'
import { gather } from './measured'
import { preparedSource } from './preparedSource'
import {
  breathe,
  type TrainedModel,
  type TrainingContext,
  type TrainingData,
} from './trainingContext'

/** A linear layer on frozen features, from a closed form or from chance. Null where cancelled early. */
export async function trainHead(
  context: TrainingContext,
  data: TrainingData,
): Promise<TrainedModel | null> {
  const { options, backend, report } = context
  const { product } = backend
  const { source, training, test } = data
  report.stage('baseline', 0, 1)
  // The same queries are drawn again for each, so that their intervals compare.
  const measure = (embeddings: Matrix) =>
    measureWithInterval(embeddings, test.labels, product, context.random.fork('interval'))
  const before = measure(gather(source, test.rows))
  report.post({ kind: 'baseline', before, closedForm: null })
  await breathe()

  const start = () => {
    const { prepare = prepareHead } = context
    const preparation = prepare(source, training, options, context.random.fork('start'), product)
    const prepared = preparedSource(preparation, source, product)
    return { preparation, prepared, model: createHead(context, preparation, 'head') }
  }
  // Both the start and the choice of the epoch need much memory: together only where they must be.
  let started = options.learningRate === 'find' ? start() : null
  const learningRate = await chooseRate(
    context,
    started === null ? null : { model: started.model, source: started.prepared, training },
  )
  const wanted = await findEpoch(context, data, learningRate)
  if (context.interruption.isCancelled) {
    started?.model.dispose()
    return null
  }
  started ??= start()
  const { preparation, prepared, model } = started
  let closedForm: TrainedModel['closedForm'] = null
  if (options.start !== 'random') {
    const start = createMatrix(test.rows.length, model.embeddingSize)
    start.data.set(await embedRows(model, prepared, test.rows, breathe))
    closedForm = measure(start)
    report.post({ kind: 'baseline', before, closedForm })
  }
  const toSaved = (state: SavedModel) => foldPreparation(preparation, state, product)
  // Earlier than the epoch found is nearer to it the later it is; after it, the other way round.
  const select = wanted === null ? null : (epoch: number) => -Math.abs(epoch - wanted)
  const work = { model, source: prepared, training, test, learningRate, select, toSaved }
  const ended = await runLoop(context, work)
  const saved = toSaved(model.snapshot())
  model.dispose()
  return { saved, before, closedForm, ended }
}
