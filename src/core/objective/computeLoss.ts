import { distances } from '../distances'
import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import type { Random } from '../math/random'
import { defaultTupleBudget } from '../miners'
import { regularizers } from '../regularizers'
import { resolveOptions, type ComponentChoice } from '../registry/options'
import { DistanceCache } from './distanceCache'
import { evaluateBatch, type BatchInput, type LossOutcome } from './evaluateBatch'
import type { ParameterValues, RunParameter } from '../losses/loss'
import { LossMemory } from './memory'
import { readLoss, type LossSettings, type SettingsInput } from './settings'

/** A loss of a weighted sum. */
export interface WeightedLoss extends ComponentChoice {
  readonly weight: number
}

/** One loss, or several that are added with weights. */
export type LossChoice = ComponentChoice | readonly WeightedLoss[]

export interface ComputeLossInput extends SettingsInput {
  /** [B, d] as they come from the network, not normalised. */
  readonly embeddings: Matrix
  /** [B] whole numbers; for losses with class representatives 0 .. classCount - 1. */
  readonly labels: ArrayLike<number>
  readonly loss: LossChoice
  /** A term on the raw embeddings, with option `weight`. */
  readonly regularizer?: ComponentChoice | null
  /** Trainable numbers of the loss, named as `lossParameters` names them. */
  readonly parameters?: ParameterValues
  /** Number of classes; by default the greatest label + 1. */
  readonly classCount?: number
  /** Keeps the queues of losses with a memory; without it each batch stands alone. */
  readonly memory?: LossMemory
  readonly random: Random
  /** Runs the matrix products; `simdProduct` by default. */
  readonly product?: MatrixProduct
  readonly tupleBudget?: number
  /** Keeps per-element values with their images; costs memory where all triplets are used. */
  readonly recordsElements?: boolean
}

/**
 * The one entry to losses: mines, compares, evaluates and carries the gradient back to the
 * embeddings. A batch without a valid pair or triplet gives 0 and zeros, never NaN.
 * @throws AppError invalidInput for unknown names, wrong options and pairs that do not fit
 */
export function computeLoss(input: ComputeLossInput): LossOutcome {
  const { embeddings, product = simdProduct } = input
  const labels = Int32Array.from(input.labels)
  if (labels.length !== embeddings.rows) {
    throw new Error(`${embeddings.rows} embeddings, but ${labels.length} labels`)
  }
  const cache = new DistanceCache(embeddings, product)
  const gradient = createMatrix(embeddings.rows, embeddings.columns)
  const parameterGradients: Record<string, Float32Array> = {}
  const outcomes = termsOf(input.loss).map(({ choice, weight, prefix }) => {
    const settings = readLoss(choice, input)
    const batch: BatchInput = {
      settings,
      embeddings,
      labels,
      classCount: input.classCount ?? countClasses(labels),
      parameters: withoutPrefix(input.parameters ?? {}, prefix),
      queueOf: (capacity) =>
        (input.memory ?? new LossMemory()).queue(prefix, capacity, embeddings.columns),
      random: input.random,
      product,
      cache,
      budget: input.tupleBudget ?? defaultTupleBudget,
      recordsElements: input.recordsElements ?? false,
    }
    const outcome = evaluateBatch(batch)
    addScaled(gradient.data, outcome.gradient.data, weight)
    for (const [name, values] of Object.entries(outcome.parameterGradients)) {
      parameterGradients[prefix + name] = weight === 1 ? values : values.map((g) => weight * g)
    }
    return { ...outcome, weight }
  })
  let value = outcomes.reduce((sum, outcome) => sum + outcome.weight * outcome.value, 0)
  if (input.regularizer) {
    const regularizer = regularizers.get(input.regularizer.name)
    const owner = `regularizer ${regularizer.name}`
    const given = input.regularizer.options ?? {}
    const weight = Number(resolveOptions(regularizer.schema, given, owner)['weight'])
    const term = regularizer.evaluate(embeddings)
    value += weight * term.value
    addScaled(gradient.data, term.gradient.data, weight)
  }
  const first = outcomes[0]
  if (first === undefined) throw new Error('A sum of losses needs at least one loss')
  const mined = outcomes.find((outcome) => outcome.tuples !== null)
  return {
    value,
    gradient,
    parameterGradients,
    statistics: first.statistics,
    tuples: mined?.tuples ?? null,
    mining: mined?.mining ?? null,
    elements: first.elements,
  }
}

/**
 * The trainable arrays of a loss, with the names under which `computeLoss` wants their values.
 * Those of a sum begin with the position of their loss, for instance `1/proxies`.
 */
export function lossParameters(
  loss: LossChoice,
  sizes: { readonly classCount: number; readonly dimension: number },
): readonly RunParameter[] {
  return termsOf(loss).flatMap(({ choice, prefix }) => {
    const settings: LossSettings = readLoss(choice)
    const { referenceParameter } = settings.loss
    return settings.loss.parameters(settings.options, sizes).map((parameter) => ({
      ...parameter,
      name: prefix + parameter.name,
      classRows:
        parameter.name === referenceParameter
          ? { normalized: isNormalized(settings, sizes.dimension) }
          : null,
    }))
  })
}

/** Only the distances of normalised rows that class representatives are compared by are bounded. */
function isNormalized({ distance, normalized }: LossSettings, dimension: number): boolean {
  const options = normalized === undefined ? {} : { normalized }
  return distances.get(distance).range(dimension, options) !== null
}

function termsOf(loss: LossChoice) {
  if ('name' in loss) return [{ choice: loss, weight: 1, prefix: '' }]
  return loss.map((choice, index) => ({ choice, weight: choice.weight, prefix: `${index}/` }))
}

function withoutPrefix(parameters: ParameterValues, prefix: string): ParameterValues {
  if (prefix === '') return parameters
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, values]) => [name.slice(prefix.length), values]),
  )
}

function countClasses(labels: Int32Array): number {
  let greatest = -1
  for (const label of labels) if (label > greatest) greatest = label
  return greatest + 1
}

function addScaled(target: Float32Array, source: Float32Array, weight: number): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! + weight * source[i]!
}
