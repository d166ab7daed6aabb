import { AppError } from '../../shared/errors'
import type { SetFinding } from '../../shared/model/findings'
import {
  type Component,
  type PlanReason,
  type TrainingOptions,
  type TrainingPlan,
  type TrainingRequest,
  unchosenOptions,
} from '../../shared/model/training'
import { type KeptUnseen, keepUnseen, type KnownSides } from '../evaluation/keptUnseen'
import { losses } from '../losses'
import { readLoss } from '../objective/settings'
import { incompatibility, outOfReach, unsuited } from '../objective/compatibility'
import { createRandom } from '../math/random'
import { miners } from '../miners'
import { reducers } from '../reducers'
import { regularizers } from '../regularizers'
import { resolveOptions, type ComponentChoice } from '../registry/options'
import { samplers } from '../samplers'
import {
  lossesOfClasses,
  innermostLoss,
  type LossOptions,
  lossOfRun,
} from '../objective/lossChoice'
import { dimensionOf, featuresName, tapsOf } from './features'
import { defaultSampler, samplerProblem } from '../loop/samplerFit'
import { picturesOfClasses } from '../findings/setFindings'
import { classSizes, splitRows } from '../evaluation/splitParts'
import { headConstants, startConstants } from '../starts/startConstants'
import { secondsOfStages, type WorkSpeeds } from './work'
import { type RunCounts, workOfRun } from './workOfRun'

export interface PlanInput {
  /** For each image the number of its class, from 0; -1 without a label or excluded. */
  readonly labels: Int32Array
  /** For each image a number that near-duplicates share; absent: none are known. */
  readonly groups?: Uint32Array
  /** What each class is known by, whatever its number; absent: its number. */
  readonly labelKeys?: readonly string[]
  /** What each image shows, the same for near-duplicates; absent: nothing else shows it. */
  readonly contents?: readonly string[]
  /** What is wrong with the set (`findingsOfContents`); absent: nothing is known. */
  readonly findings?: readonly SetFinding[]
  /** The contents of the files; absent: all differ. */
  readonly images?: { readonly sha256: readonly string[] }
  /** What the dataset keeps unseen; absent: nothing was decided yet. */
  readonly kept?: KeptChoice
  readonly request: TrainingRequest
  /** Of how many images these features (see `tapsOf`) are in the cache. */
  readonly featuresCached: (features: string) => number
  readonly speed: WorkSpeeds
}

/** What was decided of a dataset's split before. */
export interface KeptChoice {
  /** Where the request names none. */
  readonly splitSeed: number
  /** Its labels were divided by class before: few labels more or less do not change the kind. */
  readonly isByClass: boolean
  /** Of the kind, share and seed that this plan comes to (`splitOf`). */
  readonly known?: KnownSides
}

/** Of a dataset of which nothing was decided. */
export const neverKept: KeptChoice = { splitSeed: 1, isByClass: false }

export interface PlannedTraining {
  readonly plan: TrainingPlan
  /** For each image 0 (not used), 1 (training) or 2 (test). */
  readonly split: Uint8Array
  /** The sides to be kept with the dataset; null for a split by a shuffle, which nothing keeps. */
  readonly unseen: KeptUnseen | null
  /** What the work of the run is counted from. */
  readonly counts: RunCounts
}

