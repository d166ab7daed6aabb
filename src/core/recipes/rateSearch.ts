import type { RateSearch } from '../../shared/model/training'
import type { LoopInput } from '../loop/loopInput'
import { noTriplets } from '../loop/ledger'
import { LoopRun } from '../loop/loopRun'
import { prepareLoop } from '../loop/loopStart'

export interface RateSearchSettings {
  readonly lowest?: number
  readonly highest?: number
  readonly steps?: number
  readonly onStep?: (done: number, total: number) => void
}

/** Of the running mean of the loss. */
const smoothing = 0.9
/** Steps of a search, unless told otherwise. */
export const rateSearchSteps = 100
/** The slope is taken over this many points to either side. */
const slopeReach = 6

/**
 * A range test (Smith 2017): trains for some steps while the learning rate grows exponentially from
 * `lowest` to `highest`, then puts the model back exactly as it was. It ends early once the loss is
 * no number or has risen far above its lowest.
 */
export async function searchRate<Snapshot>(
  input: Omit<LoopInput<Snapshot>, 'evaluate'>,
  settings: RateSearchSettings = {},
): Promise<RateSearch> {
  const { lowest = 1e-6, highest = 1, steps = rateSearchSteps, onStep = () => {} } = settings
  const { model, interruption } = input
  const before = model.snapshot()
  // Warm-up and schedule would hide the rate that is tried.
  const options = { ...input.options, schedule: 'constant' as const, warmUpSteps: 0, emaDecay: 0 }
  const search = {
    ...input,
    ...{ options, ledger: noTriplets, resume: null },
    random: input.random.fork('rate search'),
  }
  const run = new LoopRun(search, await prepareLoop(search))
  run.startEpoch()
  const rates: number[] = []
  const losses: number[] = []
  try {
    for (let i = 0; i < steps; i++) {
      if (interruption.isPaused) await interruption.whilePaused()
      if (interruption.isCancelled) break
      const rate = lowest * (highest / lowest) ** (i / (steps - 1))
      const progress = run.step(0, 0, rate)
      if (progress === null) break
      rates.push(rate)
      losses.push(progress.loss)
      onStep(i + 1, steps)
      if (hasDiverged(smoothed(losses))) break
      await input.breathe()
    }
  } finally {
    model.restore(before)
  }
  return { rates, losses: smoothed(losses), suggestion: suggestRate(rates, losses) }
}

/**
 * The rate at which the loss falls steepest, of those before its lowest; null where it never falls
 * by more than it varies from batch to batch.
 * @param losses of single steps, not smoothed
 */
export function suggestRate(rates: readonly number[], losses: readonly number[]): number | null {
  const curve = smoothed(losses)
  let lowest = 0
  for (let i = 1; i < curve.length; i++) if (curve[i]! < curve[lowest]!) lowest = i
  if (lowest < slopeReach) return null
  const calm = curve.slice(0, Math.max(3, Math.floor(lowest / 3)))
  const start = calm.reduce((sum, value) => sum + value, 0) / calm.length
  if (start - curve[lowest]! < 2 * noiseOf(losses, curve)) return null
  let steepest = -1
  let slope = 0
  for (let i = slopeReach; i <= lowest; i++) {
    const found = slopeAround(rates, curve, i, Math.min(slopeReach, curve.length - 1 - i))
    if (found < slope) {
      slope = found
      steepest = i
    }
  }
  // A smoothed curve lags, and its lowest is already too high a rate.
  return steepest < 0 ? null : Math.min(rates[steepest]!, rates[lowest]! / 3)
}

/** Running mean, corrected for its start at 0. */
function smoothed(losses: readonly number[]): number[] {
  let mean = 0
  return losses.map((loss, i) => {
    mean = smoothing * mean + (1 - smoothing) * loss
    return mean / (1 - smoothing ** (i + 1))
  })
}

/** How much a smoothed value varies by chance: from the differences of neighbouring steps. */
function noiseOf(losses: readonly number[], curve: readonly number[]): number {
  const count = Math.max(2, Math.floor(curve.length / 2))
  let sum = 0
  for (let i = 1; i < count; i++) sum += (losses[i]! - losses[i - 1]!) ** 2 / 2
  const deviation = Math.sqrt(sum / (count - 1))
  // The running mean of independent values has this share of their deviation.
  return deviation * Math.sqrt((1 - smoothing) / (1 + smoothing))
}

/** Slope of the least-squares line over the logarithm of the rate. */
function slopeAround(
  rates: readonly number[],
  curve: readonly number[],
  center: number,
  reach: number,
): number {
  const from = center - slopeReach
  const to = center + reach
  const count = to - from + 1
  let meanX = 0
  let meanY = 0
  for (let i = from; i <= to; i++) {
    meanX += Math.log(rates[i]!) / count
    meanY += curve[i]! / count
  }
  let xy = 0
  let xx = 0
  for (let i = from; i <= to; i++) {
    const x = Math.log(rates[i]!) - meanX
    xy += x * (curve[i]! - meanY)
    xx += x * x
  }
  return xx > 0 ? xy / xx : 0
}

/** Far above the lowest, measured by the start: losses have no common scale. */
function hasDiverged(curve: readonly number[]): boolean {
  if (curve.length < 2 * slopeReach) return false
  const lowest = Math.min(...curve)
  const scale = Math.max(Math.abs(curve[0]!), curve[0]! - lowest, 1e-6)
  return curve.at(-1)! > curve[0]! + 3 * scale
}
