import type { TrainingOptions, TrainingStage } from '../../shared/model/training'
import type { FeatureCounts } from './features'
import { foldsOfSizes, foldsToTrain, unitsHeldOut } from '../starts/heldOutFolds'
import { probeRows } from '../evaluation/measureRetrieval'
import { mostAnchors } from '../review/mineFinal'
import { rateSearchSteps } from '../recipes/rateSearch'
import { epochSearch, expectedSteps, isOpenEnd } from '../loop/schedule'
import { classSizes, countImages, splitPart } from '../evaluation/splitParts'
import { startConstants } from '../starts/startConstants'
import {
  addAmounts,
  featurePass,
  type StageWork,
  timesAmounts,
  type WorkAmounts,
} from '../work/work'
import {
  compareWork,
  embedWork,
  foldWork,
  matrixWork,
  mineWork,
  predictionWork,
  readWork,
  scatterWork,
  startWork,
  stepWork,
} from '../work/workAmounts'

/** The images of a run as its plan knows them. */
export interface RunCounts extends FeatureCounts {
  readonly images: number
  /** Of how many the features are in the cache. */
  readonly featuresCached: number
  /** Of how many augmented copies; absent: of none. */
  readonly copiesCached?: number
  /** Images of each class that train. */
  readonly trainSizes: readonly number[]
  /** Images of each class that test; of a run that keeps none unseen they are not used. */
  readonly testSizes: readonly number[]
  /** Networks that held-out labels are to choose of; absent: none. */
  readonly searched?: readonly SearchedNetwork[]
}

/** A network, with all layers that any of its candidates has. */
interface SearchedNetwork extends FeatureCounts {
  readonly featuresCached: number
  readonly candidates: readonly FeatureCounts[]
}

/** @param split for each image 0 (not used), 1 (training) or 2 (test) */
export function countsOf(
  labels: Int32Array,
  split: Uint8Array,
  features: Pick<RunCounts, 'featuresCached' | 'copiesCached' | 'searched' | keyof FeatureCounts>,
): RunCounts {
  return {
    images: labels.length,
    ...features,
    trainSizes: classSizes(labels, split, splitPart.train),
    testSizes: classSizes(labels, split, splitPart.test),
  }
}

/** The work of one stage of a run after another, as far as it can be known before. */
export type StagesOfRun = readonly (StageWork & { readonly stage: TrainingStage })[]

/**
 * The work of each stage of a run, in their order.
 * @param resumedAt steps that an earlier start of it has done; what precedes them is not done again
 */
export function workOfRun(
  options: TrainingOptions,
  counts: RunCounts,
  resumedAt: number | null = null,
): StagesOfRun {
  const { images, searched = [] } = counts
  const size = options.embeddingSize
  const test = testRows(options, counts)
  const labelled = countImages(counts.trainSizes) + countImages(counts.testSizes)
  const from = rowSizeOf(options, counts)
  const limit = options.maxMinutes === null ? {} : { limitSeconds: options.maxMinutes * 60 }
  return [
    { stage: 'preparing', amounts: { starting: 1 } },
    ...(searched.length === 0
      ? []
      : [{ stage: 'choosing' as const, amounts: searchWork(options, counts, searched) }]),
    {
      stage: 'features',
      amounts: addAmounts(
        inputsWork(options, afterSearch(counts)),
        copiesWork(options, counts),
        mapsWork(options, counts),
      ),
    },
    { stage: 'baseline', amounts: baselineWork(ofHead(options), counts, resumedAt !== null) },
    { stage: 'training', amounts: loopWork(options, counts, resumedAt ?? 0), ...limit },
    {
      stage: 'embedding',
      amounts: addAmounts(
        embedWork(images, options, { from, to: size }),
        refittingWork(options, counts),
      ),
    },
    {
      stage: 'saving',
      amounts: addAmounts(
        compareWork({ queries: test, rows: test, size }, true),
        predictionWork({ queries: test, rows: labelled, size }),
        mineWork(Math.min(mostAnchors, labelled), labelled, size),
        { writing: (images * size) / 1e6 },
      ),
    },
  ]
}

/** The options of the head of a run that trains a part of the network as well. */
const ofHead = ({ tuned: _, ...options }: TrainingOptions): TrainingOptions => options

/** The maps that a part of a network is trained on; those in the cache are not counted off. */
const mapsWork = ({ tuned }: TrainingOptions, { images }: RunCounts): WorkAmounts =>
  tuned === undefined
    ? {}
    : tuned.multiplyAdds === 0
      ? { decoding: images }
      : { features: (images * tuned.multiplyAdds) / featurePass }

/** The features that a trained part of a network gives, and the closed form on them, twice. */
function refittingWork(options: TrainingOptions, counts: RunCounts): WorkAmounts {
  if (options.tuned === undefined) return {}
  const train = countImages(counts.trainSizes)
  const rows = train + countImages(counts.testSizes)
  const sizes = { from: counts.featureSize, to: options.embeddingSize }
  return addAmounts(
    timesAmounts(2, embedWork(rows, options, sizes)),
    timesAmounts(2, startWork(train, options, counts.featureSize)),
  )
}