const manyImages = 20_000
const defaultTestShare = 0.2

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
  const network = request.network ?? 'frozen'
  if (request.network !== undefined) reasons.push('chosenNetwork')
  else reasons.push(labels.length < manyImages ? 'fewImagesFrozen' : 'manyImagesFrozen')

  const chosen = splitOf(input)
  if (chosen.reason !== null) reasons.push(chosen.reason)
  const { split: kind } = chosen.options
  const seeds = { seed: request.seed ?? 1, ...chosen.options }
  const { split, unseen } = splitOfRun(input, seeds)
  const trainSizes = classSizes(labels, split, 1)
  const testSizes = classSizes(labels, split, 2)
  checkTrainable(trainSizes)
  if (unseen !== null && kind !== 'none') checkTestable(kind, testSizes, input)

  const recipe = chooseRecipe(network, request)
  const batch = chooseBatch(trainSizes, network, request, reasons)
  const trainImageCount = sum(trainSizes)
  const start = request.start ?? 'auto'
  if (network === 'frozen' && start === 'lda') reasons.push('ldaStart')
  if (network === 'frozen' && start === 'auto') reasons.push('autoStart')
  const features = chooseFeatures(labels.length, request)
  const options: TrainingOptions = {
    network,
    ...recipe,
    ...batch,
    ...chooseSampler(request),
    ...chooseSchedule(trainSizes, batch, network, request),
    embeddingSize:
      request.embeddingSize ?? chooseEmbeddingSize(network, start, trainSizes, features),
    learningRate: request.learningRate ?? chooseLearningRate(network, trainSizes, kind),
    imageSizePx: request.imageSizePx ?? 64,
    ...seeds,
    backend: request.backend ?? 'auto',
    start,
    ...chooseProxyStart(network, start, recipe, request),
    features,
    ...chooseSteps(request),
  }
  checkReach(options)
  checkSampler(options, trainSizes, reasons)
  const featuresCached = Math.min(input.featuresCached(options.features), labels.length)
  const counts: RunCounts = { images: labels.length, featuresCached, trainSizes, testSizes }
  const plan: TrainingPlan = {
    options,
    imageCount: labels.length,
    trainClassCount: countClasses(trainSizes),
    testClassCount: countClasses(testSizes),
    trainImageCount,
    testImageCount: sum(testSizes),
    unlabelledCount: labels.length - sum(sizes),
    leftOutCount: unseen?.leftOut.length ?? 0,
    waitingLabelCount: unseen?.waitingLabels ?? 0,
    featuresCached,
    estimatedSeconds: Math.max(
      1,
      Math.round(secondsOfStages(workOfRun(options, counts), input.speed)),
    ),
    reasons,
    findings: input.findings ?? [],
  }
  return { plan, split, unseen, counts }
}

type SplitOptions = Pick<
  TrainingOptions,
  'split' | 'testShare' | 'splitSeed' | 'splitBy' | 'unseenLabels'
>

/** The kind, share and seed of the split that a request comes to, and why where it was not chosen. */
export function splitOf({
  labels,
  request,
  kept,
  contents,
}: Pick<PlanInput, 'labels' | 'request' | 'kept' | 'contents'>): {
  readonly options: SplitOptions
  readonly reason: PlanReason | null
} {
  const { testShare = defaultTestShare, splitBy = 'hash', unseenLabels } = request
  const named = unseenLabels === undefined ? {} : { unseenLabels }
  const reasons: PlanReason[] = []
  const split =
    request.split ??
    (unseenLabels === undefined
      ? chooseSplit(
          classSizes(labels),
          () => picturesOfClasses(labels, contents),
          kept?.isByClass === true,
          reasons,
        )
      : 'byClass')
  const reason = reasons[0] ?? null
  if (splitBy === 'shuffle') {
    const { splitSeed } = request
    const seeds = splitSeed === undefined ? {} : { splitSeed }
    return { options: { split, testShare, ...seeds }, reason }
  }
  const splitSeed = request.splitSeed ?? kept?.splitSeed ?? 1
  return { options: { split, testShare, splitSeed, splitBy, ...named }, reason }
}

/**
 * For each image 0 (not used), 1 (training) or 2 (test); the same for the same images, options and
 * known sides. Runs of earlier versions were divided by a shuffle of their labels and still are.
 */
