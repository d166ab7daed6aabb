import { extractorOfEarlierRuns, type TunedPart } from '../../shared/model/extractor'
import {
  type PlanReason,
  type TrainingOptions,
  type TrainingPlan,
  type TrainingRequest,
  trainingDefaults,
} from '../../shared/model/training'
import type { KeptUnseen } from '../evaluation/keptUnseen'
import { classSizes, countClasses, countImages } from '../evaluation/splitParts'
import { checkEnough, checkTestable, checkTrainable, checkVaried } from './checkSet'
import { chooseAugmentation } from './chooseAugmentation'
import { chooseCandidates, multiplyAddsOf, networksOf } from './chooseCandidates'
import { chooseBatch, chooseSampler, chooseSchedule, checkSampler } from './chooseBatch'
import { checkReach, chooseProxyStart, chooseRecipe } from './chooseLoss'
import {
  chooseEmbeddingSize,
  chooseFeatures,
  chooseLearningRate,
  manyImages,
} from './chooseNetwork'
import { splitOf, splitOfRun } from './chooseSplit'
import { blocksOf, checkTunable, isTuned, tunedPartOf, tuningBytes } from './chooseTuned'
import { type ChosenFeatures, countFeatures } from './features'
import type { PlanInput } from './planInput'
import { foldsOfSizes } from '../starts/heldOutFolds'
import { tuningConstants } from '../starts/startConstants'
import { secondsOfStages } from '../work/work'
import { type RunCounts, workOfRun } from './workOfRun'

export interface PlannedTraining {
  readonly plan: TrainingPlan
  /** For each image 0 (not used), 1 (training) or 2 (test). */
  readonly split: Uint8Array
  /** The sides to be kept with the dataset; null for a split by a shuffle, which nothing keeps. */
  readonly unseen: KeptUnseen | null
  /** What the work of the run is counted from. */
  readonly counts: RunCounts
}

/**
 * Decides everything that the request leaves open from the images there are.
 * @throws AppError noImages, tooFewClasses, noClassWithTwoImages: nothing can be learned;
 *   invalidInput: names or options that do not exist or do not go together
 */
export function planTraining(input: PlanInput): PlannedTraining {
  const { labels, request } = input
  const sizes = classSizes(labels)
  checkEnough(labels.length, sizes)
  checkVaried(input)
  const reasons: PlanReason[] = []
  const plain = plainOptions(request)
  const { network, start } = plain
  if (request.network !== undefined) reasons.push('chosenNetwork')
  else reasons.push(labels.length < manyImages ? 'fewImagesFrozen' : 'manyImagesFrozen')

  const chosen = splitOf(input)
  if (chosen.reason !== null) reasons.push(chosen.reason)
  const { split: kind } = chosen.options
  const seeds = { seed: plain.seed, ...chosen.options }
  const { split, unseen } = splitOfRun(input, seeds)
  const trainSizes = classSizes(labels, split, 1)
  const testSizes = classSizes(labels, split, 2)
  checkTrainable(trainSizes)
  if (unseen !== null && kind !== 'none') checkTestable(kind, testSizes, input)

  const recipe = chooseRecipe(network, request)
  const trained = isTuned(request) ? 'tuned' : network
  const batch = chooseBatch(trainSizes, trained, request, reasons)
  const trainImageCount = countImages(trainSizes)
  if (network === 'frozen' && start === 'lda') reasons.push('ldaStart')
  if (network === 'frozen' && start === 'auto') reasons.push('autoStart')
  const chosenFeatures = chooseFeatures(labels.length, request, input.extractors)
  const { extractor, features } = chosenFeatures
  const tuned = isTuned(request) ? tunedPartOf(chosenFeatures, request.trainedPart) : null
  if (tuned !== null) checkTunable({ request, images: labels.length, tuned, trainSizes, kind })
  const featureCounts = countFeatures(chosenFeatures)
  const sizeOf = (featureSize: number) =>
    request.embeddingSize ?? chooseEmbeddingSize(network, start, trainSizes, featureSize)
  const compared = candidatesOf(input, { trainSizes, kind }, reasons)
  const options: TrainingOptions = {
    ...plain,
    ...recipe,
    ...chooseAugmentation(plain, request, reasons),
    ...batch,
    ...chooseSampler(request),
    ...chooseSchedule(trainSizes, batch, trained, request),
    embeddingSize: sizeOf(featureCounts.featureSize),
    learningRate:
      request.learningRate ??
      (tuned === null
        ? chooseLearningRate(network, trainSizes, kind)
        : tuningConstants.learningRate),
    ...seeds,
    ...chooseProxyStart(network, start, recipe, request),
    ...(extractor.id === extractorOfEarlierRuns ? {} : { extractor: extractor.id }),
    features,
    ...(tuned === null ? {} : { tuned }),
    ...(compared.length === 0
      ? {}
      : {
          candidates: compared.map((one) => ({
            extractor: one.extractor.id,
            features: one.features,
            embeddingSize: sizeOf(countFeatures(one).featureSize),
            multiplyAdds: multiplyAddsOf(one),
            ...tunedOf(one, request),
          })),
        }),
  }
  checkReach(options)
  checkSampler(options, trainSizes, reasons)
  const images = labels.length
  const featuresCached = Math.min(input.featuresCached(features, extractor.id), images)
  const counts: RunCounts = {
    ...{ images, featuresCached, ...featureCounts, trainSizes, testSizes },
    copiesCached: input.copiesCached ?? 0,
    searched: networksOf(compared).map((one) => ({
      ...countFeatures(one),
      featuresCached: Math.min(input.featuresCached(one.features, one.extractor.id), images),
      candidates: one.candidates.map(countFeatures),
    })),
  }
  const plan: TrainingPlan = {
    options,
    imageCount: images,
    trainClassCount: countClasses(trainSizes),
    testClassCount: countClasses(testSizes),
    trainImageCount,
    testImageCount: countImages(testSizes),
    unlabelledCount: labels.length - countImages(sizes),
    leftOutCount: unseen?.leftOut.length ?? 0,
    waitingLabelCount: unseen?.waitingLabels ?? 0,
    featuresCached,
    estimatedSeconds: Math.max(
      1,
      Math.round(secondsOfStages(workOfRun(options, counts), input.speed)),
    ),
    trainableBlocks: network === 'frozen' ? blocksOf(chosenFeatures) : null,
    ...(tuned === null ? {} : { tuning: tuningOf(tuned, options, input) }),
    reasons,
    findings: input.findings ?? [],
  }
  return { plan, split, unseen, counts }
}

