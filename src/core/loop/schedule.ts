import type { TrainingOptions } from '../../shared/model/training'

/** Where a run stands before a step. */
export interface RunPosition {
  /** The coming step, from 1. */
  readonly step: number
  /** Steps of the whole run; Infinity where only time ends it. */
  readonly totalSteps: number
  /** Share of the time limit that has passed; 0 without a limit. */
  readonly timeShare: number
}

/**
 * What the learning rate is multiplied by at a step. It rises linearly over the warm-up (Goyal et
 * al. 2017); then it stays, or falls along half a cosine to nearly 0 at the end of the run
 * (Loshchilov, Hutter 2017), by steps or by time, whichever is further.
 */
export function rateFactor(
  { step, totalSteps, timeShare }: RunPosition,
  { schedule, warmUpSteps }: Pick<TrainingOptions, 'schedule' | 'warmUpSteps'>,
): number {
  if (step <= warmUpSteps) return step / (warmUpSteps + 1)
  if (schedule === 'constant') return 1
  const left = totalSteps - warmUpSteps
  const stepShare = left > 0 && Number.isFinite(left) ? (step - 1 - warmUpSteps) / left : 0
  const share = Math.min(1, Math.max(stepShare, timeShare))
  return (1 + Math.cos(Math.PI * share)) / 2
}

/** Steps of a run that nothing ends early. */
export function expectedSteps({
  epochs,
  stepsPerEpoch,
  maxSteps,
}: Pick<TrainingOptions, 'epochs' | 'stepsPerEpoch' | 'maxSteps'>): number {
  return Math.min(epochs * stepsPerEpoch, maxSteps ?? Infinity)
}

/** Whether a clock ends it, so that its epochs cannot be counted beforehand. */
export const isOpenEnd = ({
  maxMinutes,
  maxSteps,
}: Pick<TrainingOptions, 'maxMinutes' | 'maxSteps'>): boolean =>
  maxMinutes !== null && maxSteps === null

/** Training labels that are held out to find the epoch, where the start itself was not chosen. */
export const epochSearch = { leastClasses: 10, share: 0.2 } as const
