import type {
  DistanceHistogram,
  RetrievalMetrics,
  TrainingOptions,
} from '../../shared/model/training'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import type { Interruption } from '../interruption'
import type { TripletSink } from './ledger'
import type { LoopState } from './loopState'
import type { InputSource } from '../inputSource'
import type { TrainableModel } from './model'

/** What is known of the model after an epoch. */
export interface Evaluation {
  /** On the evaluation split; never looked at to choose between epochs. */
  readonly metrics: RetrievalMetrics
  readonly histogram: DistanceHistogram | null
  /** What the best epoch is chosen by, larger is better; null: the last epoch is kept. */
  readonly selection: number | null
  /** MAP@R on classes held out of the training ones, for the record; absent where it is not known. */
  readonly validation?: number
}

export interface LoopInput<Snapshot> {
  readonly model: TrainableModel<Snapshot>
  readonly source: InputSource
  /** Rows of the source to train on, and the class of each. */
  readonly rows: Uint32Array
  readonly labels: Int32Array
  readonly options: TrainingOptions
  /** What the options name, or what was found. */
  readonly learningRate: number
  readonly random: Random
  /** For the products of the loss: of a batch, too small to be worth the way to a device. */
  readonly product: MatrixProduct
  readonly interruption: Interruption
  /** Measures the model as it is now; called before the first step (epoch 0) and after each epoch. */
  readonly evaluate: (epoch: number) => Promise<Evaluation>
  /** Milliseconds since any moment. */
  readonly now: () => number
  /** Lets other work of the thread run; awaited after each step. */
  readonly breathe: () => Promise<void>
  readonly ledger: TripletSink
  /** Whether inputs are varied at random for training. */
  readonly isAugmented?: boolean
  /** Where an interrupted loop stood: it goes on from there with the same numbers; null: at its start. */
  readonly resume: LoopState<Snapshot> | null
}