/** What a plan has by itself whatever the images, where the request does not say otherwise. */
const plainOptions = (request: TrainingRequest): typeof trainingDefaults => ({
  ...trainingDefaults,
  // null is a choice, undefined is none.
  ...Object.fromEntries(
    Object.entries(request).filter(
      ([name, value]) => name in trainingDefaults && value !== undefined,
    ),
  ),
})

/** What held-out training labels are to choose of; a request for it that comes to nothing says so. */
function candidatesOf(
  { labels, request, extractors }: PlanInput,
  {
    trainSizes,
    kind,
  }: { readonly trainSizes: readonly number[]; readonly kind: TrainingOptions['split'] },
  reasons: PlanReason[],
): readonly ChosenFeatures[] {
  if ((request.quality ?? 'fast') === 'fast') return []
  if ((request.network ?? 'frozen') !== 'frozen') return []
  const found = chooseCandidates(labels.length, request, extractors).filter(
    (one) => !isTuned(request) || blocksOf(one) !== null,
  )
  if (found.length === 0) reasons.push('nothingToCompare')
  else if (foldsOfSizes(trainSizes, kind !== 'byImage') === null) reasons.push('tooFewToCompare')
  else return found
  return []
}

/** The part of a candidate that would be trained: as many blocks, or as many more as its layers lie in. */
function tunedOf(one: ChosenFeatures, request: PlanInput['request']) {
  const { trainedPart } = request
  if (!isTuned(request) || trainedPart === undefined) return {}
  const blocks = trainedPart === 'all' ? 0 : Number(trainedPart.slice('last:'.length))
  const least = blocksOf(one)?.least ?? 0
  const tuned = tunedPartOf(one, blocks > 0 ? `last:${Math.max(blocks, least)}` : trainedPart)
  return tuned === null ? {} : { tuned }
}

function tuningOf(
  tuned: TunedPart,
  options: TrainingOptions,
  { labels, machineBytes }: PlanInput,
): NonNullable<TrainingPlan['tuning']> {
  const { sidePx, channels, multiplyAdds } = tuned
  return {
    bytes: tuningBytes(tuned, options),
    ...(machineBytes === undefined ? {} : { machineBytes }),
    // Pictures themselves are not put there.
    mapBytes: multiplyAdds === 0 ? 0 : 4 * sidePx ** 2 * channels * labels.length,
  }
}
