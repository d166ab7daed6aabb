import type { Component, TrainingOptions } from '../../shared/model/training'
import type { LossChoice } from './computeLoss'
import { incompatibility } from './compatibility'
import { type Loss, losses } from '../losses'
import { readLoss } from './settings'
import type { ComponentChoice } from '../registry/options'

export type LossOptions = Pick<
  TrainingOptions,
  'loss' | 'addedLosses' | 'miner' | 'distance' | 'reducer' | 'regularizer' | 'regularizerWeight'
>

/** What `computeLoss` and `lossParameters` are told of a run's options. */
export interface RunLoss {
  readonly loss: LossChoice
  readonly regularizer: ComponentChoice | null
}

/**
 * The loss of a run: the main one with the run's miner, distance and reducer, and what is added to
 * it. An added loss has its own distance and reducer; it takes the run's miner where it can.
 */
export function lossOfRun(options: LossOptions): RunLoss {
  const { loss, addedLosses, miner, distance, reducer, regularizer, regularizerWeight } = options
  const mined = miner === null ? {} : { miner }
  const main = {
    name: loss.name,
    options: { ...mined, distance, ...(reducer === null ? {} : { reducer }), ...loss.options },
  }
  const added = addedLosses.map((entry) => ({
    name: entry.name,
    weight: entry.weight,
    options: { ...(takesMiner(entry, miner) ? mined : {}), ...entry.options },
  }))
  return {
    loss: added.length === 0 ? main : [{ ...main, weight: 1 }, ...added],
    regularizer:
      regularizer === null
        ? null
        : {
            name: regularizer.name,
            options: { ...regularizer.options, weight: regularizerWeight },
          },
  }
}

/** The loss itself, or that inside a memory with the options that are its own. */
export function innermostLoss(loss: Component): Component {
  const wrapper = losses.has(loss.name) ? losses.get(loss.name) : null
  if (wrapper === null || wrapper.wraps === null) return loss
  const { [wrapper.wraps]: inner, memorySize: _, ...own } = loss.options
  return { name: String(inner ?? wrapper.schema[wrapper.wraps]?.default), options: own }
}

/** Those of the losses in which trainable rows stand for classes: proxies, centres, class weights. */
export const lossesOfClasses = ({
  loss,
  addedLosses = [],
}: {
  readonly loss?: Component | undefined
  readonly addedLosses?: readonly Component[] | undefined
}): readonly Loss[] =>
  [...(loss === undefined ? [] : [loss]), ...addedLosses]
    .map((one) => losses.get(innermostLoss(one).name))
    .filter(({ kind }) => kind === 'classes')

/**
 * How much farther than the positive a loss asks the negative to be, in the unit of its distance;
 * null where it asks for no such thing.
 */
export function distanceMarginOf(choice: Component): number | null {
  const { loss, options } = readLoss(choice)
  return loss.distanceMargin(options)
}

function takesMiner(loss: Component, miner: Component | null): boolean {
  if (miner === null) return false
  return incompatibility(innermostLoss(loss).name, { miner: miner.name }) === null
}
