import { AppError } from '../../shared/errors'
import type { Bilingual } from '../../shared/model/bilingual'
import type { OptionDescription, OptionUnit } from '../../shared/model/training'

interface Meaning {
  readonly meaning: Bilingual
}
export interface NumberOption extends Meaning {
  readonly kind: 'number' | 'integer'
  readonly default: number
  readonly minimum?: number
  readonly maximum?: number
  readonly unit?: OptionUnit
}
export interface BooleanOption extends Meaning {
  readonly kind: 'boolean'
  readonly default: boolean
}
export interface ChoiceOption<C extends string = string> extends Meaning {
  readonly kind: 'choice'
  readonly default: C
  readonly choices: readonly C[]
}
type Option = NumberOption | BooleanOption | ChoiceOption

/** Options by name; the default of each lives here and nowhere else. */
export type OptionSchema = Readonly<Record<string, Option>>

/** The values that a schema's options take. */
export type OptionValues<S extends OptionSchema> = {
  readonly [K in keyof S]: S[K] extends { readonly kind: 'boolean' }
    ? boolean
    : S[K] extends ChoiceOption<infer C>
      ? C
      : number
}

/** Options as they come from a person or a file, before they are checked. */
export type GivenOptions = Readonly<Record<string, unknown>>

/** The name of a registry entry with its options. */
export interface ComponentChoice {
  readonly name: string
  readonly options?: GivenOptions
}

export function numberOption(
  value: number,
  minimum: number,
  maximum: number,
  en: string,
  chinese: string,
): NumberOption {
  return { kind: 'number', default: value, minimum, maximum, meaning: { en, 'zh-CN': chinese } }
}

/** A margin or boundary: a number that is nothing without its unit. */
export function marginOption(
  unit: OptionUnit,
  value: number,
  minimum: number,
  maximum: number,
  en: string,
  chinese: string,
): NumberOption {
  return { ...numberOption(value, minimum, maximum, en, chinese), unit }
}

export function integerOption(
  value: number,
  minimum: number,
  maximum: number,
  en: string,
  chinese: string,
): NumberOption {
  return { kind: 'integer', default: value, minimum, maximum, meaning: { en, 'zh-CN': chinese } }
}

export function booleanOption(value: boolean, en: string, chinese: string): BooleanOption {
  return { kind: 'boolean', default: value, meaning: { en, 'zh-CN': chinese } }
}

export function choiceOption<const C extends string>(
  value: NoInfer<C>,
  choices: readonly C[],
  en: string,
  chinese: string,
): ChoiceOption<C> {
  return { kind: 'choice', default: value, choices, meaning: { en, 'zh-CN': chinese } }
}

/** The schema as the list that the window, the command line and the docs show. */
export function describeOptions(schema: OptionSchema): readonly OptionDescription[] {
  return Object.entries(schema).map(([name, option]) => ({ name, ...option }))
}

/**
 * Fills in defaults and checks kinds and ranges.
 * @param owner what the options belong to, for the message, for instance `loss triplet`
 * @throws AppError invalidInput for an unknown option, a wrong kind or a value out of range
 */
export function resolveOptions<S extends OptionSchema>(
  schema: S,
  given: GivenOptions,
  owner: string,
): OptionValues<S> {
  for (const name of Object.keys(given)) {
    if (!(name in schema) && given[name] !== undefined) {
      const known = Object.keys(schema).join(', ') || 'none'
      throw invalid(owner, name, `is not one of its options (${known})`)
    }
  }
  const values: Record<string, number | boolean | string> = {}
  for (const [name, option] of Object.entries(schema)) {
    values[name] = resolveOption(option, given[name], owner, name)
  }
  return values as OptionValues<S>
}

function resolveOption(option: Option, value: unknown, owner: string, name: string) {
  if (value === undefined || value === null) return option.default
  switch (option.kind) {
    case 'boolean':
      if (typeof value !== 'boolean') throw invalid(owner, name, 'must be true or false')
      return value
    case 'choice':
      if (typeof value !== 'string' || !option.choices.includes(value)) {
        throw invalid(owner, name, `must be one of ${option.choices.join(', ')}`)
      }
      return value
    default: {
      if (typeof value !== 'number' || !Number.isFinite(value)) {
        throw invalid(owner, name, 'must be a number')
      }
      if (option.kind === 'integer' && !Number.isInteger(value)) {
        throw invalid(owner, name, 'must be a whole number')
      }
      const low = option.minimum ?? -Infinity
      const high = option.maximum ?? Infinity
      if (value < low || value > high) {
        throw invalid(owner, name, `must lie between ${low} and ${high}, not ${value}`)
      }
      return value
    }
  }
}

function invalid(owner: string, option: string, problem: string): AppError {
  return new AppError('invalidInput', `Option "${option}" of ${owner} ${problem}.`, {
    owner,
    option,
  })
}
