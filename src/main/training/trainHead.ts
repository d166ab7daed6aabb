import type { Matrix } from '../../core/math/matrix'
import { savedFeatures } from '../../core/network'
import { foldPreparation } from '../../core/training/preparation'
import { matrixWork } from '../../core/training/workAmounts'
import type { LoopDecisions } from './checkpoint'
import { chooseRate } from './chooseRate'
import { createHead } from './createHead'
import { chooseForm, decideKept } from './decideKept'
import { embedMatrix } from './embedMatrix'
import { findEpoch } from './findEpoch'
import { runLoop } from './followLoop'
import { fitStart } from './headStart'
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
  given: TrainingContext,
  data: TrainingData,
): Promise<TrainedModel | null> {
  const { backend, report } = given
  const { product } = backend
  const { source, training, test } = data
  report.stage('baseline', 0, 1)
  const measure = (embeddings: Matrix) => measureTest(given, embeddings, test.labels)
  const before = await measure(gather(source, test.rows))
  report.post({ kind: 'baseline', before, closedForm: null })
  await breathe()

  let decisions = given.resume?.decisions
  const chosen =
    given.options.start === 'auto' && decisions === undefined ? await chooseForm(given, data) : null
  const start = chosen?.form ?? decisions?.form
  if (given.options.start === 'auto' && start === undefined) return null
  const context: TrainingContext =
    start === undefined ? given : { ...given, options: { ...given.options, start } }
  const { options } = context

  const begin = () => {
    const preparation = fitStart(context, source, training)
    const work = matrixWork(source.rows, source.rowSize, options.embeddingSize)
    const prepared = report.timedNow(work, () => preparedSource(preparation, source, product))
    return { preparation, prepared, model: createHead(context, preparation, 'head') }
  }
  // Both the start and the choice of the epoch need much memory: together only where they must be.
  let started: ReturnType<typeof begin> | null = null
  if (decisions === undefined) {
    if (options.learningRate === 'find') started = begin()
    const learningRate = await chooseRate(
      context,
      started === null ? null : { model: started.model, source: started.prepared, training },
    )
    const found: Omit<LoopDecisions, 'learningRate'> =
      chosen !== null && context.keepsBest === true
        ? { form: chosen.form, ...(await decideKept(context, data, chosen, learningRate)) }
        : await findEpoch(context, data, learningRate)
    decisions = { learningRate, ...found }
  }
  if (context.interruption.isCancelled) {
    started?.model.dispose()
    return null
  }
  started ??= begin()
  const { preparation, prepared, model } = started
  let closedForm: TrainedModel['closedForm'] = null
  if (options.start !== 'random') {
    closedForm = await measure(await embedMatrix(context, model, prepared, test.rows))
    report.post({ kind: 'baseline', before, closedForm })
  }
  const { wantedEpoch, kept = null } = decisions
  const beginning = kept?.what === 'closedForm' ? model.snapshot() : null
  // Earlier than the epoch found is nearer to it the later it is; after it, the other way round.
  const select = wantedEpoch === null ? null : (epoch: number) => -Math.abs(epoch - wantedEpoch)
  const ended = await runLoop(context, {
    model,
    source: prepared,
    training,
    test,
    decisions,
    select,
  })
  const trained =
    kept === null ? null : await measure(await embedMatrix(context, model, prepared, test.rows))
  const saved =
    kept?.what === 'features'
      ? savedFeatures(source.rowSize)
      : foldPreparation(preparation, beginning ?? model.snapshot(), product)
  model.dispose()
  return {
    saved,
    before,
    closedForm,
    validation: decisions.validation,
    ended: kept === null || kept.what === 'trained' ? ended : { ...ended, bestEpoch: 0 },
    kept: kept === null || trained === null ? null : { ...kept, trained },
  }
}
