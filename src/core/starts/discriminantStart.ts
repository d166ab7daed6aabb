import { ldaSteps } from './lda'
import { ScatterAccumulator } from './scatter'
import { factorWithin } from './within'
import { solveLowerSteps, solveLowerTransposedSteps } from '../math/cholesky'
import { eigenSteps } from '../math/eigen'
import { createMatrix, type Matrix } from '../math/matrix'
import type { MatrixProduct } from '../math/product'
import { productSteps } from '../math/productSteps'
import type { Random } from '../math/random'
import { finish, partOf, partsOf, type Steps } from '../steps'
import type { Preparation } from './preparation'
import { startConstants } from './startConstants'

export interface DiscriminantInput {
  /** Reads training rows [from, to) as [to - from, dimension]. */
  readonly read: (from: number, to: number) => Matrix
  readonly dimension: number
  /** Class of each training row. */
  readonly labels: Int32Array
  /** Directions to keep, at most `dimension`. */
  readonly size: number
  /** 'bySize': the analysis where there are more classes than directions, else whitening. */
  readonly form?: 'bySize' | 'whitening' | 'analysis'
  readonly random: Random
  readonly product: MatrixProduct
}

/**
 * Below this many directions a random basis loses too much, and principal ones of the training
 * rows keep more.
 */
const leastRandomSize = 400
const blockRows = 1024

/**
 * Where a head starts from: features in which classes are told apart by what differs between them
 * more than within them.
 *
 * With more classes than directions it is linear discriminant analysis (Fisher 1936), each
 * direction weighted by how much of its variation lies between classes. With fewer, the
 * classes - 1 directions of that analysis forget most of what tells classes never seen apart; then
 * the features are only whitened by the covariance within classes (as in Hatch, Kajarekar, Stolcke
 * 2006), shrunk to a round one, and seen through an orthonormal basis of the wanted size: a random
 * one, which keeps angles nearly as they are (Johnson, Lindenstrauss 1984), or for small sizes the
 * principal directions. MAP@R on unseen emoji, features conv12+conv13+conv15: 60 classes .506
 * whitened, .447 by the analysis, .324 as they are; 500 classes .557, .631, .317.
 */
export function fitDiscriminant(input: DiscriminantInput): Preparation {
  return finish(discriminantSteps(input))
}

/** The same in steps. */
export function* discriminantSteps(input: DiscriminantInput): Steps<Preparation> {
  const { labels, product } = input
  const classes = new Set(labels).size
  const scatter = new ScatterAccumulator(input.dimension, product)
  const { form = 'bySize' } = input
  const isAnalysis = form === 'bySize' ? classes > input.size : form === 'analysis'
  const work = workOf(input, isAnalysis ? { rows: classes, size: classes } : principalOf(input))
  const { summing, factor, whitening, directions, back } = partsOf(work)
  for (let from = 0; from < labels.length; from += blockRows) {
    const to = Math.min(labels.length, from + blockRows)
    const adding = scatter.addSteps(input.read(from, to), labels.subarray(from, to))
    const share = (place: number) => (summing[1] * place) / labels.length
    yield* partOf(adding, share(from), share(to))
  }
  return yield* isAnalysis
    ? partOf(fitManyClasses(input, scatter), summing[1], 1)
    : fitFewClasses(input, scatter, { factor, whitening, directions, back })
}

/** Multiply-adds of products that take as long as each part of the fit. */
function workOf(
  { labels, dimension: d, size }: DiscriminantInput,
  /** Rows that are whitened, and how many directions are found among them. */
  found: { readonly rows: number; readonly size: number },
) {
  return {
    summing: labels.length * d * d,
    factor: d ** 3,
    whitening: found.rows * d * d,
    directions: startConstants.eigenTimes * found.rows ** 2 * found.size,
    back: size * d * d,
  }
}

type Part = readonly [from: number, to: number]

/**
 * How much of a round covariance is mixed into that within few classes. The fewer they are, the
 * less their variation says of that of others: MAP@R on unseen classes at .1 and at .4, 5 of
 * Fashion-MNIST .498, .510; 30 of drawings .405, .409; 60 emoji .506, .497.
 */
export const shrinkageOf = (classes: number): number =>
  Math.min(startConstants.mostShrinkage, startConstants.leastShrinkage + 1 / classes)

function* fitManyClasses(
  { product, size, form }: DiscriminantInput,
  scatter: ScatterAccumulator,
): Steps<Preparation> {
  const { leastShrinkage } = startConstants
  const classes = scatter.betweenRows().rows
  const shrinkage = form === 'analysis' ? shrinkageOf(classes) : leastShrinkage
  const settings = { dimensions: size, shrinkage }
  const { mean, projection, values } = yield* ldaSteps(scatter, settings, product)
  const { data, columns } = projection
  for (let i = 0; i < data.length; i++) data[i] = data[i]! * directionWeight(values[i % columns]!)
  return { mean, scale: null, projection }
}

/**
 * Of a direction whose variance between classes is `ratio` times that within them: a direction that
 * says little counts little (as the posterior of a class's place does, Ioffe 2006). A head trained
 * from weighted directions gets further: 500 classes, conv12+conv13, .608 to .617 against .606 to
 * .614 without weights.
 */
