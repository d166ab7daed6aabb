import { distances } from '../distances'
import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import type { Random } from '../math/random'
import { AppError } from '../../shared/errors'
import type { DistanceCache } from './distanceCache'
import { ElementList, type LossElements } from '../losses/terms/elements'
import type { LossContext, LossResult, ParameterValues } from '../losses/loss'
import type { EmbeddingQueue } from './memory'
import {
  relationsOfLabels,
  relationsOfTuples,
  type Relations,
  type RowLists,
} from '../tuples/relations'
import { mineBatch, type MiningReport } from './mineBatch'
import { batchReferences, queueReferences, type References } from './references'
import type { LossSettings } from './settings'
import type { MinedTuples } from '../tuples/tuples'

interface LossStatistics {
  /** Elements before reduction: pairs, triplets or anchors. */
  readonly elementCount: number
  /** Elements > 0. */
  readonly activeCount: number
  /** Their share; 0 where there are no elements. */
  readonly activeFraction: number
  /**
   * Mean over all positive pairs of the batch, mined or not, in the distance of the loss; for
   * losses with class representatives, images to their own. NaN where there are none.
   */
  readonly meanPositiveDistance: number
  readonly meanNegativeDistance: number
}

export interface BatchInput {
  readonly settings: LossSettings
  readonly embeddings: Matrix
  readonly labels: Int32Array
  readonly classCount: number
  readonly parameters: ParameterValues
  readonly queueOf: (capacity: number) => EmbeddingQueue
  readonly random: Random
  readonly product: MatrixProduct
  readonly cache: DistanceCache
  readonly budget: number
  readonly recordsElements: boolean
}

/** Of one loss, or of a sum of them. */
export interface LossOutcome {
  readonly value: number
  /** [B, d], of the value with respect to the raw embeddings. */
  readonly gradient: Matrix
  /** Of the value with respect to `parameters`, by the same names. */
  readonly parameterGradients: ParameterValues
  readonly statistics: LossStatistics
  /** What the miner chose; null without one. Of a sum: of its first mined loss. */
  readonly tuples: MinedTuples | null
  readonly mining: MiningReport | null
  /** Null unless `recordsElements`. Of a sum: of its first loss. */
  readonly elements: LossElements | null
}

/** One loss on one batch, from embeddings to gradients. */
export function evaluateBatch(input: BatchInput): LossOutcome {
  const { settings, embeddings, labels } = input
  const references =
    settings.loss.kind === 'classes' ? classReferences(input) : imageReferences(input)
  const outside = references.isSelf ? null : references.rows
  const between = input.cache.between(settings.distance, settings.normalized, outside)
  const everyRelation = relationsOfLabels(labels, references.labels, references.self)
  const mined =
    settings.miner === null ? null : mineBatch(input, settings.miner, references, everyRelation)
  const lists: ElementList[] = []
  const context: LossContext = {
    distances: between.values,
    isSimilarity: between.isSimilarity,
    range: distances
      .get(settings.distance)
      .range(
        embeddings.columns,
        settings.normalized === undefined ? {} : { normalized: settings.normalized },
      ),
    isSelf: references.isSelf,
    labels,
    referenceLabels: references.labels,
    self: references.self,
    relations:
      mined === null
        ? everyRelation
        : relationsOfTuples(mined.tuples, labels.length, references.labels.length),
    triplets: mined?.tuples.kind === 'triplets' ? mined.tuples : null,
    isMined: mined !== null,
    referenceDistances: () =>
      outside === null
        ? between.values
        : input.cache.among(settings.distance, settings.normalized, outside).values,
    embeddings,
    parameters: input.parameters,
    classCount: input.classCount,
    newElements: () =>
      new ElementList(settings.reducer, labels, settings.classWeights, input.recordsElements),
  }
  const result: LossResult = settings.loss.evaluate(context, settings.options)
  lists.push(...result.lists)
  const wantsReferences = settings.loss.kind === 'classes'
  const gradients = between.backward(result.gradient, wantsReferences)
  const gradient = gradients.embeddings
  const extra = result.embeddingsGradient
  if (extra !== undefined) {
    for (let i = 0; i < gradient.data.length; i++) {
      gradient.data[i] = gradient.data[i]! + extra.data[i]!
    }
  }
  const parameterGradients: Record<string, Float32Array> = { ...result.parameterGradients }
  const name = settings.loss.referenceParameter
  if (name !== null && gradients.references !== null) {
    parameterGradients[name] = gradients.references.data
  }
  return {
    value: result.value,
    gradient,
    parameterGradients,
    statistics: statisticsOf(lists, between.values, everyRelation),
    tuples: mined?.tuples ?? null,
    mining: mined?.report ?? null,
    elements: input.recordsElements ? concatenate(lists) : null,
  }
}

