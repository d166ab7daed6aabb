import * as v from 'valibot'
import type { Bilingual } from '../bilingual'
import { component, weightedComponent } from './component'

/** What of a run decides whether an option means anything in it. */
export interface RunFacts {
  readonly network: 'frozen' | 'small' | 'residual'
  readonly miner: unknown
  readonly split: string
  readonly proxyStart?: unknown
  /** Of each training picture, where frozen features are of some. */
  readonly augmentedCopies?: unknown
}

/** Registries that an option takes its names from. */
export type RegistryName =
  'losses' | 'miners' | 'distances' | 'reducers' | 'regularizers' | 'samplers'

/** A part of an option that the command line takes by a flag of its own. */
interface OptionPart {
  readonly flag: string
  readonly kind: 'number' | 'pair'
  readonly value: string
  readonly help: Bilingual
}

/** What every row says. */
interface Common {
  readonly title: Bilingual
  /** What it is for: the same sentence in the window, in the command line's help and in the docs. */
  readonly help: Bilingual
  /** What the plan takes where nobody chose, in words, for where its choice is not shown beside. */
  readonly usual?: Bilingual
  /** Of the command line, without the dashes; absent: it is in run files alone. */
  readonly flag?: string
  readonly parts?: readonly OptionPart[]
  /** 'own': a part of the window made for it has it; 'none': no part; absent: a field of the form. */
  readonly window?: 'own' | 'none'
  /** Whether it means anything in such a run; absent: it always does. */
  readonly applies?: (run: RunFacts) => boolean
  /**
   * Where a planned run has it. 'whereItMatters': it may be absent there; 'elsewhere': in a field
   * of its own making, see `TrainingOptions`; absent: always under its name.
   */
  readonly planned?: 'whereItMatters' | 'elsewhere'
  /** Not an option of a sweep on the command line. */
  readonly inSweep?: false
}
/**
 * @typeParam T the value where nobody chose one; without it the plan decides. `earlier` is what
 *   runs had before it could be chosen, where that is something else.
 */
interface Decided<T> extends Common {
  readonly default?: T
  readonly earlier?: T | null
}
interface Range {
  readonly minimum: number
  readonly maximum: number
  /** What stands for the number in a text, for instance `N`. */
  readonly value?: string
}
type NumberRow = Decided<number> & Range
/** null is none; `on` is where the window begins when it is switched on. */
type SwitchedRow = Decided<number | null> & Range & { readonly on: number }
/** A word may stand in place of the number. */
type WordRow = Decided<number | string> &
  Range & { readonly word: string; readonly wordTitle: Bilingual }
type ChoiceRow = Decided<string> & { readonly choices: Readonly<Record<string, Bilingual>> }
type ToggleRow = Decided<boolean>
type NameRow = Decided<string> & { readonly registry: RegistryName }
type TextRow = Decided<string> & { readonly value: string }
type ComponentRow = Common & { readonly registry: RegistryName }
type OptionalComponentRow = ComponentRow & { readonly default?: null }
type LossesRow = Common & { readonly default: readonly never[]; readonly value: string }
type NamesRow = Common & { readonly value: string }

/** A row with no word that its kind does not have. */
type Exact<Row, Allowed> = Row & Readonly<Record<Exclude<keyof Row, keyof Allowed>, never>>

const text = v.pipe(v.string(), v.maxLength(64))
const numberIn = ({ minimum, maximum }: Range) =>
  v.pipe(v.number(), v.minValue(minimum), v.maxValue(maximum))
const wholeIn = ({ minimum, maximum }: Range) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum))

