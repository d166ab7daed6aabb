import * as v from 'valibot'

/** The file of golden values: results of an independent implementation for fixed batches. */
export interface GoldenFile {
  readonly tolerances: GoldenTolerances
  readonly batches: Readonly<Record<string, GoldenBatch>>
  readonly distances?: readonly GoldenFileCase[]
  readonly losses?: readonly GoldenFileCase[]
  readonly miners?: readonly GoldenFileCase[]
  readonly metrics?: readonly GoldenFileCase[]
}

export interface GoldenTolerances {
  readonly valueRelative: number
  readonly valueAbsolute: number
  readonly gradientRelative: number
  readonly gradientAbsolute: number
}

interface GoldenBatch {
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

const cases = v.optional(
  v.array(v.looseObject({ name: v.string(), options: v.optional(v.looseObject({})) })),
)
const goldenFile = v.looseObject({
  tolerances: v.looseObject({
    valueRelative: v.number(),
    valueAbsolute: v.number(),
    gradientRelative: v.number(),
    gradientAbsolute: v.number(),
  }),
  batches: v.record(
    v.string(),
    v.looseObject({ embeddings: v.array(v.array(v.number())), labels: v.array(v.number()) }),
  ),
  distances: cases,
  losses: cases,
  miners: cases,
  metrics: cases,
})

/** Reads the text of such a file; a text answers what is wrong with it. */
export function readGolden(text: string): GoldenFile | string {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    return `is not JSON: ${error instanceof Error ? error.message : String(error)}`
  }
  const parsed = v.safeParse(goldenFile, content)
  if (parsed.success) return content as GoldenFile
  const [issue] = parsed.issues
  return `is not a file of golden values: ${v.getDotPath(issue) ?? 'the whole'}: ${issue.message}`
}

/** A case as files hold it: one that names no options has the defaults. */
export type GoldenFileCase = Omit<GoldenCase, 'options'> & Partial<Pick<GoldenCase, 'options'>>

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
