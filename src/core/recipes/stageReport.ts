import { type WorkAmounts, type WorkDone, workKinds } from '../work/work'
import type { Interruption } from '../interruption'
import type { Steps } from '../steps'
import { reportIntervalMs } from '../../shared/model/jobs'
import type { TrainingStage } from '../../shared/model/training'
import type { RecipeMessage } from './recipeMessages'

/** A share of a stage is told as so many of these: of a long one a thousandth takes seconds. */
const wholeStage = 10_000

/** Says how far a training is, at most ten times a second within a stage, and how fast it works. */
export class StageReport {
  private lastPost = 0
  private lastWork = 0
  private waiting: WorkDone[] = []

  constructor(
    readonly post: (message: RecipeMessage) => void,
    protected readonly interruption: Interruption,
    readonly now: () => number,
  ) {}

  stage(stage: TrainingStage, done: number, total: number): void {
    this.flush()
    this.lastPost = this.now()
    this.post({ kind: 'stage', stage, done: Math.floor(done), total })
  }

  progress(stage: TrainingStage, done: number, total: number): void {
    if (done < total && this.now() - this.lastPost < reportIntervalMs) return
    this.stage(stage, done, total)
  }

  /** Does a piece of work and takes its time; what a pause or the end falls into is not measured. */
  async timed<Result>(amounts: WorkAmounts, work: () => Promise<Result>): Promise<Result> {
    const stopwatch = this.stopwatch()
    const result = await work()
    stopwatch.lap(amounts)
    return result
  }

  /** The same of work in steps. */
  *timedSteps<Result>(amounts: WorkAmounts, work: Steps<Result>): Steps<Result> {
    const stopwatch = this.stopwatch()
    const result = yield* work
    stopwatch.lap(amounts)
    return result
  }

  /** Measures what is done bit by bit. */
  stopwatch() {
    const { interruption, now } = this
    const begin = () => ({
      at: now(),
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
        this.did(amounts, isWhole ? (now() - from.at) / 1000 : null)
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
    if (this.now() - this.lastWork > reportIntervalMs) this.flush()
  }

  /** Tells of the work that was not told of yet. */
  flush(): void {
    this.lastWork = this.now()
    if (this.waiting.length === 0) return
    this.post({ kind: 'work', done: this.waiting })
    this.waiting = []
  }

  /** @param share of the stage that is done, 0 to 1 */
  share(stage: TrainingStage, share: number): void {
    this.progress(stage, share * wholeStage, wholeStage)
  }

  /**
   * A report in which the whole of the stage is the part [from, to] of it here, or of another stage
   * that it is done for.
   */
  part(partial: TrainingStage, from: number, to: number, as = partial): StageReport {
    return new PartReport(this, this.interruption, { partial, from, to, as })
  }
}

class PartReport extends StageReport {
  constructor(
    private readonly whole: StageReport,
    interruption: Interruption,
    private readonly place: {
      readonly partial: TrainingStage
      readonly from: number
      readonly to: number
      readonly as: TrainingStage
    },
  ) {
    super(whole.post, interruption, whole.now)
  }

  override stage(stage: TrainingStage, done: number, total: number): void {
    this.progress(stage, done, total)
  }

  override progress(stage: TrainingStage, done: number, total: number): void {
    const { partial, from, to, as } = this.place
    if (stage !== partial) return this.whole.progress(stage, done, total)
    this.whole.share(as, from + ((to - from) * done) / Math.max(1, total))
  }

  override did(amounts: WorkAmounts, seconds: number | null): void {
    this.whole.did(amounts, seconds)
  }

  override flush(): void {
    this.whole.flush()
  }
}
