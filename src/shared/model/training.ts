import type { ErrorDetails } from '../errors'
import type { Bilingual } from './bilingual'
import type { ExtractorDescription } from './extractor'
import type { SetFinding } from './findings'
import type { KeptModel } from './kept'
import type { NetworkSearch } from './networkSearch'
import type { PredictionReport } from './prediction'
import type { TrainingOptions } from './options/table'
import type { RetrievalMetrics } from './retrieval'
import type { DatasetId, ImageId, LabelId, RunId } from './ids'

export * from './options/component'
export * from './options/table'
export type { RetrievalMetrics } from './retrieval'

/** The sentence of the Train view, as data that the window and the command line word. */
export interface TrainingPlan {
  readonly options: TrainingOptions
  readonly imageCount: number
  readonly trainClassCount: number
  readonly testClassCount: number
  readonly trainImageCount: number
  readonly testImageCount: number
  /** Images without a label or excluded: embedded, not trained on. */
  readonly unlabelledCount: number
  /** Images that do not train because a near-duplicate of theirs is kept unseen. */
  readonly leftOutCount: number
  /** Labels that will be kept unseen once they have a second image to find; until then they train. */
  readonly waitingLabelCount: number
  /**
   * Images that are on another side than in the newest earlier run with results, because labels
   * were merged or images moved, or another test was chosen; absent where there is no such run.
   */
  readonly changedSideCount?: number
  readonly featuresCached: number
  readonly estimatedSeconds: number
  /**
   * Last blocks of the network that could be trained with the head: the fewest that the layers lie
   * in, and all. Null: nothing but the head can.
   */
  readonly trainableBlocks: { readonly least: number; readonly most: number } | null
  /** Of a run that trains a part of the network; absent: it needs little. */
  readonly tuning?: {
    /** Memory of a step, roughly. */
    readonly bytes: number
    /** What the machine has; absent: not known. */
    readonly machineBytes?: number
    /** Of the maps that go into the cache: what they take of the disk. */
    readonly mapBytes: number
  }
  /** Why the plan is as it is: keys that the window translates. */
  readonly reasons: readonly PlanReason[]
  /** What is wrong with the set. */
  readonly findings: readonly SetFinding[]
}

/** Share of the memory of the machine beyond which a step is likely to fail, or to take very long. */
const mostOfMachine = 0.6

/** Whether a step of such a run takes more memory than the machine is likely to have for it. */
export const isTooLarge = ({
  bytes,
  machineBytes = Infinity,
}: NonNullable<TrainingPlan['tuning']>): boolean => bytes > mostOfMachine * machineBytes

export type PlanReason =
  | 'fewImagesFrozen'
  | 'manyImagesFrozen'
  | 'chosenNetwork'
  | 'oneClassNoSplit'
  | 'copiesNoTest'
  | 'fewClassesByImage'
  | 'smallClasses'
  | 'fewPartners'
  | 'ldaStart'
  | 'autoStart'
  | 'tooFewToCompare'
  | 'nothingToCompare'
  | 'augmentationUnused'
  | 'copiesUnused'

/** How well a label's images find each other among the images of the report. */
export interface LabelQuality {
  readonly labelId: LabelId
  readonly images: number
  /** Images that have another one of their label to find; without any the means are null. */
  readonly queries: number
  readonly precisionAt1: number | null
  readonly rPrecision: number | null
  readonly mapAtR: number | null
  /** Images whose nearest neighbours voted: all, or a sample; absent in old reports: all. */
  readonly asked?: number
  /** Of those the ones that the vote takes for this label; null where it has too few to win. */
  readonly right: number | null
  /** The label that most of the others are taken for. */
  readonly confusedWith: { readonly labelId: LabelId; readonly count: number } | null
}

/** Share of a label's images that the vote takes for it; null where none can be or none was asked. */
export function voteShare({ right, asked, images }: LabelQuality): number | null {
  const voted = asked ?? images
  return right === null || voted === 0 ? null : right / voted
}

/** Images of one label that the vote takes for another. */
export interface LabelConfusion {
  readonly labelId: LabelId
  readonly predictedId: LabelId
  readonly count: number
  /** A few of those images. */
  readonly imageIds: readonly ImageId[]
}