/** Every network once over all images, and the closed forms of each of its candidates. */
function searchWork(
  options: TrainingOptions,
  counts: RunCounts,
  searched: readonly SearchedNetwork[],
): WorkAmounts {
  const ofNetwork = (network: SearchedNetwork) =>
    addAmounts(
      inputsWork(options, { ...counts, ...network }),
      ...network.candidates.map(({ featureSize }) => {
        const own = { ...options, embeddingSize: Math.min(options.embeddingSize, featureSize) }
        return choiceWork(own, { ...counts, featureSize })
      }),
    )
  return addAmounts(...searched.map(ofNetwork))
}

/** After a search the features of whatever it chose are in the cache. */
const afterSearch = (counts: RunCounts): RunCounts =>
  (counts.searched ?? []).length === 0 ? counts : { ...counts, featuresCached: counts.images }

/** What the command line does with a run that has ended: tables, the report by label, the map. */
export const workOfResults = ({
  images,
  testRows: rows,
  size,
}: {
  readonly images: number
  readonly testRows: number
  readonly size: number
}) => ({
  exporting: (images * size) / 1e6,
  // It compares as retrieval does.
  reporting: compareWork({ queries: rows, rows, size }).comparing ?? 0,
  mapping: images,
})

export function inputsWork(
  options: TrainingOptions,
  { images, featuresCached, featureSize, passesPerImage }: RunCounts,
): WorkAmounts {
  if (options.network !== 'frozen') return { decoding: images }
  const cached = Math.min(images, featuresCached)
  return { features: (images - cached) * passesPerImage, ...readWork(cached, featureSize) }
}

/** Augmented copies of each training image: how many, and 0 where there are none. */
const copiesEach = ({ network, augmentedCopies = 0 }: TrainingOptions): number =>
  network === 'frozen' ? augmentedCopies : 0

function copiesWork(options: TrainingOptions, counts: RunCounts): WorkAmounts {
  const copies = copiesEach(options) * countImages(counts.trainSizes)
  if (copies === 0) return {}
  return inputsWork(options, {
    ...counts,
    images: copies,
    featuresCached: counts.copiesCached ?? 0,
  })
}

/** Numbers in a row that the network takes; of pictures their work is counted otherwise. */
const rowSizeOf = ({ network }: TrainingOptions, { featureSize }: RunCounts): number =>
  network === 'frozen' ? featureSize : 0

/** Without a test part, the training rows are measured. */
const testRows = ({ split }: TrainingOptions, { trainSizes, testSizes }: RunCounts): number =>
  countImages(split === 'none' ? trainSizes : testSizes)

/** The work of measuring features as they are, or a model that takes them, on the test part. */
export function measuredWork(
  options: TrainingOptions,
  counts: RunCounts,
  what: 'features' | 'model',
): WorkAmounts {
  const test = testRows(options, counts)
  const from = rowSizeOf(options, counts)
  const isPlain = what === 'features' && options.network === 'frozen'
  const size = isPlain ? from : options.embeddingSize
  return addAmounts(
    isPlain ? {} : embedWork(test, options, { from, to: size }),
    compareWork({ queries: test, rows: test, size }, true),
  )
}

/** Measuring what is there, choosing the start and what is kept, and fitting the start. */
function baselineWork(
  options: TrainingOptions,
  counts: RunCounts,
  isResumed: boolean,
): WorkAmounts {
  const before = measuredWork(options, counts, 'features')
  const search =
    options.learningRate === 'find' && !isResumed ? stepWork(rateSearchSteps, options) : {}
  if (options.network !== 'frozen') return addAmounts(before, search)
  const choosing =
    options.start === 'auto'
      ? addAmounts(
          choiceWork(options, counts),
          copiesEach(options) > 0 ? choiceWork(options, counts, copiesEach(options)) : {},
          keepingWork(options, counts),
        )
      : epochSearchWork(options, counts)
  const train = countImages(counts.trainSizes)
  // As if they were to be used.
  const copies = copiesEach(options) * train
  return addAmounts(
    before,
    isResumed ? {} : choosing,
    search,
    startWork(train + copies, options, counts.featureSize),
    matrixWork(counts.images + copies, rowSizeOf(options, counts), options.embeddingSize),
    options.start === 'random' ? {} : headWork(options, counts),
  )
}

/** Measuring a head on prepared rows. */
function headWork(options: TrainingOptions, counts: RunCounts): WorkAmounts {
  const test = testRows(options, counts)
  const size = options.embeddingSize
  return addAmounts(
    matrixWork(test, size, size),
    compareWork({ queries: test, rows: test, size }, true),
  )
}