export const number = <const Row extends NumberRow>(row: Exact<Row, NumberRow>) => ({
  ...(row as Row),
  kind: 'number' as const,
  schema: numberIn(row),
})
export const whole = <const Row extends NumberRow>(row: Exact<Row, NumberRow>) => ({
  ...(row as Row),
  kind: 'integer' as const,
  schema: wholeIn(row),
})
/** A number, or null for none. */
export const numberOrNone = <const Row extends SwitchedRow>(row: Exact<Row, SwitchedRow>) => ({
  ...(row as Row),
  kind: 'number' as const,
  schema: v.nullable(numberIn(row)),
})
/** A whole number, or null for none. */
export const wholeOrNone = <const Row extends SwitchedRow>(row: Exact<Row, SwitchedRow>) => ({
  ...(row as Row),
  kind: 'integer' as const,
  schema: v.nullable(wholeIn(row)),
})
export const numberOrWord = <const Row extends WordRow>(row: Exact<Row, WordRow>) => ({
  ...(row as Row),
  kind: 'number' as const,
  schema: v.union([numberIn(row), v.literal(row.word as Row['word'])]),
})
export const choice = <const Row extends ChoiceRow>(row: Exact<Row, ChoiceRow>) => ({
  ...(row as Row),
  kind: 'choice' as const,
  schema: v.picklist(namesOf(row as Row)),
})
/** Its flag switches it on; `no-` before the flag switches it off. */
export const toggle = <const Row extends ToggleRow>(row: Exact<Row, ToggleRow>) => ({
  ...(row as Row),
  kind: 'switch' as const,
  schema: v.boolean(),
})
/** The name of an entry of a registry; whether there is one by that name is the registry's to say. */
export const nameOf = <const Row extends NameRow>(row: Exact<Row, NameRow>) => ({
  ...(row as Row),
  kind: 'name' as const,
  schema: text,
})
/** Layers of the frozen network, joined with +. */
export const layers = <const Row extends TextRow>(row: Exact<Row, TextRow>) => ({
  ...(row as Row),
  kind: 'layers' as const,
  // As many as a network may have.
  schema: v.pipe(v.string(), v.maxLength(1024)),
})
/** The head, the last N blocks of the network as `last:N`, or all of it. */
export const trainedPart = <const Row extends TextRow>(row: Exact<Row, TextRow>) => ({
  ...(row as Row),
  kind: 'part' as const,
  schema: v.pipe(v.string(), v.regex(/^(head|all|last:[1-9]\d?)$/)),
})
/** The id of a pretrained network. */
export const idOf = <const Row extends Common>(row: Exact<Row, Common>) => ({
  ...(row as Row),
  kind: 'id' as const,
  schema: text,
})
/** An entry of a registry with options of its own. */
export const componentOf = <const Row extends ComponentRow>(row: Exact<Row, ComponentRow>) => ({
  ...(row as Row),
  kind: 'component' as const,
  schema: component,
})
/** The same, or null for none. */
export const componentOrNone = <const Row extends OptionalComponentRow>(
  row: Exact<Row, OptionalComponentRow>,
) => ({
  ...(row as Row),
  kind: 'component' as const,
  schema: v.nullable(component),
})
/** Losses with their weights. */
export const losses = <const Row extends LossesRow>(row: Exact<Row, LossesRow>) => ({
  ...(row as Row),
  kind: 'losses' as const,
  schema: v.pipe(v.array(weightedComponent), v.maxLength(8)),
})
/** Names of labels. */
export const labelNames = <const Row extends NamesRow>(row: Exact<Row, NamesRow>) => ({
  ...(row as Row),
  kind: 'labels' as const,
  schema: v.pipe(
    v.array(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
    v.maxLength(100_000),
  ),
})

const namesOf = <Row extends ChoiceRow>({ choices }: Row) =>
  Object.keys(choices) as (keyof Row['choices'] & string)[]

interface Kinded {
  readonly schema: v.GenericSchema
  readonly default?: unknown
  readonly earlier?: unknown
}
/** A row of the table, whichever kind it has. */
export type OptionRow = Common &
  Kinded &
  (
    | ({
        readonly kind: 'number' | 'integer'
        /** null is none where this is. */
        readonly on?: number
        readonly word?: string
        readonly wordTitle?: Bilingual
      } & Range)
    | { readonly kind: 'choice'; readonly choices: Readonly<Record<string, Bilingual>> }
    | { readonly kind: 'switch' | 'id' }
    | { readonly kind: 'name' | 'component'; readonly registry: RegistryName }
    | { readonly kind: 'layers' | 'losses' | 'labels' | 'part'; readonly value: string }
  )
export type OptionTable = Readonly<Record<string, OptionRow>>

/** Whether null, for none, is a choice. */
export const isOptional = ({ schema }: Pick<OptionRow, 'schema'>): boolean => v.is(schema, null)
