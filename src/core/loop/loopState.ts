import type { QueueSnapshot } from '../objective/memory'
import type { SamplerState } from '../samplers'
import type { ArrayAdamState } from './adam'
import type { Recipe } from './remedies'
import type { WatchState } from './warnings'
import type { WeightAverageState } from './weightAverage'

/** The trained numbers and what draws the next batches, at one moment: to go back to, or on from. */
export interface TrainingPoint<Snapshot> {
  readonly epoch: number
  readonly model: Snapshot
  /** Trainable numbers of the loss by name, and their optimizer. */
  readonly parameters: Readonly<Record<string, Float32Array>>
  readonly parameterOptimizer: ArrayAdamState
  readonly average: WeightAverageState | null
  /** Queues of losses and miners that look beyond their batch. */
  readonly memory: Readonly<Record<string, QueueSnapshot>>
  /** Where the sampler and the streams of chance stand. */
  readonly batches: SamplerState
  readonly chance: readonly number[]
  readonly augmentation: readonly number[] | null
}

/** All that a run needs to go on after a step as if it had not stopped. */
export interface LoopRunState<Snapshot> {
  readonly steps: number
  readonly point: TrainingPoint<Snapshot>
  readonly recipe: Recipe
  readonly watch: WatchState
}

/** The state that is kept of an epoch. */
export interface KeptState<Snapshot> {
  readonly epoch: number
  readonly score: number
  readonly model: Snapshot
  /** Trainable numbers of the loss by name. */
  readonly lossParameters: Readonly<Record<string, Float32Array>>
}

/** How far a loop was within an epoch. */
export interface EpochPart {
  readonly steps: number
  readonly sums: Readonly<Record<string, number>>
}

/** All of a loop between two steps. */
export interface LoopState<Snapshot> {
  /** The last that is whole. */
  readonly epoch: number
  /** Of the one after it; absent between two epochs. */
  readonly part?: EpochPart
  readonly elapsedMs: number
  readonly run: LoopRunState<Snapshot>
  readonly best: KeptState<Snapshot>
  readonly lastGood: TrainingPoint<Snapshot>
}