const foldsOf = ({ split }: TrainingOptions, { trainSizes }: RunCounts) =>
  foldsOfSizes(trainSizes, split !== 'byImage')

/**
 * The choice of the closed form by held-out training labels.
 * @param copies of each training image that it is fitted on as well
 */
export function choiceWork(options: TrainingOptions, counts: RunCounts, copies = 0): WorkAmounts {
  const folds = foldsOf(options, counts)
  if (folds === null) return {}
  const { mostRowsByLabel, mostRowsByImage } = startConstants
  const { over, count } = folds
  const most = over === 'labels' ? mostRowsByLabel : mostRowsByImage
  const sample = Math.min(countImages(counts.trainSizes), most)
  const heldOut = sample / count
  const asked = over === 'labels' ? heldOut : sample
  const { featureSize } = counts
  const pairs = { queries: heldOut, rows: asked }
  const perFold = addAmounts(
    foldWork(heldOut * (1 + copies), asked, featureSize),
    timesAmounts(2, compareWork({ ...pairs, size: featureSize })),
    compareWork({ ...pairs, size: Math.min(options.embeddingSize, counts.trainSizes.length) }),
  )
  const added = scatterWork(sample * (1 + copies), featureSize)
  return addAmounts(added, timesAmounts(count, perFold))
}

/** The trainings without held-out labels that decide what is kept. */
function keepingWork(options: TrainingOptions, counts: RunCounts): WorkAmounts {
  const folds = foldsOf(options, counts)
  if (folds === null || isOpenEnd(options)) return {}
  const train = countImages(counts.trainSizes)
  const heldOut = train / folds.count
  const isByLabel = folds.over === 'labels'
  const asked = isByLabel ? heldOut : Math.min(train, startConstants.mostRowsByImage)
  const queries = isByLabel ? heldOut : asked / folds.count
  const d = rowSizeOf(options, counts)
  return timesAmounts(
    foldsToTrain(folds, {
      units: unitsHeldOut(counts.trainSizes, folds),
      rows: train,
      headSize: options.embeddingSize,
    }),
    addAmounts(
      compareWork({ queries, rows: asked, size: d }),
      trainingWithout(options, counts, { kept: train - heldOut, asked, queries }),
    ),
  )
}

/** The one training without held-out labels that finds the epoch, where the start was chosen. */
function epochSearchWork(options: TrainingOptions, counts: RunCounts): WorkAmounts {
  const usable = counts.trainSizes.filter((size) => size >= 2).length
  if (isOpenEnd(options) || usable < epochSearch.leastClasses) return {}
  const train = countImages(counts.trainSizes)
  const asked = train * epochSearch.share
  return trainingWithout(options, counts, { kept: train - asked, asked, queries: asked })
}

function trainingWithout(
  options: TrainingOptions,
  counts: RunCounts,
  { kept, asked, queries }: { kept: number; asked: number; queries: number },
): WorkAmounts {
  const size = options.embeddingSize
  const epochs = Math.ceil(expectedSteps(options) / options.stepsPerEpoch)
  const fitted = kept * (1 + copiesEach(options))
  return addAmounts(
    startWork(fitted, options, counts.featureSize),
    matrixWork(fitted + asked, rowSizeOf(options, counts), size),
    meansWork(options, kept),
    stepWork(expectedSteps(options), options),
    timesAmounts(
      epochs + 1,
      addAmounts(matrixWork(asked, size, size), compareWork({ queries, rows: asked, size })),
    ),
  )
}

/** The training rows through the model, where class representatives begin at their means. */
const meansWork = (options: TrainingOptions, rows: number): WorkAmounts =>
  options.proxyStart === 'classMeans'
    ? embedWork(rows, options, { from: options.embeddingSize, to: options.embeddingSize })
    : {}

/** The training itself with what is measured after each epoch. */
function loopWork(options: TrainingOptions, counts: RunCounts, before: number): WorkAmounts {
  const steps = Math.max(0, expectedSteps(options) - before)
  const epochs = Math.ceil(steps / options.stepsPerEpoch)
  const size = options.embeddingSize
  const test = testRows(options, counts)
  const probe = Math.min(probeRows, test > 0 ? test : countImages(counts.trainSizes))
  const isFrozen = options.network === 'frozen'
  const folds = options.tuned === undefined ? null : foldsOf(options, counts)
  // A part of a network is measured on what it is trained without as well.
  const heldOut = folds === null ? 0 : countImages(counts.trainSizes) / folds.count
  return addAmounts(
    before > 0 ? {} : meansWork(options, countImages(counts.trainSizes)),
    stepWork(steps, options),
    timesAmounts(
      epochs + 1,
      addAmounts(
        embedWork(probe + heldOut, options, { from: size, to: size }),
        compareWork({ queries: probe, rows: probe, size }),
      ),
    ),
    isFrozen && options.start === 'auto' ? headWork(options, counts) : {},
  )
}
