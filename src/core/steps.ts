import type { Interruption } from './interruption'

/**
 * Work that can be watched and given up: yields the finished share, 0 to 1, every few
 * milliseconds, and returns the result.
 */
export type Steps<Result> = Generator<number, Result, void>

/** Runs steps to their end at once. */
export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** The thread that work shares with others. */
export interface Thread {
  /** Milliseconds from any start. */
  readonly now: () => number
  /** Lets others run. */
  readonly breathe: () => Promise<void>
}

/** What a walk through steps does between them. */
export interface Pace extends Thread {
  /** A pause holds the walk; what a cancellation means is for the steps to say. */
  readonly interruption?: Interruption
  readonly onProgress?: (share: number) => void
}

/** A thread whose work can be paused and cancelled. */
export interface InterruptibleThread extends Thread {
  readonly interruption: Interruption
}

/** Lets others run, and waits while the work is paused. */
export const breatheUnlessPaused =
  ({ breathe, interruption }: InterruptibleThread) =>
  async (): Promise<void> => {
    await breathe()
    await interruption.whilePaused()
  }

/** How the steps of such work are walked. */
export const paceOf = (
  { now, breathe, interruption }: InterruptibleThread,
  onProgress: (share: number) => void = () => {},
): Pace & InterruptibleThread => ({ now, breathe, interruption, onProgress })

/** Others wait for the walk no longer than about this. */
const breatheEveryMs = 20

/** Runs steps to their end, letting others run every few milliseconds. */
export async function walk<Result>(steps: Steps<Result>, pace: Pace): Promise<Result> {
  let last = pace.now()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (pace.now() - last < breatheEveryMs) continue
    pace.onProgress?.(step.value)
    await pace.breathe()
    await pace.interruption?.whilePaused()
    last = pace.now()
  }
}

/** The same for work that a cancellation makes worthless: null where it was cancelled. */
export async function walkUnlessCancelled<Result>(
  steps: Steps<Result>,
  pace: Pace & InterruptibleThread,
): Promise<Result | null> {
  const watched = function* (): Steps<Result | null> {
    try {
      for (;;) {
        if (pace.interruption.isCancelled) return null
        const step = steps.next()
        if (step.done === true) return step.value
        yield step.value
      }
    } finally {
      // Lets the steps give back what they hold.
      steps.return(undefined as never)
    }
  }
  return walk(watched(), pace)
}

/** Steps that count as the part [from, to] of a whole. */
export function* partOf<Result>(steps: Steps<Result>, from: number, to: number): Steps<Result> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    yield from + step.value * (to - from)
  }
}

/** Where parts of a whole begin and end, each as long as its work: shares of it by name. */
export function partsOf<Name extends string>(
  work: Readonly<Record<Name, number>>,
): Readonly<Record<Name, readonly [from: number, to: number]>> {
  const entries = Object.entries(work) as [Name, number][]
  const total = entries.reduce((sum, [, amount]) => sum + amount, 0) || 1
  let before = 0
  return Object.fromEntries(
    entries.map(([name, amount]): [Name, [number, number]] => {
      const from = before / total
      before += amount
      return [name, [from, before / total]]
    }),
  ) as Record<Name, [number, number]>
}
