import type { Clock } from '../../../../src/main/jobs/jobBoard'

/** A clock that stands still until it is moved. */
export function manualClock(): Clock & { advance(byMs: number): void; readonly due: number } {
  let time = 0
  let timers: { at: number; work: () => void }[] = []
  return {
    now: () => time,
    later: (delayMs, work) => {
      const timer = { at: time + delayMs, work }
      timers.push(timer)
      return () => {
        timers = timers.filter((other) => other !== timer)
      }
    },
    advance: (byMs) => {
      const end = time + byMs
      for (;;) {
        const next = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
        if (next === undefined) break
        timers = timers.filter((other) => other !== next)
        time = next.at
        next.work()
      }
      time = end
    },
    get due() {
      return timers.length
    },
  }
}
