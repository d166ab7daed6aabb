import type { ClosedForm, KeptModel } from '../../shared/model/kept'
import type { RateSearch } from '../../shared/model/training'
import type { MinedTriplet } from '../loop/ledger'
import type { LoopState } from '../loop/loopState'
import type { SavedModel } from '../network'

/** What was decided before the loop and is not decided anew when it is taken up again. */
export interface LoopDecisions {
  readonly learningRate: number
  /** Epoch that held-out classes found best; null where there was no such search. */
  readonly wantedEpoch: number | null
  /** MAP@R of that search by epoch, from 0. */
  readonly validation: readonly number[] | null
  /** How the learning rate was found; absent where it was given. */
  readonly rateSearch?: RateSearch
  /** The start that held-out labels chose; absent where the options name it. */
  readonly form?: ClosedForm
  /** What is to be saved at the end; absent: what was trained. */
  readonly kept?: KeptModel
}

/** An interrupted training between two epochs. */
export interface Checkpoint {
  readonly decisions: LoopDecisions
  readonly loop: LoopState<SavedModel>
  readonly triplets: readonly MinedTriplet[]
}
