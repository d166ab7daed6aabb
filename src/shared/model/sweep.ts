import * as v from 'valibot'
import type { Bilingual } from './bilingual'
import type { MeasuredDifference } from './comparison'
import type { SetFinding } from './findings'
import type { DatasetId, SweepId } from './ids'
import type {
  BackendReport,
  Component,
  HeadStart,
  RetrievalMetrics,
  TrainingOptions,
  TrainingPlan,
  TrainingWarning,
  TrainingRequest,
} from './training'
import { trainingRequest } from './training'

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(64))
const names = v.pipe(v.array(name), v.minLength(1), v.maxLength(100))

/** Beside the names of a registry: what the plan takes for the loss. */
export const byDefault = 'default'
/** Beside the names of the miners: the loss sees all of the batch. */
export const noMiner = 'none'

/** What a sweep compares; everything in `training` is the same for all of its runs. */
export const sweepRequest = v.strictObject({
  /** Absent: every loss there is. */
  losses: v.optional(names),
  /** Names of miners, `default` or `none`; absent: what the plan takes for the loss. */
  miners: v.optional(names),
  /** Names of distances or `default`; absent: the loss's own. */
  distances: v.optional(names),
  /** How often each combination is trained. */
  seeds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 1),
  /** `seed` is that of the first run of each combination; the split is the same for all. */
  training: v.optional(v.omit(trainingRequest, ['loss', 'miner', 'distance']), {}),
})
export type SweepRequest = v.InferOutput<typeof sweepRequest>
/** The request as a caller gives it, before its defaults are filled in. */
export type SweepInput = v.InferInput<typeof sweepRequest>

/** Retrieval with the bootstrap interval (95 %) of MAP@R over the queries. */
export interface MeasuredRetrieval extends RetrievalMetrics {
  readonly mapAtRLow: number | null
  readonly mapAtRHigh: number | null
}

/** One loss with its miner and distance. */
export interface SweepCombination {
  readonly loss: Component
  readonly miner: Component | null
  readonly distance: string
}

/** One text for all repeats of a loss, miner and distance. */
export const combinationOf = ({ loss, miner, distance }: SweepCombination): string =>
  JSON.stringify([loss, miner, distance])

export interface SkippedCombination {
  readonly loss: string
  readonly miner: string | null
  readonly distance: string | null
  readonly reason: Bilingual
}

export interface SweepError {
  readonly code: string
  readonly message: string
}

/** One run of a sweep. */
export interface SweepRow extends SweepCombination {
  /** Hash of all that decides its numbers: options, split, images. */
  readonly key: string
  readonly seed: number
  readonly status: 'waiting' | 'running' | 'finished' | 'failed'
  /**
   * On the test part, of the state that was kept, on today's labels where these are measured; null
   * until it has finished.
   */
  readonly metrics: MeasuredRetrieval | null
  /** On the labels of when it was trained, where those of today give other figures. */
  readonly whenTrained?: MeasuredRetrieval
  readonly bestEpoch: number | null
  readonly steps: number | null
  /** Of training and measuring this run alone. */
  readonly seconds: number | null
  readonly error: SweepError | null
}

/** What the rows must be held against; null where there is no such thing. */
export interface SweepBaselines {
  /** Frozen features as they are. */
  readonly frozen: MeasuredRetrieval | null
  /** The closed form (discriminant analysis or principal components) alone: the honest bar. */
  readonly closedForm: MeasuredRetrieval | null
  /** A network from the pixels, or the head from a random start, before its first step. */
  readonly untrained: MeasuredRetrieval | null
  /** Which closed form; absent where there is none, or from an earlier version. */
  readonly form?: Exclude<HeadStart, 'auto' | 'random'>
}

/** A difference of MAP@R of two combinations, of their means over the seeds that both have. */
export interface SweepDifference extends MeasuredDifference {
  readonly seeds: number
}

/** How a combination stands to others, by a bootstrap that draws the same labels for both. */
export interface SweepStanding {
  /** Less the best one; 'best' for that itself. */
  readonly toBest: SweepDifference | 'best'
  /** Less the closed form, or the untrained network where there is none; null without either. */
  readonly toBaseline: SweepDifference | null
}

