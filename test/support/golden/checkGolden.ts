import { distances } from '../../../src/core/distances'
import { metrics } from '../../../src/core/evaluation/metrics'
import { LossMemory } from '../../../src/core/objective/memory'
import type { MinedTuples } from '../../../src/core/tuples/tuples'
import { computeLoss } from '../../../src/core/objective/computeLoss'
import { mineTuples, miningDistribution } from '../../../src/core/objective/mineTuples'
import { matrixFromRows, type Matrix } from '../../../src/core/math/matrix'
import type { MatrixProduct } from '../../../src/core/math/product'
import { createRandom } from '../../../src/core/math/random'
import {
  flatten,
  type GoldenCase,
  type GoldenFile,
  type GoldenFileCase,
  type GoldenResult,
  type GoldenTolerances,
} from './format'

/**
 * Runs every case of a golden file through the public registries, by name and options. Nothing here
 * knows a loss or a batch, so that new ones need no new code.
 */
export function* checkGolden(file: GoldenFile, product?: MatrixProduct): Generator<GoldenResult> {
  const run = { file, product }
  for (const entry of file.distances ?? []) yield attempt('distance', entry, run, checkDistance)
  for (const entry of file.losses ?? []) yield attempt('loss', entry, run, checkLoss)
  for (const entry of file.miners ?? []) yield attempt('miner', entry, run, checkMiner)
  for (const entry of file.metrics ?? []) yield attempt('metric', entry, run, checkMetric)
}

interface Run {
  readonly file: GoldenFile
  readonly product: MatrixProduct | undefined
}

interface Errors {
  readonly value: number
  readonly gradient: number | null
}

function attempt(
  kind: GoldenResult['kind'],
  given: GoldenFileCase,
  run: Run,
  check: (entry: GoldenCase, run: Run) => Errors,
): GoldenResult {
  const entry: GoldenCase = { ...given, options: given.options ?? {} }
  const batch = entry.batch ?? entry.batches?.join('+') ?? ''
  const detail = `${batch} ${JSON.stringify(entry.options)}`
  try {
    const { value, gradient } = check(entry, run)
    const isGood = value <= 1 && (gradient === null || gradient <= 1)
    const problem = isGood ? '' : 'beyond tolerance'
    return {
      kind,
      name: entry.name,
      detail,
      valueError: value,
      gradientError: gradient,
      problem,
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { kind, name: entry.name, detail, valueError: NaN, gradientError: null, problem }
  }
}

function checkDistance(entry: GoldenCase, run: Run): Errors {
  const { reference, ...options } = entry.options
  const distance = distances.get(entry.name)
  const { values } = distance.forward(
    embeddingsOf(run, entry.batch),
    typeof reference === 'string' ? embeddingsOf(run, reference) : undefined,
    options,
    run.product,
  )
  if (entry.isSimilarity !== undefined && entry.isSimilarity !== distance.isSimilarity) {
    throw new Error('isSimilarity differs')
  }
  const { valueRelative } = run.file.tolerances
  return {
    value: largestRatio(values.data, flatten(entry.value), (expected) => {
      return valueRelative * Math.max(Math.abs(expected), 0.1)
    }),
    gradient: null,
  }
}

function checkLoss(entry: GoldenCase, run: Run): Errors {
  const { miner, ...options } = entry.options
  const memory = new LossMemory()
  const names = entry.batches ?? [entry.batch ?? '']
  const expected = entry.values ?? [entry.value]
  const given = entry.parameters ?? {}
  const classCount = numberOfRows(given)
  const outcomes = names.map((name) =>
    computeLoss({
      embeddings: embeddingsOf(run, name),
      labels: batchOf(run, name).labels,
      loss: { name: entry.name, options },
      miner: (miner as { name: string } | undefined) ?? null,
      parameters: mapRecord(given, (values) => Float32Array.from(flatten(values))),
      ...(classCount === null ? {} : { classCount }),
      memory,
      random: createRandom(1),
      ...(run.product === undefined ? {} : { product: run.product }),
    }),
  )
  const last = outcomes[outcomes.length - 1]!
  const errors = outcomes.map((outcome, step) =>
    largestRatio([outcome.value], [Number(expected[step])], (value) => {
      const { valueRelative, valueAbsolute } = run.file.tolerances
      return Math.max(valueRelative * Math.abs(value), valueAbsolute)
    }),
  )
  const gradients: number[] = []
  if (entry.gradient !== undefined) {
    gradients.push(gradientRatio(last.gradient.data, flatten(entry.gradient), run.file.tolerances))
  }
  for (const [name, values] of Object.entries(entry.parameterGradients ?? {})) {
    const got = last.parameterGradients[name]
    if (got === undefined) throw new Error(`No gradient for the parameter ${name}`)
    gradients.push(gradientRatio(got, flatten(values), run.file.tolerances))
  }
  return {
    value: worst(errors),
    gradient: gradients.length > 0 ? worst(gradients) : null,
  }
}

function checkMiner(entry: GoldenCase, run: Run): Errors {
  const expected = entry.value as { readonly kind: string } & Readonly<Record<string, unknown>>
  const memory = new LossMemory()
  const names = entry.batches ?? [entry.batch ?? '']
  const input = (name: string) => ({
    embeddings: embeddingsOf(run, name),
    labels: batchOf(run, name).labels,
    miner: { name: entry.name, options: entry.options },
    memory,
    random: createRandom(1),
    ...(run.product === undefined ? {} : { product: run.product }),
  })
  const last = names[names.length - 1]!
  for (const name of names.slice(0, -1)) mineTuples(input(name))
  if (expected.kind === 'distribution') {
    const got = miningDistribution(input(last))
    if (got === null) throw new Error('The miner does not say what it draws from')
    return { value: distributionRatio(got, expected), gradient: null }
  }
  const { tuples } = mineTuples(input(last))
  const isEqual = sameSets(tuplesAsSets(tuples), tuplesAsSets(expected as unknown as MinedTuples))
  return { value: isEqual ? 0 : Infinity, gradient: null }
}

function checkMetric(entry: GoldenCase, run: Run): Errors {
  const got = metrics.get(entry.name).evaluate({
    embeddings: embeddingsOf(run, entry.batch),
    labels: batchOf(run, entry.batch).labels,
    ...entry.options,
    ...(run.product === undefined ? {} : { product: run.product }),
  })
  const expected = entry.value as number | Readonly<Record<string, number>>
  const { valueRelative, valueAbsolute } = run.file.tolerances
  const allowed = (value: number) => Math.max(valueRelative * Math.abs(value), valueAbsolute)
  if (typeof got === 'number' || typeof expected === 'number') {
    return {
      value: largestRatio([Number(got ?? NaN)], [Number(expected)], allowed),
      gradient: null,
    }
  }
  if (got === null) throw new Error('Nothing was measured')
  const names = Object.keys(expected).sort()
  if (names.join() !== Object.keys(got).sort().join()) throw new Error('Other classes')
  return {
    value: largestRatio(
      names.map((name) => got[name]!),
      names.map((name) => expected[name]!),
      allowed,
    ),
    gradient: null,
  }
}

function batchOf(run: Run, name: string | undefined) {
  const batch = run.file.batches[name ?? '']
  if (batch === undefined) throw new Error(`No batch named ${name}`)
  return batch
}

function embeddingsOf(run: Run, name: string | undefined): Matrix {
  return matrixFromRows(batchOf(run, name).embeddings)
}

/** Rows of the parameter that has one row a class; null where there is none. */
function numberOfRows(parameters: Readonly<Record<string, unknown>>): number | null {
  for (const [name, values] of Object.entries(parameters)) {
    if (name !== 'beta' && Array.isArray(values)) return values.length
  }
  return null
}

function mapRecord<T, U>(record: Readonly<Record<string, T>>, change: (value: T) => U) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]))
}

