import * as v from 'valibot'
import type { ExtractorDescription } from './extractor'
import type { SetFinding } from './findings'
import type { KeptModel } from './kept'
import type { RetrievalMetrics } from './retrieval'
import type { DatasetId, ImageId, LabelId, RunId } from './ids'

export type { RetrievalMetrics } from './retrieval'

/** Options of a loss, miner, reducer: plain numbers, switches, choices. */
const componentOptions = v.record(
  v.pipe(v.string(), v.maxLength(64)),
  v.union([v.pipe(v.number(), v.finite()), v.boolean(), v.pipe(v.string(), v.maxLength(64))]),
)
export const component = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(64)),
  options: v.optional(componentOptions, {}),
})
export type Component = v.InferOutput<typeof component>

/** A further loss of a sum. Besides its own options it takes `distance` and `normalized`. */
const weightedComponent = v.strictObject({
  name: v.pipe(v.string(), v.maxLength(64)),
  options: v.optional(componentOptions, {}),
  weight: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e6)), 1),
})
export type WeightedComponent = v.InferOutput<typeof weightedComponent>

const count = (minimum: number, maximum: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum))

const learningRateSchedules = ['constant', 'cosine'] as const
type LearningRateSchedule = (typeof learningRateSchedules)[number]

/**
 * Where a head on frozen features starts. 'auto': whitening or the discriminant analysis, whichever
 * is better on held-out training labels. 'lda': as earlier versions chose, the analysis where there
 * are more labels than numbers, else whitening.
 */
export const headStarts = ['auto', 'whitening', 'analysis', 'lda', 'pca', 'random'] as const
export type HeadStart = (typeof headStarts)[number]

/** Where proxies, centres and class weights of a loss begin. */
export const proxyStarts = ['classMeans', 'random'] as const
export type ProxyStart = (typeof proxyStarts)[number]

/** What trains: the best that runs here, or one by name. */
export const backendChoice = v.picklist(['auto', 'tensorflow', 'wasm', 'js'])
export type BackendChoice = v.InferOutput<typeof backendChoice>

/**
 * What a person may set; whatever is absent is decided from the images (`planTraining`).
 * The same object is the run file: with the same backend and seed it gives the same numbers.
 */
export const trainingRequest = v.strictObject({
  network: v.optional(v.picklist(['frozen', 'small'])),
  loss: v.optional(component),
  /** null: the loss sees all pairs or triplets of the batch. */
  miner: v.optional(v.nullable(component)),
  distance: v.optional(v.pipe(v.string(), v.maxLength(64))),
  embeddingSize: v.optional(count(2, 4096)),
  classesPerBatch: v.optional(count(2, 1024)),
  imagesPerClass: v.optional(count(2, 256)),
  /** How batches are drawn. */
  sampler: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** The end of training, whichever comes first of those given. */
  epochs: v.optional(count(1, 10_000)),
  steps: v.optional(count(1, 10_000_000)),
  minutes: v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(10_000))),
  /** 'find': by a range test before training (Smith 2017). */
  learningRate: v.optional(
    v.union([v.pipe(v.number(), v.minValue(1e-8), v.maxValue(10)), v.literal('find')]),
  ),
  imageSizePx: v.optional(count(16, 512)),
  split: v.optional(v.picklist(['byClass', 'byImage', 'none'])),
  testShare: v.optional(v.pipe(v.number(), v.minValue(0.01), v.maxValue(0.9))),
  seed: v.optional(count(0, 2 ** 31 - 1)),
  /** Of the split alone; absent: the dataset's. */
  splitSeed: v.optional(count(0, 2 ** 31 - 1)),
  /**
   * 'hash': each label, or image, draws for itself, and the dataset keeps what it drew. 'shuffle':
   * as runs of earlier versions were divided, by `splitSeed` or `seed`.
   */
  splitBy: v.optional(v.picklist(['hash', 'shuffle'])),
  /** Names of the labels to keep unseen, in place of those that the dataset keeps. */
  unseenLabels: v.optional(
    v.pipe(v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(255))), v.maxLength(100_000)),
  ),
  backend: v.optional(backendChoice),
  /** Where a head on frozen features starts from. */
  start: v.optional(v.picklist(headStarts)),
  /** Where the class representatives of a loss begin; a loss without any has no use for it. */
  proxyStart: v.optional(v.picklist(proxyStarts)),
  /** The pretrained network that features are taken from, by its id. */
  extractor: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** Which of its layers, joined with +. */
  features: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** Losses that are added to `loss`, each times its weight. */
  addedLosses: v.optional(v.pipe(v.array(weightedComponent), v.maxLength(8))),
  /** How the elements of the loss become one number. */
  reducer: v.optional(v.pipe(v.string(), v.maxLength(64))),
  /** A term on the embeddings that is added to the loss. */
  regularizer: v.optional(v.nullable(component)),
  regularizerWeight: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e6))),
  /** How the learning rate goes over the run. */
  schedule: v.optional(v.picklist(learningRateSchedules)),
  /** Steps in which the learning rate rises from 0. */
  warmUpSteps: v.optional(count(0, 1_000_000)),
  /** Share of the steps in which a miner of the hardest gives way to semi-hard. */
  minerWarmUp: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  /** Epochs without a better MAP@R on validation classes after which training ends; null: never. */
  patience: v.optional(v.nullable(count(1, 10_000))),
  /** Greatest norm of a gradient; null: any. */
  gradientClip: v.optional(v.nullable(v.pipe(v.number(), v.minValue(1e-6), v.maxValue(1e6)))),
  weightDecay: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10))),
  /** Of the running average of the weights that is kept in their place; 0: none. */
  emaDecay: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.99999))),
  /** Whether what goes wrong is remedied while it trains, not only said. */
  remedies: v.optional(v.boolean()),
})
export type TrainingRequest = v.InferOutput<typeof trainingRequest>