/** The batch itself, or the queue after the batch was put in. */
function imageReferences(input: BatchInput): References {
  const { settings, embeddings, labels } = input
  const capacity = settings.memorySize ?? settings.miner?.memorySize ?? null
  return capacity === null
    ? batchReferences(embeddings, labels)
    : queueReferences(input.queueOf(capacity), embeddings, labels)
}

/** The trainable rows of a loss with class representatives. */
function classReferences(input: BatchInput): References {
  const { loss } = input.settings
  const name = loss.referenceParameter ?? ''
  const values = input.parameters[name]
  if (values === undefined) throw new Error(`The loss ${loss.name} needs the parameter ${name}`)
  const { columns } = input.embeddings
  const count = values.length / columns
  const rowsPerClass = count / input.classCount
  if (!Number.isInteger(rowsPerClass) || rowsPerClass < 1) {
    throw new AppError(
      'invalidInput',
      `The parameter ${name} of the loss ${loss.name} holds ${values.length} numbers, which does not fit ${input.classCount} classes of ${columns} components.`,
    )
  }
  for (const label of input.labels) {
    if (label < 0 || label >= input.classCount) {
      throw new Error(`Label ${label} lies outside 0 .. ${input.classCount - 1}`)
    }
  }
  return {
    rows: createMatrix(count, columns, values),
    labels: Int32Array.from({ length: count }, (_, row) => Math.floor(row / rowsPerClass)),
    self: new Int32Array(input.labels.length).fill(-1),
    isSelf: false,
  }
}

function statisticsOf(
  lists: readonly ElementList[],
  distances: Matrix,
  relations: Relations,
): LossStatistics {
  const elementCount = lists.reduce((sum, list) => sum + list.count, 0)
  const activeCount = lists.reduce((sum, list) => sum + list.activeCount, 0)
  return {
    elementCount,
    activeCount,
    activeFraction: elementCount > 0 ? activeCount / elementCount : 0,
    meanPositiveDistance: meanOver(distances, relations.positives),
    meanNegativeDistance: meanOver(distances, relations.negatives),
  }
}

function meanOver(distances: Matrix, lists: RowLists): number {
  let sum = 0
  for (let i = 0; i < distances.rows; i++) {
    for (let k = lists.start[i]!; k < lists.start[i + 1]!; k++) {
      sum += distances.data[i * distances.columns + lists.columns[k]!]!
    }
  }
  return sum / lists.columns.length
}

function concatenate(lists: readonly ElementList[]): LossElements | null {
  const parts = lists.map((list) => list.elements()).filter((part) => part !== null)
  if (parts.length === 1) return parts[0]!
  const length = parts.reduce((sum, part) => sum + part.values.length, 0)
  const whole = {
    values: new Float32Array(length),
    anchor: new Uint32Array(length),
    positive: new Uint32Array(length),
    negative: new Uint32Array(length),
  }
  let at = 0
  for (const part of parts) {
    whole.values.set(part.values, at)
    whole.anchor.set(part.anchor, at)
    whole.positive.set(part.positive, at)
    whole.negative.set(part.negative, at)
    at += part.values.length
  }
  return whole
}
