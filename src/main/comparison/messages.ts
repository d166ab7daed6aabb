import type { RunGain, TodaysResult } from '../../shared/model/comparison'
import type { RunId } from '../../shared/model/ids'
import type { TrainingOptions } from '../../shared/model/training'

/** A finished run with embeddings. */
export interface ComparedRun {
  readonly runId: RunId
  readonly folder: string
  readonly split: TrainingOptions['split']
  readonly seed: number
  /** Of what the known result and gain were computed; null where there is none. */
  readonly resultKey: string | null
  readonly gainKey: string | null
}

export interface ComparisonJob {
  /** Images that have a label now and are not excluded, and which. */
  readonly imageIds: Uint32Array
  readonly labelIds: Uint32Array
  /** Newest first. */
  readonly runs: readonly ComparedRun[]
}

export type ComparisonMessage =
  | { readonly kind: 'result'; readonly key: string; readonly result: TodaysResult }
  | {
      readonly kind: 'gain'
      readonly key: string
      readonly gain: Omit<RunGain, 'corrections'>
    }
  /** Runs that are up to date. */
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  /** The run's files could not be read. */
  | { readonly kind: 'unreadable'; readonly runId: RunId; readonly reason: string }

/** Ends after the run it is at. */
export interface ComparisonCommand {
  readonly kind: 'cancel'
}
