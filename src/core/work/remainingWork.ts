import { secondsOf, type StageWork, type WorkDone, type WorkKind, type WorkSpeeds } from './work'

/** Seconds of work done and how long it was to take, the latest counting most. */
interface Pace {
  /** Seconds in all. */
  seen: number
  actual: number
  planned: number
}

/** Work that was done so many seconds ago counts a third: the machine may be less busy by now. */
const memorySeconds = 30
/** Seconds of work after which what was seen counts as much as what was expected. */
const trustSeconds = { overall: 5, kind: 1 }

/**
 * What is left of planned work, by how fast this machine goes now: by each kind's own pace where it
 * was seen, and by that of all work where it is still to come.
 */
export class RemainingWork {
  private at = 0
  private readonly done = new Map<WorkKind, number>()
  private stageSeconds = 0
  private readonly overall: Pace = { seen: 0, actual: 0, planned: 0 }
  private readonly paces = new Map<WorkKind, Pace>()

  /** @param stages in their order, each name once */
  constructor(
    private readonly stages: readonly StageWork[],
    private readonly speeds: WorkSpeeds,
  ) {}

  /** What was planned for the stages before counts as done; a name that is not planned is ignored. */
  enter(stage: string): void {
    const at = this.stages.findIndex((planned) => planned.stage === stage)
    if (at < 0 || at === this.at) return
    this.at = at
    this.done.clear()
    this.stageSeconds = 0
  }

  add({ kind, amount, seconds }: WorkDone): void {
    this.done.set(kind, (this.done.get(kind) ?? 0) + amount)
    if (seconds === null) return
    this.stageSeconds += seconds
    const pace = this.paces.get(kind) ?? { seen: 0, actual: 0, planned: 0 }
    this.paces.set(kind, pace)
    for (const one of [this.overall, pace]) {
      const kept = Math.exp(-seconds / memorySeconds)
      one.seen += seconds
      one.actual = kept * one.actual + seconds
      one.planned = kept * one.planned + amount * this.speeds[kind]
    }
  }

  /** @param sinceSeconds that have passed since work was last added; never negative, as the result */
  seconds(sinceSeconds = 0): number {
    const now = this.stages[this.at]
    if (now === undefined) return 0
    const speeds = this.speedsNow()
    const left = Object.fromEntries(
      Object.entries(now.amounts).map(([kind, amount]) => [
        kind,
        Math.max(0, amount - (this.done.get(kind as WorkKind) ?? 0)),
      ]),
    )
    const limitSeconds = Math.max(0, (now.limitSeconds ?? Infinity) - this.stageSeconds)
    const ofStage = secondsOf({ amounts: left, limitSeconds }, speeds)
    const later = this.stages.slice(this.at + 1)
    return later.reduce(
      (sum, stage) => sum + Math.max(0, secondsOf(stage, speeds)),
      Math.max(0, ofStage - sinceSeconds),
    )
  }

  private speedsNow(): WorkSpeeds {
    const factor = factorOf(this.overall, trustSeconds.overall, 1)
    return Object.fromEntries(
      Object.entries(this.speeds).map(([kind, speed]) => {
        const pace = this.paces.get(kind as WorkKind)
        return [
          kind,
          speed * (pace === undefined ? factor : factorOf(pace, trustSeconds.kind, factor)),
        ]
      }),
    ) as unknown as WorkSpeeds
  }
}

/** How many times as long work takes as was planned: the more was seen, the more that counts. */
function factorOf({ seen, actual, planned }: Pace, trusted: number, expected: number): number {
  if (!(actual > 0 && planned > 0)) return expected
  const weight = seen / (seen + trusted)
  return expected ** (1 - weight) * (actual / planned) ** weight
}