/** Every decision taken; what a run was made with. */
export interface TrainingOptions {
  readonly network: 'frozen' | 'small'
  readonly loss: Component
  readonly miner: Component | null
  readonly distance: string
  readonly embeddingSize: number
  readonly classesPerBatch: number
  readonly imagesPerClass: number
  /** How batches are drawn; absent: P classes x K images. */
  readonly sampler?: string
  readonly epochs: number
  readonly stepsPerEpoch: number
  readonly maxSteps: number | null
  readonly maxMinutes: number | null
  readonly learningRate: number | 'find'
  readonly imageSizePx: number
  readonly split: 'byClass' | 'byImage' | 'none'
  readonly testShare: number
  readonly seed: number
  /** Absent: that of `seed`, which is so in runs of earlier versions alone. */
  readonly splitSeed?: number
  /** Absent: by a shuffle of the labels, as runs of earlier versions were divided. */
  readonly splitBy?: 'hash'
  /** Names of the labels kept unseen where the request said them; absent: the dataset's choice. */
  readonly unseenLabels?: readonly string[]
  readonly backend: BackendChoice
  readonly start: HeadStart
  /** Absent: the loss has no class representatives, or those of an earlier version's run were random. */
  readonly proxyStart?: ProxyStart
  /** Absent: `extractorOfEarlierRuns`. */
  readonly extractor?: string
  readonly features: string
  readonly addedLosses: readonly WeightedComponent[]
  /** Null: the reduction belongs to the formula of the loss. */
  readonly reducer: string | null
  readonly regularizer: Component | null
  readonly regularizerWeight: number
  readonly schedule: LearningRateSchedule
  readonly warmUpSteps: number
  readonly minerWarmUp: number
  readonly patience: number | null
  readonly gradientClip: number | null
  readonly weightDecay: number
  readonly emaDecay: number
  readonly remedies: boolean
}

/** What an option is where nobody chose it, and was before it could be chosen. */
export const unchosenOptions = {
  features: 'pooled',
  addedLosses: [],
  reducer: null,
  regularizer: null,
  regularizerWeight: 0.01,
  schedule: 'constant',
  warmUpSteps: 0,
  minerWarmUp: 0,
  patience: null,
  gradientClip: 10,
  weightDecay: 0,
  emaDecay: 0,
  remedies: false,
} as const satisfies Partial<TrainingOptions>

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
  /** Why the plan is as it is: keys that the window translates. */
  readonly reasons: readonly PlanReason[]
  /** What is wrong with the set. */
  readonly findings: readonly SetFinding[]
}
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
}

export type TrainingStage =
  'preparing' | 'features' | 'baseline' | 'training' | 'embedding' | 'saving'

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
  readonly error: { readonly code: string; readonly message: string } | null
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
  readonly title: { readonly en: string; readonly 'zh-CN': string }
  readonly description: { readonly en: string; readonly 'zh-CN': string }
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
  readonly meaning: { readonly en: string; readonly 'zh-CN': string }
}

/** A reason for a person, in both languages of the window. */
export interface Reason {
  readonly en: string
  readonly 'zh-CN': string
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
    readonly miners: Readonly<Record<string, Reason>>
    readonly distances: Readonly<Record<string, Reason>>
    readonly reducers: Readonly<Record<string, Reason>>
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
