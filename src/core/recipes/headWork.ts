import { expectedSteps } from '../loop/schedule'
import { startConstants } from '../starts/startConstants'
import type { TrainingOptions } from '../../shared/model/training'
import { countCopies } from '../inputSource'
import { rateSearchSteps } from './rateSearch'
import type { TrainingData } from './surroundings'

/** Comparisons of a measurement, at most; see `RetrievalOptions.mostPairs`. */
const mostPairs = 2.5e8
/** What ranking takes of a comparison, in multiplications of a product. */
const rankingWork = 700

/**
 * What the stages before a head is trained take, in multiplications. A search of the rate needs the
 * start, which is then fitted with it.
 */
export function workOfHead(options: TrainingOptions, { source, training, test }: TrainingData) {
  const { start, learningRate, classesPerBatch, imagesPerClass } = options
  const d = source.rowSize
  const s = Math.min(options.embeddingSize, d)
  const count = training.rows.length
  const measuring = (rows: number, size: number, queries = rows) =>
    Math.min(queries * rows, mostPairs) * (size + rankingWork)
  const copies = source.copies?.each ?? 0
  const fitting = (images: number) => {
    const rows = images * (1 + copies)
    return rows * d * (d / 2 + s) + d ** 3 + 12 * Math.min(rows, startConstants.principalRows) ** 3
  }
  const sampled = Math.min(count, startConstants.mostRowsByLabel)
  const { folds } = startConstants
  const held = count / folds
  const choosing = (versions: number) =>
    sampled * (1 + versions) * d * d + folds * (d ** 3 / 2 + 3 * measuring(sampled / folds, d))
  const stepWork = 12 * classesPerBatch * imagesPerClass * s * s
  const beginning = fitting(count) + (source.rows + countCopies(source.copies)) * d * s
  const isSearched = learningRate === 'find'
  return {
    features: measuring(test.rows.length, d),
    form: start === 'auto' ? choosing(0) + (copies > 0 ? choosing(copies) : 0) : 0,
    rate: isSearched ? beginning + rateSearchSteps * stepWork : 0,
    epoch:
      fitting(count - held) +
      expectedSteps(options) * stepWork +
      measuring(held, d) +
      (options.epochs + 1) * measuring(held, s),
    start: isSearched ? 0 : beginning,
    closedForm: start === 'random' ? 0 : measuring(test.rows.length, s),
  }
}
