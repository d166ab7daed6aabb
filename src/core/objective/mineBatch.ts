import type { Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import type { MinerContext } from '../miners'
import type { DistanceCache } from './distanceCache'
import type { References } from './references'
import type { Relations } from '../tuples/relations'
import type { MinerSettings } from './settings'
import { tupleCount, type MinedTuples } from '../tuples/tuples'

export interface MiningReport {
  readonly tupleCount: number
  /** Tuples that met the rule before the budget was applied. */
  readonly candidateCount: number
  /** Tuples for which the rule found nothing and its fallback was taken. */
  readonly fallbackCount: number
}

export interface MiningInput {
  readonly embeddings: Matrix
  readonly random: Random
  readonly cache: DistanceCache
  readonly budget: number
}

/** Runs a miner on a batch and its references. */
export function mineBatch(
  input: MiningInput,
  settings: MinerSettings,
  references: References,
  relations: Relations,
): { readonly tuples: MinedTuples; readonly report: MiningReport } {
  const { tuples, candidateCount, fallbackCount } = settings.miner.mine(
    minerContext(input, settings, references, relations),
    settings.options,
  )
  return { tuples, report: { tupleCount: tupleCount(tuples), candidateCount, fallbackCount } }
}

/** What a miner sees of a batch and its references. */
export function minerContext(
  input: MiningInput,
  settings: MinerSettings,
  references: References,
  relations: Relations,
): MinerContext {
  const outside = references.isSelf ? null : references.rows
  const between = input.cache.between(settings.distance, settings.normalized, outside)
  return {
    distances: between.values,
    isSimilarity: between.isSimilarity,
    relations,
    referenceDistances: () =>
      references.isSelf
        ? between.values
        : input.cache.among(settings.distance, settings.normalized, references.rows).values,
    dimension: input.embeddings.columns,
    random: input.random,
    budget: input.budget,
  }
}