/** A run's saved embeddings against the labels of today, leave-one-out by cosine. */
export interface RunReport {
  readonly runId: RunId
  /** 'test': images that training never saw; 'all': there was no test part. */
  readonly part: 'test' | 'all'
  readonly metrics: RetrievalMetrics
  /** Neighbours that vote. */
  readonly neighbours: number
  /** Share of images whose vote is right; null where no label has enough images to win one. */
  readonly accuracy: number | null
  /** Worst MAP@R first. */
  readonly labels: readonly LabelQuality[]
  /** Most frequent first. */
  readonly confusions: readonly LabelConfusion[]
  /**
   * How the saved model predicts, by the labels that it was trained with; null where it carries
   * nothing to predict with, as those of earlier versions.
   */
  readonly prediction: PredictionReport | null
}

export interface StepProgress {
  readonly epoch: number
  readonly step: number
  readonly loss: number
  readonly activeFraction: number
  readonly meanPositiveDistance: number
  readonly meanNegativeDistance: number
  readonly imagesPerSecond: number
  /** Mean and standard deviation of the lengths of the batch's embeddings. */
  readonly embeddingNorm: number
  readonly embeddingNormSpread: number
  readonly learningRate: number
}

/** Counts of distances in equal bins from `minimum` to `maximum`. */
export interface DistanceHistogram {
  readonly minimum: number
  readonly maximum: number
  readonly positive: readonly number[]
  readonly negative: readonly number[]
}

export interface EpochRecord {
  readonly epoch: number
  readonly loss: number
  readonly activeFraction: number
  readonly meanPositiveDistance: number
  readonly meanNegativeDistance: number
  /** Null where no image has another of its label to find. */
  readonly precisionAt1: number | null
  readonly rPrecision: number | null
  readonly mapAtR: number | null
  readonly imagesPerSecond: number
  readonly histogram: DistanceHistogram | null
  /** Means over the steps; absent in runs of earlier versions. */
  readonly embeddingNorm?: number
  readonly embeddingNormSpread?: number
  /** Of the last step. */
  readonly learningRate?: number
  /** MAP@R on classes held out of the training ones, by which the best epoch is chosen; absent without. */
  readonly validation?: number
}

/** A range test: the loss while the learning rate rises (Smith 2017). */
export interface RateSearch {
  readonly rates: readonly number[]
  /** Smoothed. */
  readonly losses: readonly number[]
  /** Null where the loss fell nowhere: the usual rate is taken. */
  readonly suggestion: number | null
}

export interface BackendReport {
  /** 'tensorflow' runs the native library, 'wasm' our kernels, 'js' plain JavaScript. */
  readonly name: 'tensorflow' | 'wasm' | 'js'
  /** For instance 'TensorFlow 2.18.1, CPU'. */
  readonly description: string
  readonly gpu: boolean
  readonly threads: number
  /** Why not the better ones, best first. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[]
  /** What frozen features come from; absent: from the same, as in earlier versions. */
  readonly features?: FeaturesReport
}

export interface FeaturesReport {
  /** For instance 'ONNX Runtime 1.23.2, CPU'. */
  readonly description: string
  /** Why not something faster. */
  readonly rejected: readonly { readonly name: string; readonly reason: string }[]
}

export type TrainingStage =
  'preparing' | 'choosing' | 'features' | 'baseline' | 'training' | 'embedding' | 'saving'

export const trainingWarnings = [
  'collapse',
  'deadMargin',
  'notANumber',
  'semiHardFallback',
  'classesTooSmall',
  'damagedCheckpoint',
  'sameWithinLabels',
  'constantFeatures',
] as const
/** What goes wrong in a way that has a remedy. */
export type TrainingTrouble = 'collapse' | 'deadMargin' | 'notANumber'
export type TrainingRemedy = 'lowerLearningRate' | 'softMargin' | 'semiHard'

export interface TrainingWarning {
  readonly kind: (typeof trainingWarnings)[number]
  readonly epoch: number
  /** What was done about it, in the log's words; empty where nothing. */
  readonly action: string
  /** Of what it is about: `labels`, `constant`, `features`. */
  readonly counts?: Readonly<Record<string, number>>
  /** The step at which it was seen; absent where it is not about a step. */
  readonly step?: number
  /** What would help; null or absent where nothing is known. */
  readonly remedy?: TrainingRemedy | null
  /** Whether that was done: training went back to the state after `backToEpoch` and on from there. */
  readonly isApplied?: boolean
  readonly backToEpoch?: number
}

