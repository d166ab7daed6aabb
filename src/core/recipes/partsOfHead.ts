import { expectedSteps } from '../loop/schedule'
import { startConstants } from '../starts/startConstants'
import type { TrainingOptions } from '../../shared/model/training'
import { partsOf } from '../steps'
import type { TrainingData } from './surroundings'

/** Comparisons of a measurement, at most; see `RetrievalOptions.mostPairs`. */
const mostPairs = 2.5e8
/** What ranking takes of a comparison, in multiplications of a product. */
const rankingWork = 700

/**
 * The parts of finding the start and how long to train, as shares of the whole: by the
 * multiplications that each takes.
 */
export function partsOfHead(
  options: TrainingOptions,
  { source, training, test }: TrainingData,
): ReturnType<typeof partsOf<'before' | 'forms' | 'rate' | 'selection' | 'start' | 'closedForm'>> {
  const { start, network, learningRate, classesPerBatch, imagesPerClass } = options
  const d = source.rowSize
  const s = Math.min(options.embeddingSize, d)
  const count = training.rows.length
  const measuring = (rows: number, size: number, queries = rows) =>
    Math.min(queries * rows, mostPairs) * (size + rankingWork)
  const fitting = (rows: number) =>
    rows * d * (d / 2 + s) + d ** 3 + 12 * Math.min(rows, startConstants.principalRows) ** 3
  const sampled = Math.min(count, startConstants.mostRowsByLabel)
  const { folds } = startConstants
  const held = count / folds
  const stepWork = 12 * classesPerBatch * imagesPerClass * s * s
  return partsOf({
    before: measuring(test.rows.length, d),
    forms:
      start === 'auto'
        ? sampled * d * d + folds * (d ** 3 / 2 + 3 * measuring(sampled / folds, d))
        : 0,
    rate: learningRate === 'find' ? 100 * stepWork : 0,
    selection:
      fitting(count - held) +
      expectedSteps(options) * stepWork +
      measuring(held, d) +
      (options.epochs + 1) * measuring(held, s),
    start: fitting(count) + source.rows * d * s,
    closedForm: start === 'random' || network !== 'frozen' ? 0 : measuring(test.rows.length, s),
  })
}
