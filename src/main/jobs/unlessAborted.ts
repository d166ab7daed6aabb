/** Asked of the system, and not answered yet: a share that hangs holds a thread for good. */
const pending = new Set<Promise<unknown>>()

export const aborted = Symbol('aborted')

/**
 * Waits for work that knows nothing of signals, for instance a read from a share that hangs.
 * Answers {@link aborted} as soon as the signal is; the work itself goes on unheard.
 */
export async function unlessAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value | typeof aborted> {
  const settle = () => pending.delete(work)
  pending.add(work)
  work.then(settle, settle)
  if (signal === undefined) return work
  let stop = (): void => {}
  const stopped = new Promise<typeof aborted>((resolve) => {
    stop = () => resolve(aborted)
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
  })
  try {
    return await Promise.race([stopped, work])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Waits for work no longer than that; what has not ended then goes on unheard. */
export async function atMost(work: Promise<unknown>, waitMs: number): Promise<void> {
  const settle = () => pending.delete(work)
  pending.add(work)
  work.then(settle, settle)
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, waitMs)))
  await Promise.race([work, timeout]).finally(() => clearTimeout(timer))
}

/** So long an answer may take after everything else has ended. */
const lastWaitMs = 1_000

/**
 * Ends the process at once where something that was asked of the system has no answer yet and gets
 * none within a second: an ordinary exit would wait for it without end.
 */
export async function endWhereUnanswered(): Promise<void> {
  if (pending.size === 0) return
  const asked = [...pending]
  await atMost(Promise.allSettled(asked), lastWaitMs)
  if (asked.some((work) => pending.has(work))) process.kill(process.pid, 'SIGKILL')
}
