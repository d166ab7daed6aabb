import type { MeasuredRetrieval, SweepBaselines } from '../../shared/model/sweep'
import type { RetrievalMetrics, TrainingOptions } from '../../shared/model/training'
import { gatherSteps } from '../inputSource'
import type { Matrix } from '../math/matrix'
import { paceOf, type Steps, walk, walkUnlessCancelled } from '../steps'
import { createHead } from './createHead'
import { createPixelNetwork } from './createPixelNetwork'
import { embedMatrix } from './embedMatrix'
import { fitStart } from './headStart'
import { measureTest } from './measureTest'
import { preparedSource, prepareRows } from './preparedSource'
import type { TrainingContext, TrainingData } from './surroundings'

/** It was asked for, and is null where there were no queries; for the types only. */
export const withInterval = (metrics: RetrievalMetrics): MeasuredRetrieval => ({
  ...metrics,
  mapAtRLow: metrics.mapAtRLow ?? null,
  mapAtRHigh: metrics.mapAtRHigh ?? null,
})

/** What is measured once a sweep. */
export const baselineNames = ['frozen', 'closedForm', 'untrained'] as const
export type BaselineName = (typeof baselineNames)[number]

/**
 * What trainings with a start that is settled are held against, on the test part. Null where it was
 * cancelled.
 * @param save gets the test embeddings of each
 */
export async function measureBaselines(
  context: TrainingContext,
  data: TrainingData,
  save: (name: BaselineName, embeddings: Matrix) => Promise<unknown>,
): Promise<SweepBaselines | null> {
  const { options, backend, report } = context
  const { product } = backend
  const { source, training, test } = data
  const tell = (from: number, to: number) => {
    const partial = report.part('baseline', from, to)
    return (share: number) => partial.share('baseline', share)
  }
  const measure = async (name: BaselineName, embeddings: Matrix, onProgress = tell(0, 1)) => {
    await save(name, embeddings)
    return withInterval(await measureTest(context, embeddings, test.labels, onProgress))
  }
  if (options.network !== 'frozen') {
    const model = createPixelNetwork(context)
    const embeddings = await embedMatrix(context, model, source, test.rows)
    model.dispose()
    return { frozen: null, closedForm: null, untrained: await measure('untrained', embeddings) }
  }
  const walked = <Result>(steps: Steps<Result>, from: number, to: number) =>
    walkUnlessCancelled(steps, paceOf(context, tell(from, to)))
  const features = await walk(gatherSteps(source, test.rows), paceOf(context, tell(0, 0.05)))
  const frozen = await measure('frozen', features, tell(0.05, 0.3))
  // Heads from a random start are held against what needs no training at all.
  const start = options.start === 'random' ? 'lda' : options.start
  const closedOptions = { ...options, start } as const
  const fit = (wanted: TrainingOptions) =>
    fitStart({ ...context, options: wanted }, source, training)
  const fitted = await walked(fit(closedOptions), 0.3, 0.5)
  if (fitted === null) return null
  const closed = await walked(prepareRows(fitted, source, test.rows, product), 0.5, 0.6)
  if (closed === null) return null
  const closedForm = await measure('closedForm', closed, tell(0.6, 0.7))
  const form = start === 'auto' ? {} : { form: start }
  if (options.start !== 'random') return { frozen, closedForm, untrained: null, ...form }
  const standard = await walked(fit(options), 0.7, 0.8)
  if (standard === null) return null
  const prepared = await walked(preparedSource(standard, source, product), 0.8, 0.9)
  if (prepared === null) return null
  const head = createHead(context, standard, 'head')
  const embeddings = await embedMatrix(context, head, prepared, test.rows)
  head.dispose()
  return {
    frozen,
    closedForm,
    untrained: await measure('untrained', embeddings, tell(0.9, 1)),
    ...form,
  }
}
