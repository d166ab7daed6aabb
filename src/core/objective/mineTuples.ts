import type { Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { simdProduct } from '../math/simdProduct'
import type { Random } from '../math/random'
import { defaultTupleBudget, type Distribution } from '../miners'
import type { ComponentChoice } from '../registry/options'
import { DistanceCache } from './distanceCache'
import { LossMemory } from './memory'
import { mineBatch, minerContext, type MiningReport } from './mineBatch'
import { batchReferences, queueReferences } from './references'
import { relationsOfLabels } from '../tuples/relations'
import { readMiner } from './settings'
import type { MinedTuples } from '../tuples/tuples'

export interface MineTuplesInput {
  /** [B, d] as they come from the network, not normalised. */
  readonly embeddings: Matrix
  /** [B] */
  readonly labels: ArrayLike<number>
  readonly miner: ComponentChoice
  /** Keeps the queue of a miner with a memory from batch to batch. */
  readonly memory?: LossMemory
  readonly random: Random
  readonly product?: MatrixProduct
  readonly tupleBudget?: number
}

/**
 * Runs a miner by itself.
 * @returns indices in the batch; with a memory, positives and negatives are positions in its queue
 * @throws AppError invalidInput for an unknown miner or wrong options
 */
export function mineTuples(input: MineTuplesInput): {
  readonly tuples: MinedTuples
  readonly report: MiningReport
} {
  const { mining, settings, references, relations } = prepare(input)
  return mineBatch(mining, settings, references, relations)
}

/** What a miner that draws at random draws from; null for one that does not. */
export function miningDistribution(input: MineTuplesInput): Distribution | null {
  const { mining, settings, references, relations } = prepare(input)
  const context = minerContext(mining, settings, references, relations)
  return settings.miner.distribution?.(context, settings.options) ?? null
}

function prepare(input: MineTuplesInput) {
  const { embeddings, product = simdProduct } = input
  const labels = Int32Array.from(input.labels)
  const settings = readMiner(input.miner)
  const references =
    settings.memorySize === null
      ? batchReferences(embeddings, labels)
      : queueReferences(
          (input.memory ?? new LossMemory()).queue('', settings.memorySize, embeddings.columns),
          embeddings,
          labels,
        )
  return {
    settings,
    references,
    relations: relationsOfLabels(labels, references.labels, references.self),
    mining: {
      embeddings,
      random: input.random,
      cache: new DistanceCache(embeddings, product),
      budget: input.tupleBudget ?? defaultTupleBudget,
    },
  }
}
