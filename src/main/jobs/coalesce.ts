import { type Clock, reportIntervalMs, systemClock } from './jobBoard'

/**
 * A function that may be called often and does its work at most ten times a second: at once the
 * first time, and once more after the last call of a burst.
 */
export function coalesce(work: () => void, clock: Clock = systemClock): () => void {
  let lastAt = Number.NEGATIVE_INFINITY
  let isDue = false
  const run = (): void => {
    isDue = false
    lastAt = clock.now()
    work()
  }
  return () => {
    if (isDue) return
    const waitMs = lastAt + reportIntervalMs - clock.now()
    if (waitMs <= 0) return run()
    isDue = true
    clock.later(waitMs, run)
  }
}
