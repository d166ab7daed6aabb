export interface Throttled<State> {
  /** Passes the state on at once or, soon after the last one, the newest after the interval. */
  call(state: State): void
  /** Passes on at once what still waits. */
  flush(): void
  cancel(): void
}

/**
 * Passes on at most one state an interval, the first at once and never the newest lost. Where
 * passing on takes long, at most a tenth of the time is spent on it.
 */
export function throttled<State>(
  pass: (state: State) => unknown,
  intervalMs: number,
): Throttled<State> {
  let waiting: { readonly state: State } | null = null
  let timer: NodeJS.Timeout | undefined
  let isBusy = false
  let notBefore = 0

  const send = async () => {
    if (waiting === null || isBusy) return
    const { state } = waiting
    waiting = null
    isBusy = true
    const startedAt = performance.now()
    try {
      await pass(state)
    } finally {
      isBusy = false
      const now = performance.now()
      notBefore = now + Math.max(intervalMs, 9 * (now - startedAt))
      schedule()
    }
  }
  const schedule = () => {
    if (waiting === null || isBusy || timer !== undefined) return
    timer = setTimeout(
      () => {
        timer = undefined
        // What is passed on reports its own failures; a lost state is followed by the next.
        send().catch(() => {})
      },
      Math.max(0, notBefore - performance.now()),
    )
  }
  return {
    call(state) {
      waiting = { state }
      if (!isBusy && timer === undefined && performance.now() >= notBefore) send().catch(() => {})
      else schedule()
    },
    flush() {
      clearTimeout(timer)
      timer = undefined
      send().catch(() => {})
    },
    cancel() {
      clearTimeout(timer)
      timer = undefined
      waiting = null
    },
  }
}
