import * as v from 'valibot'
import type { Bilingual } from '../bilingual'
import { augmentationOptions } from './augmentationOptions'
import type { TunedPart } from '../extractor'
import type { NetworkCandidate } from '../networkSearch'
import { batchOptions } from './batchOptions'
import { lossOptions } from './lossOptions'
import { networkOptions } from './networkOptions'
import { optimizerOptions } from './optimizerOptions'
import type { OptionTable } from './row'
import { testOptions } from './testOptions'

/** Options that stand together in the window, in the command line's help and in the docs. */
export interface OptionGroup {
  readonly key: string
  readonly title: Bilingual
  readonly rows: OptionTable
}

/**
 * Every option of a training, each said once. From it are made: types, schema, defaults, command
 * line, run file, window, README and reference.
 */
export const optionGroups = [
  {
    key: 'loss',
    title: { en: 'Loss and mining', 'zh-CN': '损失与挖掘' },
    rows: lossOptions,
  },
  {
    key: 'network',
    title: { en: 'Network and start', 'zh-CN': '网络与起点' },
    rows: networkOptions,
  },
  {
    key: 'augmentation',
    title: { en: 'Augmentation', 'zh-CN': '数据增强' },
    rows: augmentationOptions,
  },
  {
    key: 'batch',
    title: { en: 'Batch and length', 'zh-CN': '批次与时长' },
    rows: batchOptions,
  },
  {
    key: 'optimizer',
    title: { en: 'Optimizer', 'zh-CN': '优化器' },
    rows: optimizerOptions,
  },
  {
    key: 'test',
    title: { en: 'Test, seed and backend', 'zh-CN': '测试、种子与后端' },
    rows: testOptions,
  },
] as const satisfies readonly OptionGroup[]

export const optionTable = {
  ...lossOptions,
  ...networkOptions,
  ...augmentationOptions,
  ...batchOptions,
  ...optimizerOptions,
  ...testOptions,
}
type Table = typeof optionTable
export type OptionName = keyof Table

type Entries<T extends OptionTable> = {
  readonly [Name in keyof T]: v.OptionalSchema<T[Name]['schema'], undefined>
}
/** The schema of a request over a table: every option may be absent, and nothing else be there. */
export function requestSchema<T extends OptionTable>(table: T) {
  const entries = Object.entries(table).map(([name, { schema }]) => [name, v.optional(schema)])
  return v.strictObject(Object.fromEntries(entries) as Entries<T>)
}

/**
 * What a person may set; whatever is absent is decided from the images (`planTraining`).
 * The same object is the run file: with the same backend and seed it gives the same numbers.
 */
export const trainingRequest = requestSchema(optionTable)
export type TrainingRequest = v.InferOutput<typeof trainingRequest>

type NamesWith<Property> = {
  [Name in OptionName]: Table[Name] extends Property ? Name : never
}[OptionName]
type Absent = NamesWith<{ readonly planned: 'whereItMatters' }>
type Elsewhere = NamesWith<{ readonly planned: 'elsewhere' }>
type Frozen<T> = T extends readonly (infer Element)[] ? readonly Element[] : T
type ValueOf<Name extends OptionName> = Frozen<v.InferOutput<Table[Name]['schema']>>

type Planned = {
  readonly [Name in Exclude<OptionName, Absent | Elsewhere>]: ValueOf<Name>
} & { readonly [Name in Absent]?: ValueOf<Name> }

/** Every decision taken; what a run was made with. */
export interface TrainingOptions extends Planned {
  /** Null: the reduction belongs to the formula of the loss. */
  readonly reducer: string | null
  readonly stepsPerEpoch: number
  readonly maxSteps: number | null
  readonly maxMinutes: number | null
  /** Absent: by a shuffle of the labels, as runs of earlier versions were divided. */
  readonly splitBy?: 'hash'
  /**
   * Networks and layers of which the run is yet to choose, cheapest first; absent where it has
   * chosen, or has nothing to choose.
   */
  readonly candidates?: readonly NetworkCandidate[]
  /** The part of the network that is trained with the head; absent: the head alone. */
  readonly tuned?: TunedPart
}

export type HeadStart = TrainingOptions['start']
export type BackendChoice = TrainingOptions['backend']
/** What trains: the best that runs here, or one by name. */
export const backendChoice = optionTable.backend.schema

/** Of a table, the value that each row gives under a word of its own. */
export const valuesOf = (
  table: OptionTable,
  word: 'default' | 'earlier',
): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(table).flatMap(([name, row]) => (word in row ? [[name, row[word]]] : [])),
  )

type Defaulted = NamesWith<{ readonly default: unknown }>
type Earlier = NamesWith<{ readonly earlier: unknown }>
/** Options that are the same in every plan where nobody chose them. */
export const trainingDefaults = valuesOf(optionTable, 'default') as {
  readonly [Name in Defaulted]: ValueOf<Name>
}

/** What an option is where nobody chose it, and was before it could be chosen. */
export const unchosenOptions: Pick<
  TrainingOptions,
  Extract<Defaulted | Earlier, keyof TrainingOptions>
> = {
  ...trainingDefaults,
  ...(valuesOf(optionTable, 'earlier') as Pick<TrainingOptions, Earlier & keyof TrainingOptions>),
}
