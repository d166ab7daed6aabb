import type { Bilingual } from '../../shared/model/bilingual'
import type { ComponentDescription } from '../../shared/model/training'
import type { ValueRange } from '../distances'
import { createMatrix, type Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import {
  describeOptions,
  resolveOptions,
  type GivenOptions,
  type OptionSchema,
  type OptionValues,
} from '../registry/options'
import type { MinedSelection } from '../registry/traits'
import type { ElementList } from './terms/elements'
import type { Relations } from '../tuples/relations'
import type { Triplets } from '../tuples/tuples'

/** Trainable numbers of a loss by name, flat; `LossParameter.shape` says how to read them. */
export type ParameterValues = Readonly<Record<string, Float32Array>>

/** A trainable array of a loss: proxies, class weights, centres, beta. */
export interface LossParameter {
  readonly name: string
  readonly shape: readonly number[]
  /** Values to start from. */
  initial(random: Random): Float32Array
}

/** A trainable array of a run's loss, by the name that the run has for it. */
export interface RunParameter extends LossParameter {
  /**
   * Where its rows [classes, rows of a class, d] stand for classes: whether the loss compares them
   * L2-normalised. Null: they do not.
   */
  readonly classRows: { readonly normalized: boolean } | null
}

/** What a loss works on. Everything is read-only to it. */
export interface LossContext {
  /**
   * [B, R] in the distance of the loss: anchors are rows, references columns. Without a memory the
   * references are the batch itself; for a loss of kind `classes` they are the rows of its parameter.
   */
  readonly distances: Matrix
  readonly isSimilarity: boolean
  /** Of the distance; null: without bound, which a loss with `needsRange` never sees. */
  readonly range: ValueRange | null
  /** True where the references are the batch: then (j, i) has a row and a gradient as well. */
  readonly isSelf: boolean
  /** [B] */
  readonly labels: Int32Array
  /** [R]; for a loss of kind `classes` the label of each row of its parameter. */
  readonly referenceLabels: Int32Array
  /** For each anchor its own position among the references, -1 where it has none. */
  readonly self: Int32Array
  /** Positive and negative pairs: all of them, or the distinct ones that were mined. */
  readonly relations: Relations
  /** Mined triplets; null means all that `relations` join on an anchor. */
  readonly triplets: Triplets | null
  /** True where a miner chose `relations`. */
  readonly isMined: boolean
  /** [R, R], no gradient goes there; without a memory it is `distances`. */
  referenceDistances(): Matrix
  /** [B, d] as they came from the network. */
  readonly embeddings: Matrix
  readonly parameters: ParameterValues
  readonly classCount: number
  /** A list that reduces with the reducer of the run. */
  newElements(): ElementList
}

export interface LossResult {
  readonly value: number
  /** [B, R], of the value with respect to `context.distances`. */
  readonly gradient: Matrix
  /** Further gradient on the raw embeddings, [B, d]. */
  readonly embeddingsGradient?: Matrix
  /** Further gradients on parameters; a loss of kind `classes` gets those of its rows by itself. */
  readonly parameterGradients?: ParameterValues
  readonly lists: readonly ElementList[]
}

/**
 * `pairs` and `triplets` compare images with images; `classes` compare images with trainable rows.
 */
type LossKind = 'pairs' | 'triplets' | 'classes'

/** A loss of the registry. */
export interface Loss extends ComponentDescription {
  /** Of a loss from outside the program; null: that of the program. */
  readonly version: string | null
  readonly kind: LossKind
  /** Name of the distance it is defined with. */
  readonly distance: string
  /** Distances that make sense with it. */
  readonly distances: readonly string[]
  /** Null: what the distance does unless told otherwise. */
  readonly normalizedByDefault: boolean | null
  /** Null: the reduction belongs to the formula and cannot be chosen. */
  readonly reducer: string | null
  /** Whether it is defined on a bounded range alone. */
  readonly needsRange: boolean
  /** Whether mined tuples can be given to it. */
  readonly takesMiner: boolean
  /** What miners may select for it; null: anything. */
  readonly madeFor: readonly MinedSelection[] | null
  /** What it is mined with unless told otherwise; null: it is not. */
  readonly minedBy: MinedSelection | null
  /** Whether its references may be a queue of earlier batches. */
  readonly takesMemory: boolean
  /** For a loss that wraps another: the option that names the one inside; null: it wraps none. */
  readonly wraps: string | null
  /** Whether it can come to rest with all triplets at its margin, where its slope ends. */
  readonly mayRestAtMargin: boolean
  readonly schema: OptionSchema
  /** What there is to train besides the network; mostly nothing. */
  parameters(
    options: GivenOptions,
    sizes: { readonly classCount: number; readonly dimension: number },
  ): readonly LossParameter[]
  /** For kind `classes`: name of the parameter whose rows are the references. */
  readonly referenceParameter: string | null
  /** Whether those rows do better at the means of their classes, where a closed form gives some. */
  readonly startsAtMeans: boolean
  /**
   * How much farther than the positive the loss asks the negative to be, in the unit of its
   * distance; null where it asks for no such thing: its margin is an angle, belongs to a score, or
   * is measured from the anchor.
   * @throws AppError invalidInput for options that it does not have
   */
  distanceMargin(options: GivenOptions): number | null
  /**
   * The value beyond which a negative feels nothing, wherever its positive is, and the option that
   * sets it; null where there is none.
   * @throws AppError invalidInput for options that it does not have
   */
  reach(options: GivenOptions): Reach | null
  /** @throws AppError invalidInput for options that it does not have */
  evaluate(context: LossContext, options: GivenOptions): LossResult
}

interface Reach {
  /** A distance or a similarity. */
  readonly at: number
  /** So much farther than `at` a negative still counts; 0 by default. */
  readonly beyond?: number
  readonly option: string
}

export interface LossSpecification<S extends OptionSchema> {
  readonly name: string
  /** Of a loss from outside the program. */
  readonly version?: string
  readonly title: Bilingual
  readonly description: Bilingual
  readonly formula: string
  readonly source: string
  readonly kind: LossKind
  readonly distance: string
  readonly distances?: readonly string[]
  readonly normalizedByDefault?: boolean
  readonly reducer: string | null
  readonly needsRange?: boolean
  readonly takesMiner?: boolean
  /** What miners may select for it; absent: anything. */
  readonly madeFor?: readonly MinedSelection[]
  /** Absent: the hardest triplets for one that is about triplets, nothing for another. */
  readonly minedBy?: MinedSelection
  readonly takesMemory?: boolean
  readonly wraps?: string
  readonly mayRestAtMargin?: boolean
  readonly options: S
  readonly referenceParameter?: string
  /** True for kind `classes` unless it says otherwise. */
  readonly startsAtMeans?: boolean
  /** Only where the loss compares d_an with d_ap + margin. */
  distanceMargin?(options: OptionValues<S>): number | null
  /** Only where the loss compares D_an with a number. */
  reach?(options: OptionValues<S>): Reach
  parameters?(
    options: OptionValues<S>,
    sizes: { readonly classCount: number; readonly dimension: number },
  ): readonly LossParameter[]
  evaluate(context: LossContext, options: OptionValues<S>): LossResult
}

const everyDistance = [
  'euclidean',
  'squaredEuclidean',
  'cosine',
  'dot',
  'manhattan',
  'chebyshev',
  'snr',
]

/** Makes a registry entry of a loss; a loss file needs nothing more. */
export function defineLoss<const S extends OptionSchema>(
  specification: LossSpecification<S>,
): Loss {
  const owner = `loss ${specification.name}`
  const resolve = (given: GivenOptions) => resolveOptions(specification.options, given, owner)
  return {
    name: specification.name,
    title: specification.title,
    description: specification.description,
    formula: specification.formula,
    source: specification.source,
    options: describeOptions(specification.options),
    version: specification.version ?? null,
    kind: specification.kind,
    distance: specification.distance,
    distances: specification.distances ?? everyDistance,
    normalizedByDefault: specification.normalizedByDefault ?? null,
    reducer: specification.reducer,
    needsRange: specification.needsRange ?? false,
    takesMiner: specification.takesMiner ?? specification.kind !== 'classes',
    madeFor: specification.madeFor ?? null,
    minedBy:
      specification.minedBy ?? (specification.kind === 'triplets' ? 'hardestTriplets' : null),
    takesMemory: specification.takesMemory ?? false,
    wraps: specification.wraps ?? null,
    mayRestAtMargin: specification.mayRestAtMargin ?? false,
    schema: specification.options,
    referenceParameter: specification.referenceParameter ?? null,
    startsAtMeans: specification.startsAtMeans ?? specification.kind === 'classes',
    distanceMargin: (given) => specification.distanceMargin?.(resolve(given)) ?? null,
    reach: (given) => specification.reach?.(resolve(given)) ?? null,
    parameters: (given, sizes) => specification.parameters?.(resolve(given), sizes) ?? [],
    evaluate: (context, given) => specification.evaluate(context, resolve(given)),
  }
}

/** A gradient of zeros for the distances of a context. */
export function zeroGradient(context: LossContext): Matrix {
  return createMatrix(context.distances.rows, context.distances.columns)
}

/** The result of a batch that has nothing to compare: 0, and zeros. */
export function zeroLoss(context: LossContext): LossResult {
  return { value: 0, gradient: zeroGradient(context), lists: [] }
}

/** Multiplies a gradient in place. */
export function scaleGradient(gradient: Matrix, scale: number): void {
  const { data } = gradient
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * scale
}

/** Whether there is at least one positive and one negative pair. */
export function hasBothSides(context: LossContext): boolean {
  const { positives, negatives } = context.relations
  return positives.columns.length > 0 && negatives.columns.length > 0
}
