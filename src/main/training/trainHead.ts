import type { Matrix } from '../../core/math/matrix'
import { foldPreparation } from '../../core/training/preparation'
import { chooseRate } from './chooseRate'
import { createHead } from './createHead'
import { embedMatrix } from './embedMatrix'
import { findEpoch } from './findEpoch'
import { runLoop } from './followLoop'
import { prepareHead } from './headStart'
import { gather } from './measured'
import { measureTest } from './measureTest'
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
  const measure = (embeddings: Matrix) => measureTest(context, embeddings, test.labels)
  const before = await measure(gather(source, test.rows))
  report.post({ kind: 'baseline', before, closedForm: null })
  await breathe()

  const start = () => {
    const { prepare = prepareHead } = context
    const preparation = prepare(source, training, options, context.random.fork('start'), product)
    const prepared = preparedSource(preparation, source, product)
    return { preparation, prepared, model: createHead(context, preparation, 'head') }
  }
  // Both the start and the choice of the epoch need much memory: together only where they must be.
  let started: ReturnType<typeof start> | null = null
  let decisions = context.resume?.decisions
  if (decisions === undefined) {
    if (options.learningRate === 'find') started = start()
    const learningRate = await chooseRate(
      context,
      started === null ? null : { model: started.model, source: started.prepared, training },
    )
    decisions = { learningRate, ...(await findEpoch(context, data, learningRate)) }
  }
  if (context.interruption.isCancelled) {
    started?.model.dispose()
    return null
  }
  started ??= start()
  const { preparation, prepared, model } = started
  let closedForm: TrainedModel['closedForm'] = null
  if (options.start !== 'random') {
    closedForm = await measure(await embedMatrix(model, prepared, test.rows))
    report.post({ kind: 'baseline', before, closedForm })
  }
  // Earlier than the epoch found is nearer to it the later it is; after it, the other way round.
  const { wantedEpoch } = decisions
  const select = wantedEpoch === null ? null : (epoch: number) => -Math.abs(epoch - wantedEpoch)
  const ended = await runLoop(context, {
    model,
    source: prepared,
    training,
    test,
    decisions,
    select,
  })
  const saved = foldPreparation(preparation, model.snapshot(), product)
  model.dispose()
  return { saved, before, closedForm, validation: decisions.validation, ended }
}