function worst(errors: readonly number[]): number {
  return errors.some(Number.isNaN) ? NaN : Math.max(...errors)
}

/** Greatest error as a share of what is allowed; infinite for other lengths and for NaN. */
function largestRatio(
  got: ArrayLike<number>,
  expected: readonly number[],
  allowed: (expected: number) => number,
): number {
  if (got.length !== expected.length) return Infinity
  let largest = 0
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(got[i]! - expected[i]!) / allowed(expected[i]!)
    largest = Math.max(largest, Number.isNaN(error) ? Infinity : error)
  }
  return largest
}

function gradientRatio(
  got: ArrayLike<number>,
  expected: readonly number[],
  tolerances: GoldenTolerances,
): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const allowed = Math.max(tolerances.gradientRelative * largest, tolerances.gradientAbsolute)
  return largestRatio(got, expected, () => allowed)
}

function tuplesAsSets(tuples: MinedTuples): readonly Set<string>[] {
  const join = (...columns: readonly ArrayLike<number>[]) =>
    new Set(
      Array.from({ length: columns[0]!.length }, (_, k) =>
        columns.map((column) => column[k]).join(' '),
      ),
    )
  return tuples.kind === 'triplets'
    ? [join(tuples.anchor, tuples.positive, tuples.negative)]
    : [join(tuples.positiveAnchor, tuples.positive), join(tuples.negativeAnchor, tuples.negative)]
}

function sameSets(got: readonly Set<string>[], expected: readonly Set<string>[]): boolean {
  return (
    got.length === expected.length &&
    got.every((set, index) => {
      const other = expected[index]!
      return set.size === other.size && [...set].every((tuple) => other.has(tuple))
    })
  )
}

/** Numbers within 1e-4 of the largest of their array, counts and indices equal. */
function distributionRatio(
  got: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
): number {
  const names = Object.keys(expected).filter((name) => name !== 'kind')
  return worst(
    names.map((name) => {
      const values = flatten(expected[name])
      const isExact = !/probabilities|edges/i.test(name)
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
      return largestRatio(flatten(got[name]), values, () =>
        isExact ? 1e-9 : Math.max(1e-4 * largest, 1e-12),
      )
    }),
  )
}
