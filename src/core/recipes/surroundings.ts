import type { Random } from '../math/random'
import type { Models, SavedModel, SavedTensor, TunedStructure } from '../network'
import { noTriplets, type TripletSink } from '../loop/ledger'
import type { LoopEvent } from '../loop/loop'
import type { LoopState } from '../loop/loopState'
import type { InputSource } from '../inputSource'
import type { InterruptibleThread, Steps } from '../steps'
import type { Preparation } from '../starts/preparation'
import type { KeptModel } from '../../shared/model/kept'
import type { RetrievalMetrics, TrainingOptions } from '../../shared/model/training'
import type { MatrixProduct } from '../math/product'
import type { Checkpoint, LoopDecisions } from './decisions'
import type { LabelledRows } from './labelledRows'
import type { StartFindings } from './startFindings'
import type { StageReport } from './stageReport'

/** What the heavy arithmetic runs on. */
interface Arithmetic {
  readonly models: Models
  readonly product: MatrixProduct
}

/** What every part of a training works with. */
export interface TrainingContext extends InterruptibleThread {
  readonly options: TrainingOptions
  readonly backend: Arithmetic
  /** Of the seed; each use of chance forks its own. */
  readonly random: Random
  readonly report: StageReport
  readonly records: Records
}

/**
 * What others get of a training, and what it finds of an earlier one. Nothing here changes its
 * numbers; `noRecords` where nobody asks.
 */
export interface Records {
  /** Gets the mined triplets. */
  readonly triplets: TripletSink
  readonly starts: StartRecords
  readonly findings: StartFindings
  readonly checkpoints: Checkpoints
}

/** Starts of heads that several trainings share. */
export interface StartRecords {
  /** What a head starts from, fitted where no other training has done so. */
  recall(
    training: LabelledRows,
    options: TrainingOptions,
    fit: () => Steps<Preparation>,
  ): Steps<Preparation>
}

/** What an interrupted training goes on from. */
interface Checkpoints {
  /** Null: it begins. */
  readonly resume: Pick<Checkpoint, 'decisions' | 'loop'> | null
  /** After each epoch of the training itself. */
  afterEpoch(
    event: Extract<LoopEvent<SavedModel>, { kind: 'epoch' }>,
    decisions: LoopDecisions,
  ): Promise<void>
  /** Where the training itself is suspended. */
  suspended(state: LoopState<SavedModel>, decisions: LoopDecisions): Promise<void>
}

export const noRecords: Records = {
  triplets: noTriplets,
  starts: { recall: (_, __, fit) => fit() },
  findings: { read: () => null, keep: () => Promise.resolve() },
  checkpoints: {
    resume: null,
    afterEpoch: () => Promise.resolve(),
    suspended: () => Promise.resolve(),
  },
}

/** What is trained and tested on, in memory. */
export interface TrainingData {
  /** Frozen features, or pixels. */
  readonly source: InputSource
  /** Classes numbered from 0 without gaps. */
  readonly training: LabelledRows
  readonly test: LabelledRows
  /** What of the network is trained with the head, where `options.tuned` says so. */
  readonly tuning?: TuningData
}

/** A part of a pretrained network, and what goes into it. */
export interface TuningData {
  /** Maps of the same images, row by row as the features. */
  readonly maps: InputSource
  readonly inputShape: readonly [height: number, width: number, channels: number]
  readonly structure: TunedStructure
  readonly weights: readonly SavedTensor[]
}

/** How a loop ended. */
export interface LoopEnd {
  readonly reason: 'finished' | 'cancelled' | 'notANumber'
  readonly bestEpoch: number
  readonly steps: number
  readonly imagesPerSecond: number
  /** Trainable numbers of the loss at the best epoch, by name. */
  readonly lossParameters: Readonly<Record<string, Float32Array>>
}

export interface TrainedModel {
  /** As it is kept: takes the rows of the source, or of a kind 'tuned' those of the maps. */
  readonly saved: SavedModel
  /** On the test rows: without training, and for a head of its closed form alone. */
  readonly before: RetrievalMetrics
  readonly closedForm: RetrievalMetrics | null
  /** MAP@R of a head on held-out classes by epoch, from 0: the closed form; null without a search. */
  readonly validation: readonly number[] | null
  readonly ended: LoopEnd
  /** Which of them is saved, and why; null where nothing was chosen. */
  readonly kept: KeptModel | null
}
