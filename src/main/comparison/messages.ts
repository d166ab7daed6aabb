import type { SerializedError } from '../../shared/errors'
import type { PairComparison, RunGain, TodaysResult } from '../../shared/model/comparison'
import type { RunId, SweepId } from '../../shared/model/ids'
import type { SweepRow, SweepToday } from '../../shared/model/sweep'
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

/** A sweep that kept embeddings of its test part. */
export interface ComparedSweep {
  /** Null: of a folder of the person's. */
  readonly sweepId: SweepId | null
  /** Of its embeddings. */
  readonly folder: string
  readonly split: TrainingOptions['split']
  /** Of what its runs share. */
  readonly seed: number
  /** Finished ones. */
  readonly rows: readonly Pick<SweepRow, 'key' | 'loss' | 'miner' | 'distance' | 'seed'>[]
  readonly baselinesKey: string
  /** Of what the known figures were computed; null where there are none. */
  readonly todayKey: string | null
}

export interface ComparisonJob {
  /** Images that have a label now and are not excluded, and which. */
  readonly imageIds: Uint32Array
  readonly labelIds: Uint32Array
  /** Newest first. */
  readonly runs: readonly ComparedRun[]
  /** Newest first. */
  readonly sweeps: readonly ComparedSweep[]
}

export type ComparisonMessage =
  | { readonly kind: 'result'; readonly key: string; readonly result: TodaysResult }
  | {
      readonly kind: 'gain'
      readonly key: string
      readonly gain: Omit<RunGain, 'corrections'>
    }
  | { readonly kind: 'sweep'; readonly sweepId: SweepId | null; readonly today: SweepToday }
  /** Runs that are up to date, those of sweeps too. */
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  /** The run's files could not be read. */
  | { readonly kind: 'unreadable'; readonly runId: RunId; readonly reason: string }
  | { readonly kind: 'sweepUnreadable'; readonly sweepId: SweepId | null; readonly reason: string }

/** Runs of a job, those of sweeps too. */
export const runsOf = ({ runs, sweeps }: ComparisonJob): number =>
  sweeps.reduce((sum, { rows }) => sum + rows.length, runs.length)

/** Ends after the run, of a sweep too, that it is at. */
export interface ComparisonCommand {
  readonly kind: 'cancel'
}

/** Two runs that are held against each other. */
export interface PairJob {
  readonly kind: 'pair'
  /** Images that are not excluded, with their labels; 0 where there is none. */
  readonly imageIds: Uint32Array
  readonly labelIds: Uint32Array
  readonly earlier: ComparedRun
  readonly later: ComparedRun
}

export type PairMessage =
  | { readonly kind: 'pair'; readonly pair: PairComparison }
  | { readonly kind: 'pairFailed'; readonly error: SerializedError }