/** A sweep's stored embeddings of the test part on the labels that its images have now. */
export interface SweepToday {
  /** Of what it was computed. */
  readonly key: string
  /** Whether the labels that are tested are still those of when it ran. */
  readonly isSameTest: boolean
  /** Tested labels, then and now, and tested images now. */
  readonly testLabelsThen: number
  readonly testLabels: number
  readonly testImages: number
  /** Images of the test part that have another label now, or none. */
  readonly changedImages: number
  /** Of the embeddings on the disk. */
  readonly bytes: number
  /** By the key of a row; rows whose embeddings were not kept are not there. */
  readonly rows: Readonly<Record<string, MeasuredRetrieval>>
  readonly baselines: SweepBaselines
  readonly standings: readonly (SweepCombination & SweepStanding)[]
}

export interface MeanOverSeeds {
  readonly mean: number
  readonly deviation: number
}

/** Mean and standard deviation of a combination over its seeds; null without queries. */
export interface SweepSummaryRow extends SweepCombination {
  readonly runs: number
  readonly mapAtR: MeanOverSeeds | null
  readonly precisionAt1: MeanOverSeeds | null
  readonly rPrecision: MeanOverSeeds | null
  /** Absent until it is measured, or where the embeddings were not kept. */
  readonly standing?: SweepStanding
}

/** What a sweep would do. */
export interface SweepPlan {
  readonly runs: number
  readonly combinations: readonly SweepCombination[]
  readonly skipped: readonly SkippedCombination[]
  readonly estimatedSeconds: number
  readonly trainClassCount: number
  readonly testClassCount: number
  readonly trainImageCount: number
  readonly testImageCount: number
  readonly split: TrainingOptions['split']
  /** What is wrong with the set; absent in sweeps of earlier versions. */
  readonly findings?: readonly SetFinding[]
  readonly reasons?: TrainingPlan['reasons']
}

export type SweepStage = 'preparing' | 'features' | 'baselines' | 'training' | 'comparing'

export type SweepStatus = 'running' | 'finished' | 'cancelled' | 'failed' | 'interrupted'

/** Everything the leaderboard draws; sent whole, at most ten times a second. */
export interface SweepState {
  readonly id: SweepId | null
  readonly datasetId: DatasetId
  readonly startedAt: number
  readonly status: SweepStatus
  readonly request: SweepRequest
  readonly plan: SweepPlan
  /** Ranked: finished ones best first, then what runs and waits, then what failed. */
  readonly rows: readonly SweepRow[]
  readonly summary: readonly SweepSummaryRow[]
  readonly baselines: SweepBaselines | null
  /**
   * Names of the stored embeddings: of the images, labels and split, and of the baselines; absent
   * in sweeps of earlier versions.
   */
  readonly stored?: { readonly material: string; readonly baselines: string }
  /** The figures of rows, summary and baselines are those of today where this is. */
  readonly today?: Omit<SweepToday, 'rows' | 'baselines' | 'standings'> & {
    /** Keys of finished rows whose embeddings were not kept: theirs are figures of then. */
    readonly missing: readonly string[]
  }
  /** What is wrong with the set as its features show it; absent in sweeps of earlier versions. */
  readonly warnings?: readonly TrainingWarning[]
  readonly stage: SweepStage
  /** Of the stage; of a run in training its steps. */
  readonly stageDone: number
  readonly stageTotal: number
  readonly remainingMs: number | null
  readonly backend: BackendReport | null
  /** Why the whole of it ended; a run that failed says so in its row. */
  readonly error: SweepError | null
}

/**
 * The training that gives a row again, with embeddings, triplets and a model. It names the start
 * that the sweep found, because a start that is left open is a request to save the simplest that is
 * as good, and this row is a trained one.
 */
export function requestOfRow(
  { request, baselines }: Pick<SweepState, 'request' | 'baselines'>,
  row: SweepCombination & { readonly seed: number },
): TrainingRequest {
  const { loss, miner, distance, seed } = row
  const { start = 'auto' } = request.training
  const form = baselines?.form
  return {
    ...ofEarlierVersion(request.training),
    ...(start === 'auto' && form !== undefined ? { start: form } : {}),
    loss,
    miner,
    distance,
    seed,
  }
}

/** What all runs of a stored sweep share: those of earlier versions were divided by a shuffle. */
export const ofEarlierVersion = (training: SweepRequest['training']): SweepRequest['training'] =>
  training.splitBy === undefined
    ? { ...training, splitBy: 'shuffle', splitSeed: training.seed ?? 1 }
    : training
