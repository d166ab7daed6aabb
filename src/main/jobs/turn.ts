import { AppError } from '../../shared/errors'

/** One training at a time: whoever trains, a run or a sweep, holds the turn. */
export interface Turn {
  /**
   * Takes the turn; the answer gives it back.
   * @throws AppError busy while another holds it
   */
  take(): () => void
  readonly isTaken: boolean
}

/** @param onFree called whenever whoever trained has ended */
export function createTurn(onFree: () => void = () => {}): Turn {
  let holder: object | null = null
  return {
    take() {
      if (holder !== null) {
        throw new AppError(
          'busy',
          'A training or a sweep is on already. Wait until it ends, or cancel it, and start again.',
        )
      }
      const mine = {}
      holder = mine
      return () => {
        if (holder !== mine) return
        holder = null
        onFree()
      }
    },
    get isTaken() {
      return holder !== null
    },
  }
}
