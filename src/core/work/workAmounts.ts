import type { TrainingOptions } from '../../shared/model/training'
import { intervalRounds } from '../evaluation/bootstrap'
import { mostPairsAsked } from '../evaluation/retrieval'
import { residualMultiplyAdds } from '../network/graph/residualStructure'
import { startConstants } from '../starts/startConstants'
import { addAmounts, type WorkAmounts } from './work'

/**
 * Multiply-adds that take as long as what is done besides the product with each distance: it is
 * ranked, or held against the best so far. Measured on two cores; rough is enough.
 */
const besidesPair = { comparing: 1500, mining: 500 }
/** The same with each query drawn for an interval. */
const besidesDraw = 500
/** The same with a whole comparison, however small. */
const besidesCall = 2e8
/** The same with each number of a row that is embedded: it is read and copied. */
const besidesNumber = 64

const billion = 1e9

/** The work of retrieval among `rows`; of very many queries a sample is asked. */
export function compareWork(
  { queries, rows, size }: { queries: number; rows: number; size: number },
  hasInterval = false,
): WorkAmounts {
  const asked = Math.min(queries, Math.floor(mostPairsAsked / Math.max(1, rows)))
  const drawn = hasInterval ? asked * intervalRounds * besidesDraw : 0
  const pairs = asked * rows * (size + besidesPair.comparing)
  return { comparing: (pairs + drawn + besidesCall) / billion }
}

/** The work of asking held-out images among all that have a label, and of their own pairs, twice. */
export const predictionWork = (sizes: {
  readonly queries: number
  readonly rows: number
  readonly size: number
}): WorkAmounts => {
  const ofPairs = compareWork({ ...sizes, rows: sizes.queries })
  return addAmounts(compareWork(sizes, true), ofPairs, ofPairs)
}

/** The work of triplets mined in embeddings [rows, size]. */
export const mineWork = (anchors: number, rows: number, size: number): WorkAmounts => ({
  mining: (anchors * rows * (size + besidesPair.mining)) / billion,
})

/** The work of `rows` through a matrix [from, to]. */
export const matrixWork = (rows: number, from: number, to: number): WorkAmounts => ({
  embedding: (rows * from * (to + besidesNumber)) / billion,
})

/** Of a picture in pictures of 64 x 64 pixels. */
const area = (sidePx: number): number => (sidePx / 64) ** 2

type NetworkSize = Pick<
  TrainingOptions,
  'network' | 'imageSizePx' | 'networkDepth' | 'networkWidth' | 'tuned'
>

const multiplyAddsOf = ({ networkDepth, networkWidth, imageSizePx }: NetworkSize): number =>
  residualMultiplyAdds({ depth: networkDepth, width: networkWidth }, imageSizePx)

/** The work of `rows` through a model, as it is embedded with or measured. */
export function embedWork(
  rows: number,
  options: NetworkSize,
  sizes: { readonly from: number; readonly to: number },
): WorkAmounts {
  const { tuned } = options
  if (tuned !== undefined) return { tunedEmbedding: (rows * tuned.ownMultiplyAdds) / 1000 }
  switch (options.network) {
    case 'frozen':
      return matrixWork(rows, sizes.from, sizes.to)
    case 'small':
      return { pixelEmbedding: rows * area(options.imageSizePx) }
    case 'residual':
      return { residualEmbedding: (rows * multiplyAddsOf(options)) / billion }
  }
}

/** The work of training steps; that of a head grows with its matrix. */
export function stepWork(
  steps: number,
  options: NetworkSize &
    Pick<TrainingOptions, 'embeddingSize' | 'classesPerBatch' | 'imagesPerClass'>,
): WorkAmounts {
  const images = steps * options.classesPerBatch * options.imagesPerClass
  const { tuned } = options
  if (tuned !== undefined) return { tuningSteps: (images * tuned.ownMultiplyAdds) / 1000 }
  switch (options.network) {
    case 'frozen':
      return { headSteps: images * Math.max(1, (options.embeddingSize / 400) ** 1.5) }
    case 'small':
      return { pixelSteps: images * area(options.imageSizePx) }
    case 'residual':
      return { residualSteps: (images * multiplyAddsOf(options)) / billion }
  }
}

type StartOptions = Pick<TrainingOptions, 'start' | 'embeddingSize'>

/**
 * The work of fitting what a head starts from on `rows`.
 * @param d numbers in a row of features, here and below
 */
export function startWork(rows: number, { start, embeddingSize }: StartOptions, d: number) {
  const size = Math.min(d, embeddingSize)
  if (start === 'random') return matrixWork(rows, d, 1)
  const principal = Math.min(rows, startConstants.principalRows)
  const hasPrincipal = start !== 'pca' && start !== 'analysis' && rows > size && size < d
  const eigen = hasPrincipal ? startConstants.eigenTimes * principal ** 2 * size : 0
  return { closedForms: (rows * d * d + d ** 3 + size * d * d + eigen) / billion } as WorkAmounts
}

/** The work of both closed forms on a fold: rows taken out of the sums, and rows seen through them. */
export function foldWork(heldOut: number, asked: number, d: number): WorkAmounts {
  return { closedForms: ((heldOut + asked) * d * d + d ** 3) / billion }
}

/** The work of the sums that folds are taken out of. */
export function scatterWork(rows: number, d: number): WorkAmounts {
  return { closedForms: (rows * d * d) / billion }
}

/** The work of reading cached features of `rows`. */
export const readWork = (rows: number, d: number): WorkAmounts => ({
  reading: (rows * d) / 1e6,
})
