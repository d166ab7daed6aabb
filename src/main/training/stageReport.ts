import { type WorkAmounts, type WorkDone, workKinds } from '../../core/training/work'
import type { Interruption } from '../../core/training/interruption'
import type { TrainingStage } from '../../shared/model/training'
import type { WorkerMessage } from './messages'

const postEveryMs = 100

/** Says how far a training is, at most ten times a second within a stage, and how fast it works. */
export class StageReport {
  private lastPost = 0
  private lastWork = 0
  private waiting: WorkDone[] = []

  constructor(
    readonly post: (message: WorkerMessage) => void,
    private readonly interruption: Interruption,
  ) {}

  stage(stage: TrainingStage, done: number, total: number): void {
    this.flush()
    this.lastPost = performance.now()
    this.post({ kind: 'stage', stage, done, total })
  }

  progress(stage: TrainingStage, done: number, total: number): void {
    if (done < total && performance.now() - this.lastPost < postEveryMs) return
    this.stage(stage, done, total)
  }

  /** Does a piece of work and takes its time; what a pause or the end falls into is not measured. */
  async timed<Result>(amounts: WorkAmounts, work: () => Promise<Result>): Promise<Result> {
    const stopwatch = this.stopwatch()
    const result = await work()
    stopwatch.lap(amounts)
    return result
  }

  /** The same of work that nothing can interrupt. */
  timedNow<Result>(amounts: WorkAmounts, work: () => Result): Result {
    const stopwatch = this.stopwatch()
    const result = work()
    stopwatch.lap(amounts)
    return result
  }

  /** Measures what is done bit by bit. */
  stopwatch() {
    const { interruption } = this
    const begin = () => ({
      at: performance.now(),
      pauses: interruption.pauses,
      wasPaused: interruption.isPaused,
    })
    let from = begin()
    return {
      /** What comes from now on is measured, what came before is not. */
      skip: () => {
        from = begin()
      },
      /** So much was done since the last time. */
      lap: (amounts: WorkAmounts) => {
        const isWhole =
          !interruption.isCancelled && !from.wasPaused && from.pauses === interruption.pauses
        this.did(amounts, isWhole ? (performance.now() - from.at) / 1000 : null)
        from = begin()
      },
    }
  }

  /** Work of one kind that was measured elsewhere. */
  did(amounts: WorkAmounts, seconds: number | null): void {
    for (const kind of workKinds) {
      const amount = amounts[kind]
      if (amount !== undefined) this.waiting.push({ kind, amount, seconds })
    }
    if (performance.now() - this.lastWork > postEveryMs) this.flush()
  }

  /** Tells of the work that was not told of yet. */
  flush(): void {
    this.lastWork = performance.now()
    if (this.waiting.length === 0) return
    this.post({ kind: 'work', done: this.waiting })
    this.waiting = []
  }
}
