import type { Bilingual } from '../../shared/model/bilingual'
import type { ComponentDescription } from '../../shared/model/training'
import type { Relations } from '../tuples/relations'
import type { MinedSelection } from '../registry/traits'
import type { MinedTuples } from '../tuples/tuples'
import type { Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import {
  describeOptions,
  resolveOptions,
  type GivenOptions,
  type OptionSchema,
  type OptionValues,
} from '../registry/options'

/** At most this many tuples of a batch unless told otherwise, so that no batch exhausts memory. */
export const defaultTupleBudget = 2 ** 17

/** What a miner chooses from. */
export interface MinerContext {
  /** [B, R] in the distance of the miner: anchors are rows, references columns. */
  readonly distances: Matrix
  readonly isSimilarity: boolean
  /** All positive and negative pairs of the batch. */
  readonly relations: Relations
  /** [R, R] in the same distance. */
  referenceDistances(): Matrix
  /** Number of components of an embedding. */
  readonly dimension: number
  readonly random: Random
  /** Most tuples to return; where there are more, an even sample is drawn. */
  readonly budget: number
}

export interface MinerResult {
  readonly tuples: MinedTuples
  /** Tuples that met the rule before the budget was applied. */
  readonly candidateCount: number
  /** Tuples for which the rule found nothing and its fallback was taken. */
  readonly fallbackCount: number
}

/** What a miner that draws at random draws from, as plain data. */
export type Distribution = Readonly<
  Record<string, readonly number[] | readonly (readonly number[])[]>
>

/** A miner of the registry. */
export interface Miner extends ComponentDescription {
  readonly version: string | null
  readonly selects: MinedSelection
  /** Whether it takes the hardest there are, which can make an untrained network collapse. */
  readonly takesHardest: boolean
  /** Name of the distance it looks at unless told otherwise; null: it looks at none. */
  readonly distance: string | null
  /** True where no other distance makes sense. */
  readonly hasFixedDistance: boolean
  /** True where references are a queue of earlier batches. */
  readonly usesMemory: boolean
  readonly schema: OptionSchema
  /** @throws AppError invalidInput for options that it does not have */
  mine(context: MinerContext, options: GivenOptions): MinerResult
  /** For a miner that draws at random: from what. */
  distribution?(context: MinerContext, options: GivenOptions): Distribution
}

export interface MinerSpecification<S extends OptionSchema> {
  readonly name: string
  /** Of a miner from outside the program. */
  readonly version?: string
  readonly selects: MinedSelection
  readonly takesHardest?: boolean
  readonly title: Bilingual
  readonly description: Bilingual
  readonly source: string
  readonly formula?: string
  readonly distance: string | null
  readonly hasFixedDistance?: boolean
  readonly usesMemory?: boolean
  readonly options: S
  mine(context: MinerContext, options: OptionValues<S>): MinerResult
  distribution?(context: MinerContext, options: OptionValues<S>): Distribution
}

export function defineMiner<const S extends OptionSchema>(
  specification: MinerSpecification<S>,
): Miner {
  const { distribution } = specification
  const resolve = (given: GivenOptions) =>
    resolveOptions(specification.options, given, `miner ${specification.name}`)
  return {
    name: specification.name,
    title: specification.title,
    description: specification.description,
    formula: specification.formula ?? '',
    source: specification.source,
    options: describeOptions(specification.options),
    version: specification.version ?? null,
    selects: specification.selects,
    takesHardest: specification.takesHardest ?? false,
    distance: specification.distance,
    hasFixedDistance: specification.hasFixedDistance ?? false,
    usesMemory: specification.usesMemory ?? false,
    schema: specification.options,
    mine: (context, given) => specification.mine(context, resolve(given)),
    ...(distribution === undefined
      ? {}
      : {
          distribution: (context: MinerContext, given: GivenOptions) =>
            distribution(context, resolve(given)),
        }),
  }
}
