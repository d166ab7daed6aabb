import type { DatasetId, JobId } from '../../shared/model/ids'
import { type JobKind, type JobState, reportIntervalMs } from '../../shared/model/jobs'
import { serializeError } from '../../shared/errors'

/** How long a job that ended stays on the board, so that its end can be seen. */
export const endedStayMs = 6_000
/** Progress before this is too little to tell the time left from. */
const estimateAfterMs = 1_000

interface JobStart {
  readonly kind: JobKind
  readonly subject: string
  readonly datasetId: DatasetId | null
  /** It has not begun: another must end first. */
  readonly isWaiting?: boolean
  /** Asks the work to end; it then reports {@link JobHandle.cancelled}. */
  readonly cancel: () => void
}

/** How the work tells the board where it is. What comes after its end is ignored. */
export interface JobHandle {
  readonly id: JobId
  progress(done: number, total: number, remainingMs?: number | null): void
  paused(): void
  resumed(): void
  finished(): void
  cancelled(): void
  failed(error: unknown): void
}

export interface JobBoard {
  start(job: JobStart): JobHandle
  /** All jobs that wait, run, ended within the last seconds or failed, oldest first. */
  list(): readonly JobState[]
  /** Asks a job to end; one that failed leaves the board. */
  cancel(id: JobId): void
  /** Asks what works on a dataset to end, and resolves when all of it has. */
  endOf(datasetId: DatasetId): Promise<void>
  /** Takes the jobs of a dataset off the board. */
  forget(datasetId: DatasetId): void
  onChanged(listener: (jobs: readonly JobState[]) => void): () => void
  /** Stops all timers. */
  dispose(): void
}

export interface Clock {
  now(): number
  /** Calls back once, after `delayMs`; the answer calls it off. */
  later(delayMs: number, work: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  later: (delayMs, work) => {
    const timer = setTimeout(work, delayMs)
    return () => clearTimeout(timer)
  },
}

interface Entry {
  state: JobState
  readonly cancel: () => void
  /** When running began, moved on by pauses, so that now - startedAt is time spent working. */
  startedAt: number
  pausedAt: number | null
  /** Called once it has ended. */
  readonly whenOver: (() => void)[]
}

/** Keeps the state of every long piece of work for the status bar. */
export function createJobBoard(clock: Clock = systemClock): JobBoard {
  const entries = new Map<JobId, Entry>()
  const listeners = new Set<(jobs: readonly JobState[]) => void>()
  const pending = new Set<() => void>()
  let nextId = 1
  let lastReportAt = Number.NEGATIVE_INFINITY
  let isReportDue = false

  const later = (delayMs: number, work: () => void): void => {
    const callOff = clock.later(delayMs, () => {
      pending.delete(callOff)
      work()
    })
    pending.add(callOff)
  }
  const list = (): readonly JobState[] => [...entries.values()].map(({ state }) => state)
  const report = (): void => {
    isReportDue = false
    lastReportAt = clock.now()
    const jobs = list()
    for (const listener of listeners) listener(jobs)
  }
  const changed = (): void => {
    if (isReportDue) return
    const waitMs = lastReportAt + reportIntervalMs - clock.now()
    if (waitMs <= 0) return report()
    isReportDue = true
    later(waitMs, report)
  }
  const isOver = (entry: Entry): boolean =>
    !['waiting', 'running', 'paused'].includes(entry.state.phase)
  const set = (entry: Entry, change: Partial<JobState>): void => {
    if (isOver(entry)) return
    entry.state = { ...entry.state, ...change }
    changed()
    if (!isOver(entry)) return
    for (const listener of entry.whenOver.splice(0)) listener()
    // A failure stays until it was read: somebody takes it off, or the next of its kind starts.
    if (entry.state.phase === 'failed') return
    later(endedStayMs, () => {
      entries.delete(entry.state.id)
      changed()
    })
  }

  return {
    start: ({ kind, subject, datasetId, isWaiting = false, cancel }) => {
      const id = nextId++ as JobId
      for (const { state } of [...entries.values()]) {
        const isOfKind = state.kind === kind && state.datasetId === datasetId
        if (isOfKind && state.phase === 'failed') entries.delete(state.id)
      }
      const entry: Entry = {
        state: {
          id,
          kind,
          subject,
          datasetId,
          phase: isWaiting ? 'waiting' : 'running',
          done: 0,
          total: 0,
          remainingMs: null,
          error: null,
        },
        cancel,
        startedAt: clock.now(),
        pausedAt: null,
        whenOver: [],
      }
      entries.set(id, entry)
      changed()
      return {
        id,
        progress: (done, total, remainingMs) =>
          set(entry, {
            done,
            total,
            remainingMs:
              remainingMs === undefined
                ? remainingTime(clock.now() - entry.startedAt, done, total)
                : remainingMs,
          }),
        paused: () => {
          if (entry.pausedAt !== null || isOver(entry)) return
          entry.pausedAt = clock.now()
          set(entry, { phase: 'paused', remainingMs: null })
        },
        resumed: () => {
          if (entry.pausedAt === null || isOver(entry)) return
          entry.startedAt += clock.now() - entry.pausedAt
          entry.pausedAt = null
          set(entry, { phase: 'running' })
        },
        finished: () =>
          set(entry, { phase: 'finished', remainingMs: null, done: entry.state.total }),
        cancelled: () => set(entry, { phase: 'cancelled', remainingMs: null }),
        failed: (error) => {
          const { code, message } = serializeError(error)
          set(entry, { phase: 'failed', remainingMs: null, error: { code, message } })
        },
      }
    },
    list,
    cancel: (id) => {
      const entry = entries.get(id)
      if (entry === undefined) return
      if (!isOver(entry)) return entry.cancel()
      if (entry.state.phase === 'failed' && entries.delete(id)) changed()
    },
    endOf: async (datasetId) => {
      const open = [...entries.values()].filter(
        (entry) => entry.state.datasetId === datasetId && !isOver(entry),
      )
      const ends = open.map((entry) => new Promise<void>((ended) => entry.whenOver.push(ended)))
      for (const entry of open) entry.cancel()
      await Promise.all(ends)
    },
    forget: (datasetId) => {
      for (const { state } of [...entries.values()]) {
        if (state.datasetId === datasetId) entries.delete(state.id)
      }
      changed()
    },
    onChanged: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    dispose: () => {
      for (const callOff of pending) callOff()
      pending.clear()
      listeners.clear()
    },
  }
}

/** From the rate so far; null while it cannot be told. */
function remainingTime(elapsedMs: number, done: number, total: number): number | null {
  if (total <= 0 || done <= 0 || elapsedMs < estimateAfterMs) return null
  return Math.round((elapsedMs / done) * Math.max(0, total - done))
}