export function splitOfRun(
  {
    labels,
    groups,
    labelKeys = Array.from(classSizes(labels).keys(), String),
    contents = Array.from(
      labels,
      (_, i) => `${groups === undefined ? 'image' : 'group'} ${groups?.[i] ?? i}`,
    ),
    kept,
  }: Pick<PlanInput, 'labels' | 'groups' | 'labelKeys' | 'contents' | 'kept'>,
  options: Pick<TrainingOptions, 'split' | 'testShare' | 'seed' | 'splitSeed' | 'splitBy'>,
): Pick<PlannedTraining, 'split' | 'unseen'> {
  const { split: kind, testShare, seed, splitSeed = seed, splitBy } = options
  if (splitBy !== 'hash') {
    const random = createRandom(splitSeed).fork('split')
    return { split: splitRows({ labels, groups, kind, testShare, random }), unseen: null }
  }
  const unseen = keepUnseen({
    kind,
    labels,
    labelKeys,
    contents,
    testShare,
    seed: splitSeed,
    ...(kept?.known === undefined ? {} : { known: kept.known }),
  })
  return { split: unseen.parts, unseen }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

function checkEnough(imageCount: number, sizes: readonly number[]): void {
  if (imageCount === 0) {
    throw new AppError(
      'noImages',
      'There are no images to train on. Choose a folder that holds images, one sub-folder a label.',
    )
  }
  const classCount = countClasses(sizes)
  if (classCount < 2) {
    throw new AppError(
      'tooFewClasses',
      classCount === 0
        ? 'None of the images has a label. Put them into one sub-folder per label, add a labels.csv, or label some in the library; two labels are needed.'
        : 'All labelled images have the same label. Training learns what tells labels apart: give it at least two.',
      { classes: classCount },
    )
  }
  checkTrainable(sizes)
}

/** @throws AppError noVariation where all labelled images are one file */
function checkVaried({ labels, images }: PlanInput): void {
  if (images === undefined) return
  let count = 0
  let known = ''
  for (const [image, label] of labels.entries()) {
    if (label < 0) continue
    const sha256 = images.sha256[image]!
    if (count > 0 && sha256 !== known) return
    known = sha256
    count++
  }
  throw new AppError(
    'noVariation',
    `All ${count} labelled images are copies of one file, so nothing can tell them apart. Add images that differ, or check whether the right folder was opened.`,
    { images: count },
  )
}

function checkTrainable(sizes: readonly number[]): void {
  if (sizes.some((size) => size >= 2)) return
  throw new AppError(
    'noClassWithTwoImages',
    'No label has two images to train on. Training compares images of one label with each other: add images, or merge labels.',
  )
}

/** @throws AppError invalidInput where a split was asked for that leaves nothing to test on */
function checkTestable(
  kind: 'byClass' | 'byImage',
  testSizes: readonly number[],
  { labels, contents }: Pick<PlanInput, 'labels' | 'contents'>,
): void {
  // Among images of a single label every answer is right.
  const isSingle = kind === 'byClass' && countClasses(testSizes) === 1
  if (!isSingle && testSizes.some((size) => size >= 2)) return
  const pictures = picturesOfClasses(labels, contents)
  const copies =
    kind === 'byImage' && pictures.length > 0 && pictures.every((count) => count < 2)
      ? ' All images of each label are copies of one picture, and copies stay together.'
      : ''
  throw new AppError(
    'invalidInput',
    isSingle
      ? 'Only one label with images is kept unseen, and among images of a single label every answer is right. Keep at least two unseen, or train without a test part.'
      : kind === 'byClass'
        ? 'None of the labels that are kept unseen has two images, so nothing could be tested. Keep other labels unseen, or train without a test part.'
        : `No label has two images that are kept unseen, so nothing could be tested.${copies} Keep a greater share unseen, or train without a test part.`,
    { split: kind },
  )
}

function chooseSplit(
  sizes: readonly number[],
  /** Different pictures of each class; empty where it is not known. */
  picturesOf: () => readonly number[],
  isByClass: boolean,
  reasons: PlanReason[],
): TrainingOptions['split'] {
  const usable = sizes.filter((size) => size >= 2).length
  if (usable >= (isByClass ? 4 : 8)) return 'byClass'
  // A test part by images needs two images of a label, and the training part two more.
  if (sizes.filter((size) => size >= 4).length >= 2) {
    // Copies stay on one side: of labels of one picture each nothing could be tested.
    const pictures = picturesOf()
    if (pictures.length > 0 && pictures.every((count) => count < 2)) {
      reasons.push('copiesNoTest')
      return 'none'
    }
    reasons.push('fewClassesByImage')
    return 'byImage'
  }
  reasons.push('oneClassNoSplit')
  return 'none'
}

/** Of Adam, where nobody chose one. */
export const defaultLearningRate = (network: TrainingOptions['network']): number =>
  network === 'frozen' ? headConstants.learningRate : 1e-3

function chooseLearningRate(
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

const countClasses = (sizes: readonly number[]): number => sizes.filter((size) => size > 0).length

/**
 * Of few images all directions that the features have: a narrower view of them would be drawn at
 * random, or leave out what labels never seen need (`startConstants.allDirectionsRows`).
 */
function chooseEmbeddingSize(
  network: TrainingOptions['network'],
  start: TrainingOptions['start'],
  trainSizes: readonly number[],
  features: string,
): number {
  if (network === 'small') return 128
  const classes = countClasses(trainSizes)
  if (start === 'lda' && classes > startConstants.ldaLabels) return Math.min(512, classes - 1)
  const images = sum(trainSizes)
  const isWhitened = start === 'auto' || start === 'whitening'
  if (isWhitened && images <= startConstants.allDirectionsRows) return dimensionOf(tapsOf(features))
  return images <= 4000 ? 1024 : 512
}

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

/** What is minimised; the choice follows what retrieved best on classes never seen. */
function chooseRecipe(network: TrainingOptions['network'], request: TrainingRequest): LossOptions {
  const loss = request.loss ?? defaultLoss(network)
  const inner = losses.get(innermostLoss(loss).name)
  const miner = request.miner === undefined ? defaultMiner(inner.name) : request.miner
  const { weight, ...ownOptions } = request.regularizer?.options ?? {}
  const regularizer = request.regularizer ? { ...request.regularizer, options: ownOptions } : null
  const recipe: LossOptions = {
    loss,
    miner,
    distance: request.distance ?? inner.distance,
    addedLosses: request.addedLosses ?? unchosenOptions.addedLosses,
    reducer: chooseReducer(inner.name, request),
    regularizer,
    regularizerWeight:
      request.regularizerWeight ??
      (typeof weight === 'number' ? weight : unchosenOptions.regularizerWeight),
  }
  checkRecipe(recipe)
  return recipe
}

function chooseReducer(loss: string, { reducer }: TrainingRequest): string | null {
  if (reducer === undefined) return losses.get(loss).reducer
  const reason = incompatibility(loss, { reducer: reducers.get(reducer).name })
  if (reason !== null) throw unsuited(reason, { loss, reducer })
  return reducer
}

/** @throws AppError invalidInput for names, options and pairs that do not go together */
function checkRecipe(recipe: LossOptions): void {
  const { loss, regularizer } = lossOfRun(recipe)
  const terms: readonly ComponentChoice[] = 'name' in loss ? [loss] : loss
  for (const term of terms) {
    const settings = readLoss(term)
    resolveOptions(settings.loss.schema, settings.options, `loss ${settings.loss.name}`)
    if (settings.miner !== null) {
      const { schema, name } = settings.miner.miner
      resolveOptions(schema, settings.miner.options, `miner ${name}`)
    }
  }
  if (regularizer === null) return
  const { schema, name } = regularizers.get(regularizer.name)
  resolveOptions(schema, regularizer.options ?? {}, `regularizer ${name}`)
}

/**
 * @throws AppError invalidInput where a loss would push nothing apart; its details say why in both
 *   languages
 */
function checkReach(options: TrainingOptions): void {
  const { loss } = lossOfRun(options)
  const terms: readonly ComponentChoice[] = 'name' in loss ? [loss] : loss
  for (const term of terms) {
    const settings = readLoss(term)
    const reason = outOfReach(settings.loss, settings, options.embeddingSize)
    if (reason !== null) throw unsuited(reason)
  }
}

/** @throws AppError invalidInput for a sampler that there is not */
function chooseSampler({ sampler = defaultSampler }: TrainingRequest) {
  const { name } = samplers.get(sampler)
  return name === defaultSampler ? {} : { sampler: name }
}

/**
 * @throws AppError invalidInput where the loss would find nothing in batches of the sampler; its
 *   details say why in both languages
 */
function checkSampler(
  options: TrainingOptions,
  trainSizes: readonly number[],
  reasons: PlanReason[],
): void {
  const { reason, hasFewPartners } = samplerProblem(options, trainSizes)
  if (reason !== null) throw unsuited(reason)
  if (hasFewPartners) reasons.push('fewPartners')
}

/** Where nothing is known of the classes yet, the means of their images say nothing either. */
function chooseProxyStart(
  network: TrainingOptions['network'],
  start: TrainingOptions['start'],
  recipe: LossOptions,
  { proxyStart }: TrainingRequest,
): Pick<TrainingOptions, 'proxyStart'> {
  const ofClasses = lossesOfClasses(recipe)
  if (ofClasses.length === 0) return {}
  const knowsClasses = network === 'frozen' && start !== 'random'
  const isBetter = knowsClasses && ofClasses.every(({ startsAtMeans }) => startsAtMeans)
  return { proxyStart: proxyStart ?? (isBetter ? 'classMeans' : 'random') }
}

/** How the optimizer goes, and what is done about what goes wrong. */
function chooseSteps(request: TrainingRequest) {
  const plain = unchosenOptions
  const { patience, gradientClip } = request
  return {
    schedule: request.schedule ?? plain.schedule,
    warmUpSteps: request.warmUpSteps ?? plain.warmUpSteps,
    minerWarmUp: request.minerWarmUp ?? plain.minerWarmUp,
    // null is a choice of its own here.
    patience: patience === undefined ? plain.patience : patience,
    gradientClip: gradientClip === undefined ? plain.gradientClip : gradientClip,
    weightDecay: request.weightDecay ?? plain.weightDecay,
    emaDecay: request.emaDecay ?? plain.emaDecay,
    remedies: request.remedies ?? plain.remedies,
  } satisfies Partial<TrainingOptions>
}

function defaultLoss(network: TrainingOptions['network']): Component {
  const wished = network === 'frozen' ? 'supCon' : 'multiSimilarity'
  if (losses.has(wished)) return { name: wished, options: {} }
  return { name: 'triplet', options: {} }
}

function defaultMiner(loss: string): Component | null {
  const entry = losses.get(loss)
  const wished =
    loss === 'multiSimilarity' ? 'multiSimilarity' : entry.kind === 'triplets' ? 'batchHard' : null
  const suits = wished !== null && entry.takesMiner && (entry.suits?.includes(wished) ?? true)
  return suits && miners.has(wished) ? { name: wished, options: {} } : null
}

function chooseBatch(
  trainSizes: readonly number[],
  network: TrainingOptions['network'],
  request: TrainingRequest,
  reasons: PlanReason[],
): Pick<TrainingOptions, 'classesPerBatch' | 'imagesPerClass'> {
  const usable = trainSizes.filter((size) => size >= 2).sort((a, b) => a - b)
  const median = usable[usable.length >> 1] ?? 2
  const batchImages = network === 'frozen' ? 128 : 64
  const mostClasses = network === 'frozen' ? 32 : 16
  const classesPerBatch =
    request.classesPerBatch ?? Math.max(2, Math.min(mostClasses, usable.length))
  const wanted = Math.max(4, Math.floor(batchImages / classesPerBatch))
  const imagesPerClass = request.imagesPerClass ?? Math.max(2, Math.min(wanted, median, 32))
  if (imagesPerClass > median || median < 4) reasons.push('smallClasses')
  return { classesPerBatch, imagesPerClass }
}

function headSteps(
  trainSizes: readonly number[],
  { classesPerBatch }: Pick<TrainingOptions, 'classesPerBatch'>,
): number {
  const { visits, leastSteps, mostSteps } = headConstants
  const wanted = Math.ceil((visits * countClasses(trainSizes)) / classesPerBatch)
  return Math.min(mostSteps, Math.max(leastSteps, wanted))
}

function chooseSchedule(
  trainSizes: readonly number[],
  batch: Pick<TrainingOptions, 'classesPerBatch' | 'imagesPerClass'>,
  network: TrainingOptions['network'],
  request: TrainingRequest,
): Pick<TrainingOptions, 'epochs' | 'stepsPerEpoch' | 'maxSteps' | 'maxMinutes'> {
  const batchSize = batch.classesPerBatch * batch.imagesPerClass
  // An epoch of few steps would measure more than it trains.
  const stepsPerEpoch = Math.max(20, Math.ceil(sum(trainSizes) / batchSize))
  const openEnd = request.minutes !== undefined && request.epochs === undefined
  const stepsByDefault = network === 'frozen' ? headSteps(trainSizes, batch) : 600
  const wanted = request.steps ?? stepsByDefault
  const epochs =
    request.epochs ??
    (openEnd && request.steps === undefined ? 10_000 : Math.ceil(wanted / stepsPerEpoch))
  const isLimited = request.steps !== undefined || (request.epochs === undefined && !openEnd)
  return {
    epochs,
    stepsPerEpoch,
    maxSteps: isLimited ? wanted : null,
    maxMinutes: request.minutes ?? null,
  }
}
