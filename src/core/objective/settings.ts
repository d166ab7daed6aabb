import { AppError } from '../../shared/errors'
import { distances } from '../distances'
import { miners, type Miner } from '../miners'
import { reducers, type Reducer } from '../reducers'
import type { ComponentChoice, GivenOptions } from '../registry/options'
import { incompatibility, unsuited } from './compatibility'
import { losses } from '../losses'
import type { Loss } from '../losses/loss'

export interface MinerSettings {
  readonly miner: Miner
  readonly options: GivenOptions
  readonly distance: string
  readonly normalized: boolean | undefined
  readonly memorySize: number | null
}

/** A loss with everything that it runs with, checked. */
export interface LossSettings {
  readonly loss: Loss
  /** Its own options only. */
  readonly options: GivenOptions
  readonly distance: string
  /** undefined: as the distance has it. */
  readonly normalized: boolean | undefined
  readonly reducer: Reducer
  readonly classWeights: ArrayLike<number> | null
  readonly miner: MinerSettings | null
  /** Length of the queue of references; null: the batch is compared with itself. */
  readonly memorySize: number | null
}

/** What may be said beside the options of the loss; options of the same name win. */
export interface SettingsInput {
  readonly miner?: ComponentChoice | null | undefined
  readonly distance?: string | undefined
  readonly normalized?: boolean | undefined
  readonly reducer?: string | undefined
  readonly classWeights?: ArrayLike<number> | null | undefined
}

/**
 * Reads a loss with its options. Besides those of its own a loss takes `distance`, `normalized`,
 * `reducer`, `classWeights` and `miner`.
 * @throws AppError invalidInput for unknown names, wrong values and pairs that do not fit
 */
export function readLoss(choice: ComponentChoice, input: SettingsInput = {}): LossSettings {
  const given = choice.options ?? {}
  const loss = losses.get(choice.name)
  if (loss.wraps !== null) return readWrapped(loss, loss.wraps, given, input)
  const { distance, normalized, reducer, classWeights, miner, ...own } = given
  const distanceName = textOf(distance) ?? input.distance ?? loss.distance
  const minerChoice = choiceOf(miner) ?? input.miner ?? null
  const reason = incompatibility(loss.name, {
    distance: distances.get(distanceName).name,
    normalized: flagOf(normalized) ?? input.normalized,
    miner: minerChoice === null ? null : miners.get(minerChoice.name).name,
  })
  if (reason !== null) {
    throw unsuited(reason, { loss: loss.name })
  }
  return {
    loss,
    options: own,
    distance: distanceName,
    normalized: flagOf(normalized) ?? input.normalized ?? loss.normalizedByDefault ?? undefined,
    reducer: reducers.get(
      loss.reducer === null ? 'mean' : (textOf(reducer) ?? input.reducer ?? loss.reducer),
    ),
    classWeights: numbersOf(classWeights) ?? input.classWeights ?? null,
    miner: minerChoice === null ? null : readMiner(minerChoice),
    memorySize: null,
  }
}

/** Reads a miner with its options; besides those of its own it takes `distance` and `normalized`. */
export function readMiner(choice: ComponentChoice): MinerSettings {
  const miner = miners.get(choice.name)
  const { distance, normalized, ...own } = choice.options ?? {}
  const chosen = miner.hasFixedDistance ? undefined : textOf(distance)
  const memorySize = own['memorySize']
  return {
    miner,
    options: own,
    distance: distances.get(chosen ?? miner.distance ?? 'euclidean').name,
    normalized: flagOf(normalized),
    memorySize: miner.usesMemory ? (typeof memorySize === 'number' ? memorySize : 1024) : null,
  }
}

/** @param wraps the option of the wrapper that names the loss inside */
function readWrapped(
  wrapper: Loss,
  wraps: string,
  given: GivenOptions,
  input: SettingsInput,
): LossSettings {
  const { [wraps]: inside, memorySize, ...rest } = given
  const choices = wrapper.schema[wraps]
  const inner = choiceOf(inside) ?? { name: textOf(inside) ?? String(choices?.default) }
  const size = typeof memorySize === 'number' ? memorySize : 1024
  if (choices?.kind === 'choice' && !choices.choices.includes(inner.name)) {
    throw new AppError(
      'invalidInput',
      `The loss "${inner.name}" cannot look into a memory. Choose one of: ${choices.choices.join(', ')}.`,
    )
  }
  const settings = readLoss({ name: inner.name, options: { ...rest, ...inner.options } }, input)
  if (!Number.isInteger(size) || size < 1) {
    throw new AppError('invalidInput', 'The memory must hold at least one embedding.')
  }
  return { ...settings, memorySize: size }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function numbersOf(value: unknown): ArrayLike<number> | null {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return value as unknown as number[]
  return null
}

function choiceOf(value: unknown): ComponentChoice | null {
  if (typeof value !== 'object' || value === null || !('name' in value)) return null
  if (typeof value.name !== 'string') return null
  const options = 'options' in value ? value.options : undefined
  return {
    name: value.name,
    ...(typeof options === 'object' && options !== null ? { options: { ...options } } : {}),
  }
}
