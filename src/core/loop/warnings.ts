import type { TrainingTrouble, TrainingWarning } from '../../shared/model/training'

/** What a step shows of how training goes. */
export interface StepSigns {
  readonly loss: number
  readonly activeFraction: number
  readonly meanPositiveDistance: number
  readonly meanNegativeDistance: number
  /** Root mean square distance of the embeddings from their mean, not normalised. */
  readonly spread: number
}

/** Steps that are looked at together: one batch alone may be a fluke. */
const windowSteps = 10

export interface WatchState {
  readonly said: readonly TrainingWarning['kind'][]
  readonly first: StepSigns | null
  readonly recent: readonly StepSigns[]
}

/** Watches the steps of a run for what goes wrong. Each kind of warning is said once. */
export class WarningWatch {
  private readonly said: Set<TrainingWarning['kind']>
  private first: StepSigns | null
  private recent: StepSigns[]

  constructor(
    private readonly looksAt: {
      /** Of a hinge loss; null where the loss has none to rest at. */
      readonly margin: number | null
      /** A dot product has no scale: the spread of the embeddings tells of a collapse instead. */
      readonly isDistance: boolean
    },
    state: WatchState = { said: [], first: null, recent: [] },
  ) {
    this.said = new Set(state.said)
    this.first = state.first
    this.recent = [...state.recent]
  }

  /** What the last steps, this one included, give reason to say. */
  afterStep(signs: StepSigns): Exclude<TrainingTrouble, 'notANumber'> | null {
    this.first ??= signs
    this.recent.push(signs)
    if (this.recent.length > windowSteps) this.recent.shift()
    if (this.recent.length < windowSteps) return null
    if (this.hasCollapsed()) return 'collapse'
    return this.restsAtMargin() ? 'deadMargin' : null
  }

  /** Whether a state of now is one to go back to. */
  isHealthy(): boolean {
    if (this.first === null || this.recent.length === 0) return true
    return this.extent() > 0.25 * this.extentOf(this.first) && !this.restsAtMargin()
  }

  /** To be called after going back: what came before says nothing of what comes. */
  forgetSteps(): void {
    this.recent = []
  }

  /** Whether this kind was not said before; from now on it was. */
  isNew(kind: TrainingWarning['kind']): boolean {
    if (this.said.has(kind)) return false
    this.said.add(kind)
    return true
  }

  state(): WatchState {
    return { said: [...this.said], first: this.first, recent: [...this.recent] }
  }

  /** All embeddings near one point, whatever their labels. */
  private hasCollapsed(): boolean {
    const extent = this.extent()
    const before = this.extentOf(this.first!)
    if (extent < 1e-3 * Math.min(1, before)) return true
    const positive = this.mean('meanPositiveDistance')
    const isApart = this.looksAt.isDistance && positive < 0.5 * extent
    return extent < 0.05 * before && !isApart
  }

  private restsAtMargin(): boolean {
    const { margin } = this.looksAt
    if (margin === null || margin <= 0 || this.recent.length < windowSteps) return false
    const isNear = Math.abs(this.mean('loss') - margin) < 0.02 * margin
    return isNear && this.mean('activeFraction') > 0.98
  }

  private extent(): number {
    return this.mean(this.looksAt.isDistance ? 'meanNegativeDistance' : 'spread')
  }

  private extentOf(signs: StepSigns): number {
    return Math.max(
      this.looksAt.isDistance ? signs.meanNegativeDistance : signs.spread,
      Number.MIN_VALUE,
    )
  }

  private mean(name: keyof StepSigns): number {
    let sum = 0
    for (const signs of this.recent) sum += signs[name]
    return sum / this.recent.length
  }
}
