import type { Matrix } from '../math/matrix'
import { paceOf, partOf, type Steps, walk, walkUnlessCancelled } from '../steps'
import type { Preparation } from '../starts/preparation'
import { gatherSteps, type InputSource } from '../inputSource'
import { savedFeatures } from '../network'
import { foldPreparation } from '../starts/preparation'
import { matrixWork } from '../plan/workAmounts'
import type { LoopDecisions } from './decisions'
import { chooseRate } from './chooseRate'
import { createHead } from './createHead'
import { chooseForm, decideKept } from './decideKept'
import { embedMatrix } from './embedMatrix'
import { findEpoch } from './findEpoch'
import { runLoop } from './followLoop'
import { fitStart } from './headStart'
import { measureTest } from './measureTest'
import { preparedSource } from './preparedSource'
import { partsOfHead } from './partsOfHead'
import type { TrainedModel, TrainingContext, TrainingData } from './surroundings'

/** A linear layer on frozen features, from a closed form or from chance. Null where cancelled early. */
export async function trainHead(
  given: TrainingContext,
  data: TrainingData,
): Promise<TrainedModel | null> {
  const { backend, report } = given
  const { product } = backend
  const { source, training, test } = data
  report.stage('baseline', 0, 1)
  const parts = partsOfHead(given.options, data)
  const partial = (name: keyof typeof parts) => report.part('baseline', ...parts[name])
  const measure = (embeddings: Matrix, onProgress: (share: number) => void) =>
    measureTest(given, embeddings, test.labels, onProgress)
  const tellBefore = partial('before')
  const readingShare = 0.1
  const reading = paceOf(given, (share) => tellBefore.share('baseline', readingShare * share))
  const before = await measure(await walk(gatherSteps(source, test.rows), reading), (share) =>
    tellBefore.share('baseline', readingShare + (1 - readingShare) * share),
  )
  report.post({ kind: 'baseline', before, closedForm: null })
  await given.breathe()

  let decisions = given.resume?.decisions
  const chosen =
    given.options.start === 'auto' && decisions === undefined
      ? await chooseForm({ ...given, report: partial('forms') }, data)
      : null
  const start = chosen?.form ?? decisions?.form
  if (given.options.start === 'auto' && start === undefined) return null
  const context: TrainingContext =
    start === undefined ? given : { ...given, options: { ...given.options, start } }
  const { options } = context

  const begin = async () => {
    const fitting = function* (): Steps<readonly [Preparation, InputSource]> {
      const preparation = yield* partOf(fitStart(context, source, training), 0, 0.6)
      const work = matrixWork(source.rows, source.rowSize, options.embeddingSize)
      const preparing = report.timedSteps(work, preparedSource(preparation, source, product))
      return [preparation, yield* partOf(preparing, 0.6, 1)]
    }
    const tellStart = partial('start')
    const pace = paceOf(context, (share) => tellStart.share('baseline', share))
    const fitted = await walkUnlessCancelled(fitting(), pace)
    if (fitted === null) return null
    const [preparation, prepared] = fitted
    return { preparation, prepared, model: createHead(context, preparation, 'head') }
  }
  // Both the start and the choice of the epoch need much memory: together only where they must be.
  let started: Awaited<ReturnType<typeof begin>> = null
  if (decisions === undefined) {
    if (options.learningRate === 'find') {
      started = await begin()
      if (started === null) return null
    }
    const searching = { ...context, report: partial('rate') }
    const learningRate = await chooseRate(
      searching,
      started === null ? null : { model: started.model, source: started.prepared, training },
    )
    const selecting = { ...context, report: partial('selection') }
    const found: Omit<LoopDecisions, 'learningRate'> =
      chosen !== null && context.keepsBest === true
        ? { form: chosen.form, ...(await decideKept(selecting, data, chosen, learningRate)) }
        : await findEpoch(selecting, data, learningRate)
    decisions = { learningRate, ...found }
  }
  if (context.interruption.isCancelled) {
    started?.model.dispose()
    return null
  }
  started ??= await begin()
  if (started === null) return null
  const { preparation, prepared, model } = started
  let closedForm: TrainedModel['closedForm'] = null
  if (options.start !== 'random') {
    const tellClosed = partial('closedForm')
    const embeddings = await embedMatrix(context, model, prepared, test.rows)
    closedForm = await measure(embeddings, (share) => tellClosed.share('baseline', share))
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
  let trained: TrainedModel['before'] | null = null
  if (kept !== null) {
    const count = test.rows.length
    report.stage('embedding', 0, count)
    trained = await measure(await embedMatrix(context, model, prepared, test.rows), (share) =>
      report.progress('embedding', share * count, count),
    )
  }
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
