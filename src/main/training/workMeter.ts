import { RemainingWork } from '../../core/work/remainingWork'
import type { StageWork, WorkDone } from '../../core/work/work'
import type { BackendReport, TrainingOptions } from '../../shared/model/training'
import type { MeasuredSpeeds } from './measuredSpeeds'

export interface WorkMeterInput {
  readonly speeds: MeasuredSpeeds
  readonly stages: readonly StageWork[]
  /** What the worker was asked to run on. */
  readonly backend: TrainingOptions['backend']
}

/** Follows what a worker does from its start: says what is left, and keeps how fast it went. */
export class WorkMeter {
  private remaining: RemainingWork
  private backend: BackendReport | null = null
  private readonly done: WorkDone[] = []
  private readonly startedAt = performance.now()
  private lastAt = this.startedAt
  private isPaused = false

  constructor(private readonly input: WorkMeterInput) {
    const { speeds, stages, backend } = input
    this.remaining = new RemainingWork(stages, speeds.of(backend, null))
  }

  /** The worker has started, and on this. */
  started(backend: BackendReport): void {
    const { speeds, stages } = this.input
    this.backend = backend
    this.remaining = new RemainingWork(stages, speeds.of(backend.name, backend))
    const seconds = (performance.now() - this.startedAt) / 1000
    this.add([{ kind: 'starting', amount: 1, seconds }])
  }

  enter(stage: string): void {
    this.remaining.enter(stage)
    this.lastAt = performance.now()
  }

  add(done: readonly WorkDone[]): void {
    for (const one of done) this.remaining.add(one)
    this.done.push(...done)
    this.lastAt = performance.now()
  }

  /** Nothing is done until `resumed`. */
  paused(): void {
    this.isPaused = true
  }

  resumed(): void {
    this.isPaused = false
    this.lastAt = performance.now()
  }

  remainingMs(): number {
    const sinceSeconds = this.isPaused ? 0 : (performance.now() - this.lastAt) / 1000
    return Math.round(1000 * this.remaining.seconds(sinceSeconds))
  }

  /** Keeps what was measured for the next plan; called once, however the work ended. */
  keep(): void {
    if (this.backend !== null) this.input.speeds.learn(this.backend, this.done)
  }
}
