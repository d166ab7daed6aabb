import type { RecipeMessage } from '../../core/recipes/recipeMessages'
import type { SerializedError } from '../../shared/errors'
import type { KeptModel } from '../../shared/model/kept'
import type { RunId } from '../../shared/model/ids'
import type { NetworkSearch } from '../../shared/model/networkSearch'
import type {
  BackendReport,
  FeaturesReport,
  RetrievalMetrics,
  RunReport,
  TrainingOptions,
} from '../../shared/model/training'
import type { JobImages } from '../features/pictures'
import type { FaultTable } from '../../core/findings/faultInput'
import type { FindingKind, FindingLimits, FindingLists } from '../../shared/model/findings'

export interface JobBase {
  readonly images: JobImages
  readonly cacheFolder: string
  /** Where the built workers lie; the backend starts its own from there. */
  readonly workersFolder: string
  /** Holds `node_modules` and `resources`. */
  readonly projectFolder: string
  readonly backend: TrainingOptions['backend']
}

export interface TrainJob extends JobBase {
  readonly kind: 'train'
  readonly runFolder: string
  readonly options: TrainingOptions
  /** For each image the number of its class, from 0; -1 without a label or excluded. */
  readonly labels: Int32Array
  /** What each class is known by: stays when images are relabelled or labels come and go. */
  readonly labelKeys: readonly string[]
  /** What each class is called now. */
  readonly labelNames: readonly string[]
  /** Of each image, relative to the set's folder. */
  readonly paths: readonly string[]
  /** The same number for images that show the same thing. */
  readonly groups: Uint32Array
  /** 0 not used, 1 training, 2 test. */
  readonly split: Uint8Array
  /** File in the run's folder that it goes on from; null: from the start. */
  readonly checkpoint: string | null
}

export interface EmbedJob extends JobBase {
  readonly kind: 'embed'
  readonly modelFolder: string
  /** Of each picture, whose embeddings are averaged. */
  readonly views: number
  /** Gets embeddings.f32 and ids.u32. */
  readonly outputFolder: string
}

/** Starts the backend, says which one it is and ends. */
export interface ProbeJob {
  readonly kind: 'probe'
  readonly workersFolder: string
  readonly projectFolder: string
  readonly backend: TrainingOptions['backend']
}

/** Reports on saved embeddings; needs no backend. */
export interface ReportJob {
  readonly kind: 'report'
  readonly runId: RunId
  readonly runFolder: string
  readonly split: TrainingOptions['split']
  readonly seed: number
  /** Images that have a label now, and which. */
  readonly imageIds: Uint32Array
  readonly labelIds: Uint32Array
}

/** Looks through a set for what is wrong with it. */
export interface FindJob extends JobBase {
  readonly kind: 'find'
  readonly extractor: string
  readonly features: string
  readonly table: FaultTable
  readonly kinds: readonly FindingKind[]
  readonly limits: FindingLimits
}

export type WorkerJob = TrainJob | EmbedJob | ProbeJob | ReportJob | FindJob

export type TrainingCommand =
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'cancel' }
  /** A training writes its checkpoint and ends, to go on another time; else as `cancel`. */
  | { readonly kind: 'suspend' }

/** Mined triplets by image id, worst first. */
export interface TripletColumns {
  readonly anchor: Uint32Array
  readonly positive: Uint32Array
  readonly negative: Uint32Array
  readonly epoch: Uint32Array
  readonly step: Uint32Array
  readonly timesMined: Uint32Array
  readonly positiveDistance: Float32Array
  readonly negativeDistance: Float32Array
  readonly loss: Float32Array
  /** In the saved embedding; null while it trains. */
  readonly savedPositiveDistance: Float32Array | null
  readonly savedNegativeDistance: Float32Array | null
  /** Images that were asked for their hardest triplet in it, and of how many; null while it trains. */
  readonly mining: { readonly anchors: number; readonly images: number } | null
}

export interface TrainingResult {
  readonly reason: 'finished' | 'cancelled' | 'notANumber'
  readonly before: RetrievalMetrics | null
  readonly closedForm: RetrievalMetrics | null
  /** Of the model that is saved; null where a cancellation left none. */
  readonly after: RetrievalMetrics | null
  /** MAP@R of a head on held-out classes by epoch, from 0: the closed form; null without a search. */
  readonly validation: readonly number[] | null
  /** Which of features, closed form and trained head is saved; null where nothing was chosen. */
  readonly kept: KeptModel | null
  readonly bestEpoch: number
  readonly steps: number
  /** Of the training steps alone. */
  readonly imagesPerSecond: number
  readonly hasEmbeddings: boolean
  /** Images whose pixels could not be read again; they have no embedding. */
  readonly unreadable: readonly { readonly id: number; readonly reason: string }[]
}

/** Measuring pictures, reading their features, looking through both. */
export type FindingStage = 'measuring' | 'features' | 'looking'

export interface FoundFaults {
  readonly lists: FindingLists
  /** Pictures that could not be read again; nothing that needs their pixels says anything of them. */
  readonly unreadable: readonly { readonly id: number; readonly reason: string }[]
}

export type WorkerMessage =
  | RecipeMessage
  | { readonly kind: 'backend'; readonly report: BackendReport }
  /** A frozen network was loaded. */
  | { readonly kind: 'features'; readonly report: FeaturesReport }
  /** From now on the run can go on after this epoch. */
  | { readonly kind: 'checkpoint'; readonly epoch: number }
  /** Network and layers are chosen; from now on these are the options of the run. */
  | {
      readonly kind: 'searched'
      readonly search: NetworkSearch
      readonly options: TrainingOptions
    }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'triplets'; readonly triplets: TripletColumns }
  | { readonly kind: 'finished'; readonly result: TrainingResult }
  | { readonly kind: 'embedded'; readonly rows: number; readonly embeddingSize: number }
  | { readonly kind: 'report'; readonly report: RunReport }
  /** How far the search for faults is. */
  | {
      readonly kind: 'finding'
      readonly stage: FindingStage
      readonly done: number
      readonly total: number
    }
  | { readonly kind: 'found'; readonly found: FoundFaults }
  | { readonly kind: 'failed'; readonly error: SerializedError }
