import type { ExtractorDescription } from '../../shared/model/extractor'
import type { TrainingOptions, TrainingRequest } from '../../shared/model/training'
import { countClasses, countImages } from '../evaluation/splitParts'
import { defaultLearningRate, headConstants, startConstants } from '../starts/startConstants'
import { type ChosenFeatures, featuresName, findExtractor, layersOf } from './features'

/** From here on the features are chosen for memory and time. */
export const manyImages = 20_000

/**
 * The network that the request names, else the first that has the layers it names, else the first
 * of all; and which of its layers: with very many images fewer numbers, for memory and time.
 * @throws AppError invalidInput where there is no such network, or no such layer in it
 */
export function chooseFeatures(
  imageCount: number,
  request: Pick<TrainingRequest, 'extractor' | 'features'>,
  extractors: readonly ExtractorDescription[],
): ChosenFeatures {
  const named = request.extractor ?? firstWith(request.features, extractors)?.id
  const extractor = findExtractor(extractors, named ?? extractors[0]?.id)
  const { usual, ofManyImages } = extractor.defaultLayers
  const wanted = request.features ?? (imageCount < manyImages ? usual : ofManyImages)
  return { extractor, features: featuresName(layersOf(extractor, wanted)) }
}

/** Requests of versions with one network name its layers and not the network. */
function firstWith(
  features: string | undefined,
  extractors: readonly ExtractorDescription[],
): ExtractorDescription | undefined {
  const names = features?.split('+').map((name) => name.trim()) ?? []
  return extractors.find(({ layers }) => {
    return names.every((name) => layers.some((layer) => layer.name === name))
  })
}

/**
 * Of few images all directions that the features have: a narrower view of them would be drawn at
 * random, or leave out what labels never seen need. Of more the principal ones, which find more than
 * all do, and cost less (`startConstants.allDirectionsRows`).
 */
export function chooseEmbeddingSize(
  network: TrainingOptions['network'],
  start: TrainingOptions['start'],
  trainSizes: readonly number[],
  featureSize: number,
): number {
  if (network !== 'frozen') return 128
  const classes = countClasses(trainSizes)
  if (start === 'lda' && classes > startConstants.ldaLabels) return Math.min(512, classes - 1)
  const images = countImages(trainSizes)
  const isWhitened = start === 'auto' || start === 'whitening'
  if (isWhitened) {
    const { allDirectionsRows, principalDirections } = startConstants
    return images <= allDirectionsRows ? featureSize : Math.min(featureSize, principalDirections)
  }
  return images <= 4000 ? 1024 : 512
}

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
