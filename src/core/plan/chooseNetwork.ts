import type { TrainingOptions, TrainingRequest } from '../../shared/model/training'
import { countClasses, countImages } from '../evaluation/splitParts'
import { headConstants, startConstants } from '../starts/startConstants'
import { dimensionOf, featuresName, tapsOf } from './features'

/** From here on the features are chosen for memory and time. */
export const manyImages = 20_000

/**
 * Which layers of the frozen network. Those before its last blocks know less of ImageNet's classes
 * and tell unseen ones apart better (docs/decisions/0007); with very many images the widest is left
 * out, for memory and time.
 */
export function chooseFeatures(
  imageCount: number,
  { features }: Pick<TrainingRequest, 'features'>,
): string {
  if (features !== undefined) return featuresName(tapsOf(features))
  return imageCount < manyImages ? 'conv12+conv13+conv15' : 'conv12+conv13'
}

/**
 * Of few images all directions that the features have: a narrower view of them would be drawn at
 * random, or leave out what labels never seen need (`startConstants.allDirectionsRows`).
 */
export function chooseEmbeddingSize(
  network: TrainingOptions['network'],
  start: TrainingOptions['start'],
  trainSizes: readonly number[],
  features: string,
): number {
  if (network === 'small') return 128
  const classes = countClasses(trainSizes)
  if (start === 'lda' && classes > startConstants.ldaLabels) return Math.min(512, classes - 1)
  const images = countImages(trainSizes)
  const isWhitened = start === 'auto' || start === 'whitening'
  if (isWhitened && images <= startConstants.allDirectionsRows) return dimensionOf(tapsOf(features))
  return images <= 4000 ? 1024 : 512
}

/** Of Adam, where nobody chose one. */
export const defaultLearningRate = (network: TrainingOptions['network']): number =>
  network === 'frozen' ? headConstants.learningRate : 1e-3

export function chooseLearningRate(
  network: TrainingOptions['network'],
  trainSizes: readonly number[],
  split: TrainingOptions['split'],
): number {
  const rate = defaultLearningRate(network)
  if (network !== 'frozen') return rate
  if (split === 'byImage') return headConstants.byImageRate
  const labels = trainSizes.filter((size) => size >= 2).length
  const share = Math.min(1, labels / headConstants.fullRateLabels)
  return Number((rate * share).toPrecision(2))
}
