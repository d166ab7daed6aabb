import {
  byDefault,
  noMiner,
  type SkippedCombination,
  type SweepRequest,
} from '../../shared/model/sweep'
import type { Component } from '../../shared/model/training'
import { distances } from '../distances'
import { losses } from '../losses'
import { incompatibility, minersFor } from '../objective/compatibility'
import { miners } from '../miners'

/** What a request leaves to the plan is undefined. */
export interface ChosenCombination {
  readonly loss: Component
  readonly miner: Component | null | undefined
  readonly distance: string | undefined
}

/**
 * Every loss with every miner and distance of the request, losses in the order of the registry or
 * of the request. What cannot go together is left out and says why.
 * @throws AppError invalidInput for a name that no registry has
 */
export function combine(request: Pick<SweepRequest, 'losses' | 'miners' | 'distances'>): {
  readonly chosen: readonly ChosenCombination[]
  readonly skipped: readonly SkippedCombination[]
} {
  const lossNames = request.losses ?? losses.names
  const minerNames = request.miners ?? [byDefault]
  const distanceNames = request.distances ?? [byDefault]
  const chosen: ChosenCombination[] = []
  const skipped: SkippedCombination[] = []
  for (const loss of new Set(lossNames)) {
    for (const minerName of new Set(minerNames)) {
      for (const distanceName of new Set(distanceNames)) {
        const miner = [byDefault, noMiner].includes(minerName) ? null : miners.get(minerName).name
        const distance = distanceName === byDefault ? null : distances.get(distanceName).name
        const reason = incompatibility(loss, { miner, distance }) ?? unsuitable(loss, miner)
        if (reason !== null) skipped.push({ loss, miner, distance, reason })
        else {
          chosen.push({
            loss: { name: loss, options: {} },
            miner: minerName === byDefault ? undefined : componentOf(miner),
            distance: distance ?? undefined,
          })
        }
      }
    }
  }
  return { chosen, skipped }
}

const componentOf = (name: string | null): Component | null =>
  name === null ? null : { name, options: {} }

/** A loss may take a miner and yet be of no use with it; then the window does not offer it either. */
function unsuitable(loss: string, miner: string | null): SkippedCombination['reason'] | null {
  const suits = minersFor(losses.get(loss))
  if (miner === null || suits === null || suits.includes(miner)) return null
  const names = suits.join(', ')
  return {
    en: `The miner ${miner} does not suit the loss ${loss}; these do: ${names}.`,
    'zh-CN': `挖掘器 ${miner} 不适合损失 ${loss}；适合的有：${names}。`,
  }
}
