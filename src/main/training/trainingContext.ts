import type { Random } from '../../core/math/random'
import type { SavedModel } from '../../core/network'
import type { Interruption } from '../../core/interruption'
import type { TripletLedger } from '../../core/loop/ledger'
import type { LoopEvent } from '../../core/loop/loop'
import type { LoopState } from '../../core/loop/loopState'
import type { InputSource } from '../../core/inputSource'
import type { Steps } from '../../core/steps'
import type { Preparation } from '../../core/starts/preparation'
import type { KeptModel } from '../../shared/model/kept'
import type { RetrievalMetrics, TrainingOptions } from '../../shared/model/training'
import type { Backend } from '../backend/backend'
import type { Checkpoint, LoopDecisions } from '../runs/checkpoint'
import type { LabelledRows } from './measured'
import type { TrainingResult } from './messages'
import type { StartFindings } from '../runs/startFindings'
import type { StageReport } from './stageReport'

/** What every part of a training works with. */
export interface TrainingContext {
  readonly options: TrainingOptions
  readonly backend: Backend
  readonly interruption: Interruption
  /** Of the seed; each use of chance forks its own. */
  readonly random: Random
  readonly report: StageReport
  /** What a head starts from, fitted where no other run has done so; absent: fitted anew. */
  readonly remembered?: (
    training: LabelledRows,
    options: TrainingOptions,
    fit: () => Steps<Preparation>,
  ) => Steps<Preparation>
  /** Gets the mined triplets; absent: nobody looks at them. */
  readonly ledger?: TripletLedger
  /** After each epoch of the training itself. */
  readonly onEpoch?: (
    event: Extract<LoopEvent<SavedModel>, { kind: 'epoch' }>,
    decisions: LoopDecisions,
  ) => Promise<void>
  /** Where the training itself is suspended. */
  readonly onSuspended?: (state: LoopState<SavedModel>, decisions: LoopDecisions) => Promise<void>
  /**
   * Saves the best of plain features, the closed form and the trained head, where the start is
   * 'auto'; absent: the trained head, whatever it is worth.
   */
  readonly keepsBest?: boolean
  /** What an interrupted search for the start has measured; absent: nothing is kept of it. */
  readonly findings?: StartFindings
  /** Where an interrupted training goes on. */
  readonly resume?: Checkpoint
}

/** What is trained and tested on, in memory. */
export interface TrainingData {
  /** Frozen features, or pixels. */
  readonly source: InputSource
  /** Classes numbered from 0 without gaps. */
  readonly training: LabelledRows
  readonly test: LabelledRows
}

/** How a loop ended. */
export interface LoopEnd {
  readonly reason: TrainingResult['reason']
  readonly bestEpoch: number
  readonly steps: number
  readonly imagesPerSecond: number
  /** Trainable numbers of the loss at the best epoch, by name. */
  readonly lossParameters: Readonly<Record<string, Float32Array>>
}

export interface TrainedModel {
  /** As it is kept: takes the rows of the source. */
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

/** Lets messages in between two pieces of work. */
export const breathe = () => new Promise<void>((resolve) => setImmediate(resolve))

type Interruptible = Pick<TrainingContext, 'interruption'>

/** The same, and waits while the training is paused. */
export const breatheUnlessPaused =
  ({ interruption }: Interruptible) =>
  async (): Promise<void> => {
    await breathe()
    await interruption.whilePaused()
  }

/** How the steps of a training are walked. */
export const paceOf = (
  { interruption }: Interruptible,
  onProgress: (share: number) => void = () => {},
) => ({ now: () => performance.now(), breathe, interruption, onProgress })