export const directionWeight = (ratio: number): number =>
  Math.sqrt(ratio / (ratio + startConstants.halfWeightRatio))

function* fitFewClasses(
  input: DiscriminantInput,
  scatter: ScatterAccumulator,
  parts: Readonly<Record<'factor' | 'whitening' | 'directions' | 'back', Part>>,
): Steps<Preparation> {
  const { dimension, product } = input
  const mean = scatter.mean()
  const between = scatter.betweenRows()
  const shrinkage = shrinkageOf(between.rows)
  const factoring = factorWithin(scatter, between, shrinkage, product)
  const factor = yield* partOf(factoring, ...parts.factor)
  const basis = yield* chooseBasis(input, mean, factor, parts)
  // Rows x of whitened features L^-1 x on a basis Q are rows x on L^-T Q^T.
  const rows = new Float64Array(basis.data)
  const solving = solveLowerTransposedSteps(factor, dimension, rows, basis.rows, product)
  yield* partOf(solving, ...parts.back)
  const projection = createMatrix(dimension, basis.rows)
  for (let i = 0; i < basis.rows; i++) {
    for (let k = 0; k < dimension; k++) {
      projection.data[k * basis.rows + i] = rows[i * dimension + k]!
    }
  }
  return { mean, scale: null, projection }
}

/** Rows that principal directions are found from, and how many; none where the basis is another. */
function principalOf({ size, dimension, labels, form }: DiscriminantInput): {
  readonly rows: number
  readonly size: number
} {
  const rows = Math.min(labels.length, startConstants.principalRows)
  const isRandom = form === 'whitening' ? rows <= size : size >= leastRandomSize
  const isPrincipal = size < dimension && !isRandom && labels.length > size
  return isPrincipal ? { rows, size } : { rows: 0, size: 0 }
}

/** Orthonormal rows [size, dimension], or fewer where there are not so many dimensions. */
function* chooseBasis(
  input: DiscriminantInput,
  mean: Float64Array,
  factor: Float64Array,
  { whitening, directions }: Readonly<Record<'whitening' | 'directions', Part>>,
): Steps<Matrix> {
  const { size, dimension, random, labels, product } = input
  if (size >= dimension) return identity(dimension)
  const count = principalOf(input).rows
  if (count === 0) return randomBasis(size, dimension, random)
  const chosen = random.shuffle([...labels.keys()]).slice(0, count)
  const rows = new Float64Array(count * dimension)
  for (const [i, row] of chosen.entries()) {
    const { data } = input.read(row, row + 1)
    for (let k = 0; k < dimension; k++) rows[i * dimension + k] = data[k]! - mean[k]!
    if (i % 64 === 0) yield whitening[0]
  }
  const solving = solveLowerSteps(factor, dimension, rows, count, product)
  yield* partOf(solving, ...whitening)
  const whitened = createMatrix(count, dimension, new Float32Array(rows))
  const principal = yield* partOf(principalDirections(whitened, size, product), ...directions)
  // Where rows repeat each other there are not so many.
  return principal.rows === size ? principal : randomBasis(size, dimension, random)
}

/** Unit eigenvectors of the rows' covariance about 0, through the rows' own products. */
function* principalDirections(rows: Matrix, count: number, product: MatrixProduct): Steps<Matrix> {
  const n = rows.rows
  const own = yield* partOf(productSteps('multiplyTransposed', rows, rows, product), 0, 0.05)
  const inner = new Float64Array(own.data)
  const pairs = yield* partOf(eigenSteps(inner, n, Math.min(count, n)), 0.05, 0.97)
  const values = pairs.values.filter((value) => value > 1e-6 * pairs.values[0]! && value > 0)
  const weights = createMatrix(values.length, n)
  for (let r = 0; r < values.length; r++) {
    const scale = 1 / Math.sqrt(values[r]!)
    for (let i = 0; i < n; i++) weights.data[r * n + i] = scale * pairs.vectors[r * n + i]!
  }
  return yield* partOf(productSteps('multiply', weights, rows, product), 0.97, 1)
}

function identity(size: number): Matrix {
  const result = createMatrix(size, size)
  for (let i = 0; i < size; i++) result.data[i * size + i] = 1
  return result
}

/**
 * `rows` orthonormal rows that see a little of every column: waves of the cosine transform
 * (Ahmed, Natarajan, Rao 1974), drawn at random, under random signs of the columns (as in the fast
 * Johnson-Lindenstrauss transform; Ailon, Chazelle 2009). Nothing has to be orthonormalised.
 */
export function randomBasis(rows: number, columns: number, random: Random): Matrix {
  const waves = random.shuffle(Array.from({ length: columns }, (_, wave) => wave)).slice(0, rows)
  const signs = Float64Array.from({ length: columns }, () => (random.next() < 0.5 ? -1 : 1))
  const basis = createMatrix(rows, columns)
  waves.forEach((wave, i) => {
    const height = Math.sqrt((wave === 0 ? 1 : 2) / columns)
    for (let k = 0; k < columns; k++) {
      const angle = (Math.PI * wave * (2 * k + 1)) / (2 * columns)
      basis.data[i * columns + k] = height * signs[k]! * Math.cos(angle)
    }
  })
  return basis
}