export type RunStatus = 'running' | 'paused' | 'finished' | 'cancelled' | 'failed' | 'interrupted'

export interface RunSummary {
  readonly id: RunId
  readonly startedAt: number
  readonly status: RunStatus
  readonly options: TrainingOptions
  readonly before: RetrievalMetrics | null
  /** The closed form a head started from, alone: the honest bar. */
  readonly closedForm: RetrievalMetrics | null
  readonly after: RetrievalMetrics | null
  readonly bestEpoch: number | null
  /** Absent while it trains; null where nothing was chosen, as in runs of earlier versions. */
  readonly kept?: KeptModel | null
  /** How network and layers were chosen; absent or null where they were not. */
  readonly search?: NetworkSearch | null
  readonly durationMs: number
  readonly backend: BackendReport | null
  readonly hasEmbeddings: boolean
  readonly tripletCount: number
}

/** Everything the Train view draws of one run; sent whole, at most ten times a second. */
export interface TrainingState {
  readonly datasetId: DatasetId
  readonly run: RunSummary
  readonly stage: TrainingStage
  readonly stageDone: number
  readonly stageTotal: number
  readonly remainingMs: number | null
  readonly latest: StepProgress | null
  readonly epochs: readonly EpochRecord[]
  readonly warnings: readonly TrainingWarning[]
  /** How the learning rate was found; absent where it was given or the run is of before. */
  readonly rateSearch?: RateSearch
  readonly error: {
    readonly code: string
    readonly message: string
    /** Absent in states of earlier versions. */
    readonly details?: ErrorDetails
  } | null
}

/** The loss curve as columns, thinned to at most a few thousand points. */
export interface LossCurve {
  readonly step: Float32Array
  readonly loss: Float32Array
  readonly activeFraction: Float32Array
  readonly meanPositiveDistance: Float32Array
  readonly meanNegativeDistance: Float32Array
  /** Empty in runs of earlier versions, as the next two are. */
  readonly learningRate: Float32Array
  readonly embeddingNorm: Float32Array
  readonly embeddingNormSpread: Float32Array
}

/** What the window shows of a registry entry. */
export interface ComponentDescription {
  readonly name: string
  readonly title: Bilingual
  readonly description: Bilingual
  /** MathML-free text form of the formula; empty where there is none. */
  readonly formula: string
  readonly source: string
  readonly options: readonly OptionDescription[]
}

/**
 * What a margin is measured in: the distance or similarity of the run, the cosine whatever the run
 * has, or degrees.
 */
export type OptionUnit = 'distance' | 'cosine' | 'degrees'

export interface OptionDescription {
  readonly name: string
  readonly kind: 'number' | 'integer' | 'boolean' | 'choice'
  readonly default: number | boolean | string
  readonly minimum?: number
  readonly maximum?: number
  readonly choices?: readonly string[]
  readonly unit?: OptionUnit
  readonly meaning: Bilingual
}

/** A loss, and what it does not go with: names of the registry with the reason of each. */
export interface LossDescription extends ComponentDescription {
  readonly kind: 'pairs' | 'triplets' | 'classes'
  /** Miners that it was made for; null: all. */
  readonly suits: readonly string[] | null
  /** The distance it is defined with, and all that make sense. */
  readonly distance: string
  readonly distances: readonly string[]
  /** Its own reducer; null: the reduction belongs to the formula. */
  readonly reducer: string | null
  readonly unsuitable: {
    readonly miners: Readonly<Record<string, Bilingual>>
    readonly distances: Readonly<Record<string, Bilingual>>
    readonly reducers: Readonly<Record<string, Bilingual>>
  }
}

export interface TrainingRegistry {
  /** Pretrained networks that features are taken from; the first where nobody chooses. */
  readonly extractors: readonly ExtractorDescription[]
  readonly losses: readonly LossDescription[]
  readonly miners: readonly ComponentDescription[]
  readonly distances: readonly ComponentDescription[]
  readonly samplers: readonly ComponentDescription[]
  readonly reducers: readonly ComponentDescription[]
  /** Their weight is `regularizerWeight` of the request, not an option of theirs. */
  readonly regularizers: readonly ComponentDescription[]
}
