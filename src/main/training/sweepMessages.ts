import type { WorkDone } from '../../core/work/work'
import type { SerializedError } from '../../shared/errors'
import type { MeasuredRetrieval, SweepBaselines } from '../../shared/model/sweep'
import type {
  BackendReport,
  FeaturesReport,
  TrainingOptions,
  TrainingWarning,
} from '../../shared/model/training'
import type { JobBase } from './messages'

/** Many trainings on the same images and split, one after another. */
export interface SweepJob extends JobBase {
  readonly kind: 'sweep'
  /** For each image the number of its class, from 0; -1 without a label or excluded. */
  readonly labels: Int32Array
  /** What each class is known by: stays when images are relabelled or labels come and go. */
  readonly labelKeys: readonly string[]
  /** 0 not used, 1 training, 2 test. */
  readonly split: Uint8Array
  /** At least one; network, start, sizes and split are the same in all of them. */
  readonly rows: readonly { readonly key: string; readonly options: TrainingOptions }[]
  /** Seed of what all runs share. */
  readonly sharedSeed: number
  /** False where an earlier start of the same sweep has them already. */
  readonly wantsBaselines: boolean
  /** Gets the embeddings of the test part; see `sweepEmbeddings.ts`. */
  readonly embeddingsFolder: string
  readonly baselinesKey: string
}

/** What a run gave, of the state that was kept. */
export interface SweepOutcome {
  readonly metrics: MeasuredRetrieval
  readonly bestEpoch: number
  readonly steps: number
  readonly seconds: number
}

export type SweepMessage =
  | { readonly kind: 'backend'; readonly report: BackendReport }
  | { readonly kind: 'features'; readonly report: FeaturesReport }
  | {
      readonly kind: 'stage'
      readonly stage: 'features' | 'baselines' | 'training'
      readonly done: number
      readonly total: number
    }
  /** What is wrong with the set, of all runs. */
  | { readonly kind: 'warning'; readonly warning: TrainingWarning }
  | { readonly kind: 'work'; readonly done: readonly WorkDone[] }
  | { readonly kind: 'baselines'; readonly baselines: SweepBaselines }
  | { readonly kind: 'rowStarted'; readonly key: string }
  | { readonly kind: 'rowFinished'; readonly key: string; readonly outcome: SweepOutcome }
  | { readonly kind: 'rowFailed'; readonly key: string; readonly error: SerializedError }
  | { readonly kind: 'failed'; readonly error: SerializedError }
