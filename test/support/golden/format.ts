/** The file of golden values: results of an independent implementation for fixed batches. */
export interface GoldenFile {
  readonly tolerances: GoldenTolerances
  readonly batches: Readonly<Record<string, GoldenBatch>>
  readonly distances?: readonly GoldenCase[]
  readonly losses?: readonly GoldenCase[]
  readonly miners?: readonly GoldenCase[]
  readonly metrics?: readonly GoldenCase[]
}

export interface GoldenTolerances {
  readonly valueRelative: number
  readonly valueAbsolute: number
  readonly gradientRelative: number
  readonly gradientAbsolute: number
}

export interface GoldenBatch {
  readonly embeddings: readonly (readonly number[])[]
  readonly labels: readonly number[]
}

export interface GoldenCase {
  readonly name: string
  readonly batch?: string
  /** Fed in order to losses and miners with a memory. */
  readonly batches?: readonly string[]
  readonly options: Readonly<Record<string, unknown>>
  readonly value?: unknown
  readonly values?: readonly number[]
  readonly gradient?: readonly (readonly number[])[]
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly parameterGradients?: Readonly<Record<string, unknown>>
  readonly isSimilarity?: boolean
}

/** How one case came out; errors are shares of what is allowed, so that 1 is the limit. */
export interface GoldenResult {
  readonly kind: 'distance' | 'loss' | 'miner' | 'metric'
  readonly name: string
  /** Batch and options, to find the case again. */
  readonly detail: string
  readonly valueError: number
  readonly gradientError: number | null
  /** Empty where all is within tolerance. */
  readonly problem: string
}

/** Numbers of nested arrays, in order. */
export function flatten(nested: unknown): number[] {
  if (typeof nested === 'number') return [nested]
  if (!Array.isArray(nested)) throw new Error('Expected numbers')
  return nested.flatMap(flatten)
}
