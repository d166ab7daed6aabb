import type { DatasetId, JobId } from './ids'

export type JobKind =
  | 'import'
  | 'recognition'
  | 'training'
  | 'sweep'
  | 'projection'
  | 'comparison'
  | 'export'
  | 'prediction'

/** Shortest time between two reports of what changes all the time: ten a second at most. */
export const reportIntervalMs = 100

/** A long piece of work, as the status bar shows it. */
export interface JobState {
  readonly id: JobId
  readonly kind: JobKind
  /** What is being worked on: a dataset's name; of an export or a new folder its name. */
  readonly subject: string
  readonly datasetId: DatasetId | null
  /** `waiting`: it starts when another ends. */
  readonly phase: 'waiting' | 'running' | 'paused' | 'finished' | 'cancelled' | 'failed'
  readonly done: number
  /** 0 while unknown; 1: `done` is a share. */
  readonly total: number
  readonly remainingMs: number | null
  /** Set when `phase` is failed. */
  readonly error: { readonly code: string; readonly message: string } | null
}
