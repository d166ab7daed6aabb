import { AppError } from '../../shared/errors'
import type { DatasetId } from '../../shared/model/ids'

/** Who trains at the moment, and on what. */
interface TurnHolder {
  readonly kind: 'training' | 'sweep'
  readonly datasetId: DatasetId
}

/** One training at a time: whoever trains, a run or a sweep, holds the turn. */
export interface Turn {
  /**
   * Takes the turn; the answer gives it back.
   * @throws AppError trainingBusy while another holds it: `details` name the dataset
   */
  take(holder: TurnHolder): () => void
  /** null while nobody trains. */
  holder(): TurnHolder | null
  /** Is called each time the turn was given back. */
  onFree(listener: () => void): void
}

/** @param nameOf the name of a dataset, for the sentence that refuses */
export function createTurn(nameOf: (datasetId: DatasetId) => string): Turn {
  const listeners: (() => void)[] = []
  let holder: TurnHolder | null = null
  return {
    take(taker) {
      if (holder !== null) {
        const { kind, datasetId } = holder
        const dataset = nameOf(datasetId)
        const what = kind === 'training' ? 'A training' : 'A sweep'
        throw new AppError(
          'trainingBusy',
          `${what} of “${dataset}” is on, and one runs at a time. Wait until it ends, or cancel it, and start again.`,
          { kind, datasetId, dataset },
        )
      }
      const mine = { ...taker }
      holder = mine
      return () => {
        if (holder !== mine) return
        holder = null
        for (const listener of listeners) listener()
      }
    },
    holder: () => holder,
    onFree: (listener) => void listeners.push(listener),
  }
}
