import type { Matrix } from '../math/matrix'
import { paceOf, walk } from '../steps'
import type { Evaluation } from '../loop/loopInput'
import { measureHistogram } from '../evaluation/histogram'
import { intervalSteps, measureSteps } from '../evaluation/measureRetrieval'
import type { RetrievalMetrics } from '../../shared/model/training'
import { compareWork } from '../work/workAmounts'
import type { TrainingContext } from './surroundings'

export type MeasuringContext = Pick<
  TrainingContext,
  'backend' | 'interruption' | 'random' | 'report' | 'now' | 'breathe'
>

/**
 * Retrieval on the test part with its interval, in steps: a pause holds it, and where the training
 * is cancelled it ends with the queries that were asked by then. The same queries are drawn for
 * each interval of a run, so that they compare.
 * @param embeddings [n, d]
 */
export function measureTest(
  context: MeasuringContext,
  embeddings: Matrix,
  labels: Int32Array,
  onProgress?: (share: number) => void,
): Promise<RetrievalMetrics> {
  const random = context.random.fork('interval')
  return context.report.timed(compareWork(sizesOf(embeddings), true), () =>
    walk(
      intervalSteps(embeddings, labels, optionsOf(context, random)),
      paceOf(context, onProgress),
    ),
  )
}

/** Retrieval without an interval, as `measureTest` does it. */
export const measureQuietly = (
  context: MeasuringContext,
  embeddings: Matrix,
  labels: Int32Array,
  onProgress?: (share: number) => void,
): Promise<RetrievalMetrics> =>
  context.report.timed(compareWork(sizesOf(embeddings)), () =>
    walk(
      measureSteps(embeddings, labels, optionsOf(context, context.random)),
      paceOf(context, onProgress),
    ),
  )

/** What the loop is told of embeddings of its evaluation rows. */
export async function evaluationOf(
  context: MeasuringContext & Pick<TrainingContext, 'options'>,
  embeddings: Matrix,
  labels: Int32Array,
): Promise<Omit<Evaluation, 'selection'>> {
  const { options, random } = context
  return {
    metrics: await measureQuietly(context, embeddings, labels),
    histogram: measureHistogram(embeddings, labels, options.distance, random.fork('pairs')),
  }
}

/** Labels of one image ask for nothing; they are few. */
const sizesOf = ({ rows, columns }: Matrix) => ({ queries: rows, rows, size: columns })

const optionsOf = (
  { backend, interruption }: MeasuringContext,
  random: TrainingContext['random'],
) => ({ product: backend.product, random, isEnough: () => interruption.isCancelled })
