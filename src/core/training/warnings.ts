import type { TrainingWarning } from '../../shared/model/training'

/** Means over the steps of one epoch. */
export interface EpochMeans {
  readonly loss: number
  readonly activeFraction: number
  readonly meanPositiveDistance: number
  readonly meanNegativeDistance: number
  /** Share of mined tuples for which the miner found nothing and took its fallback. */
  readonly fallbackShare: number
}

/** Each kind is said once a run. */
export class WarningWatch {
  private readonly said = new Set<TrainingWarning['kind']>()
  private firstNegativeDistance: number | null = null

  /** @param margin of a hinge loss; null where the loss has none to rest at */
  constructor(private readonly margin: number | null) {}

  /** What an epoch gives reason to say; mostly nothing. */
  afterEpoch(epoch: number, means: EpochMeans): readonly TrainingWarning[] {
    this.firstNegativeDistance ??= means.meanNegativeDistance
    const found: TrainingWarning[] = []
    const say = (kind: TrainingWarning['kind'], action = '') => {
      const warning = this.once(kind, epoch, action)
      if (warning !== null) found.push(warning)
    }
    const spread = means.meanNegativeDistance
    // All distances near 0: positives and negatives alike sit on one point.
    if (spread < 0.05 * Math.max(this.firstNegativeDistance, 1e-6) || spread < 1e-3) say('collapse')
    const { margin } = this
    if (margin !== null && margin > 0) {
      const rests = Math.abs(means.loss - margin) < 0.02 * margin && means.activeFraction > 0.98
      if (rests) say('deadMargin')
    }
    if (means.fallbackShare > 0.5) say('semiHardFallback')
    return found
  }

  /** The warning where it was not given yet. */
  once(kind: TrainingWarning['kind'], epoch: number, action = ''): TrainingWarning | null {
    if (this.said.has(kind)) return null
    this.said.add(kind)
    return { kind, epoch, action }
  }
}
