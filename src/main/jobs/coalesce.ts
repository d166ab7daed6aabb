import { reportIntervalMs } from '../../shared/model/jobs'
import { type Clock, systemClock } from './jobBoard'

export interface Coalesced {
  (): void
  /** Drops what is still to be done, and everything after. */
  stop(): void
}

/**
 * A function that may be called often and does its work at most ten times a second: at once the
 * first time, and once more after the last call of a burst.
 */
export function coalesce(work: () => void, clock: Clock = systemClock): Coalesced {
  let lastAt = Number.NEGATIVE_INFINITY
  let callOff: (() => void) | null = null
  let isStopped = false
  const run = (): void => {
    callOff = null
    lastAt = clock.now()
    work()
  }
  const call = (): void => {
    if (callOff !== null || isStopped) return
    const waitMs = lastAt + reportIntervalMs - clock.now()
    if (waitMs <= 0) return run()
    callOff = clock.later(waitMs, run)
  }
  const stop = (): void => {
    isStopped = true
    callOff?.()
    callOff = null
  }
  return Object.assign(call, { stop })
}
