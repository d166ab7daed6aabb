import type { WorkDone } from '../work/work'
import type {
  EpochRecord,
  RateSearch,
  RetrievalMetrics,
  StepProgress,
  TrainingStage,
  TrainingWarning,
} from '../../shared/model/training'

/** What a training says of itself while it goes on. */
export type RecipeMessage =
  | {
      readonly kind: 'stage'
      readonly stage: TrainingStage
      readonly done: number
      readonly total: number
    }
  | {
      readonly kind: 'baseline'
      readonly before: RetrievalMetrics | null
      readonly closedForm: RetrievalMetrics | null
    }
  /** Work that was done since the last such message, with how long it took. */
  | { readonly kind: 'work'; readonly done: readonly WorkDone[] }
  | { readonly kind: 'rate'; readonly search: RateSearch }
  | { readonly kind: 'steps'; readonly steps: readonly StepProgress[] }
  | { readonly kind: 'epoch'; readonly record: EpochRecord; readonly isBest: boolean }
  | { readonly kind: 'warning'; readonly warning: TrainingWarning }
