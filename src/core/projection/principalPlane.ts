import { largestEigenPairs } from '../math/eigen'
import { gatherRows, type Matrix } from '../math/matrix'
import type { Random } from '../math/random'
import { finish, partOf, type Steps } from '../steps'

/** Vectors iterated on; more than the two wanted, so that close eigenvalues converge fast. */
const subspaceSize = 6
const maximumRounds = 24
/** Rounds end when the two leading variances change by less than this share. */
const tolerance = 1e-4
/** Rows that the components are found on, evenly from all: more change them little. */
const mostFitted = 10_000
/** Numbers of the matrix that are gone through before others may run: some ten milliseconds. */
const numbersAStep = 2 ** 18

/**
 * Coordinates of the rows on their first two principal components, [rows, 2]: centred, not
 * scaled. Subspace iteration (Rutishauser 1969) on the covariance, which is never formed:
 * O(n d) a round, on up to `mostFitted` of the rows. A component's sign makes its largest weight positive, so that the same
 * rows always give the same map. What has no second dimension gets y = 0.
 *
 * @param random where the iteration starts; it does not decide where it ends
 */
export function principalPlane(matrix: Matrix, random: Random): Float32Array {
  return finish(principalPlaneSteps(matrix, random))
}

/** The same in steps. */
export function* principalPlaneSteps(matrix: Matrix, random: Random): Steps<Float32Array> {
  const { rows, columns, data } = matrix
  const result = new Float32Array(rows * 2)
  if (rows < 2 || columns === 0) return result
  const fitted = evenRows(matrix, mostFitted)
  const mean = columnMeans(fitted)
  const size = Math.min(subspaceSize, columns, rows)
  let basis: Float64Array[] = Array.from({ length: size }, () =>
    Float64Array.from({ length: columns }, () => random.normal()),
  )
  orthonormalize(basis)
  let before = [0, 0]
  // As a rule it ends long before: each round is taken for half of what is left.
  let share = 0
  for (let round = 0; round < maximumRounds; round++) {
    const images = yield* partOf(applyCovariance(fitted, mean, basis), share, (1 + share) / 2)
    share = (1 + share) / 2
    const variances = images.map(lengthOf)
    basis = images
    orthonormalize(basis)
    const change = Math.max(...[0, 1].map((i) => Math.abs((variances[i] ?? 0) - (before[i] ?? 0))))
    before = variances
    if (change <= tolerance * (variances[0] ?? 0)) break
  }
  const images = yield* partOf(applyCovariance(fitted, mean, basis), share, 1)
  const components = rotateToAxes(basis, images)
  for (let axis = 0; axis < Math.min(2, components.length); axis++) {
    const component = components[axis]!
    for (let i = 0; i < rows; i++) {
      let sum = 0
      const start = i * columns
      for (let k = 0; k < columns; k++) sum += (data[start + k]! - mean[k]!) * component[k]!
      result[2 * i + axis] = sum
    }
  }
  return result
}

/** Up to `most` rows, evenly from all. */
function evenRows(matrix: Matrix, most: number): Matrix {
  const { rows } = matrix
  if (rows <= most) return matrix
  return gatherRows(
    matrix,
    Uint32Array.from({ length: most }, (_, i) => Math.floor((i * rows) / most)),
  )
}

function columnMeans({ data, rows, columns }: Matrix): Float64Array {
  const mean = new Float64Array(columns)
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++, at++) mean[k] = mean[k]! + data[at]!
  }
  for (let k = 0; k < columns; k++) mean[k] = mean[k]! / rows
  return mean
}

/** Covariance times each vector, without the covariance. */
function* applyCovariance(
  { data, rows, columns }: Matrix,
  mean: Float64Array,
  vectors: readonly Float64Array[],
): Steps<Float64Array[]> {
  const rowsAStep = Math.max(1, Math.floor(numbersAStep / columns))
  const results = vectors.map(() => new Float64Array(columns))
  const row = new Float64Array(columns)
  for (let i = 0; i < rows; i++) {
    if (i % rowsAStep === rowsAStep - 1) yield i / rows
    const start = i * columns
    for (let k = 0; k < columns; k++) row[k] = data[start + k]! - mean[k]!
    for (let v = 0; v < vectors.length; v++) {
      const vector = vectors[v]!
      let dot = 0
      for (let k = 0; k < columns; k++) dot += row[k]! * vector[k]!
      const result = results[v]!
      for (let k = 0; k < columns; k++) result[k] = result[k]! + dot * row[k]!
    }
  }
  for (const result of results) for (let k = 0; k < columns; k++) result[k] = result[k]! / rows
  return results
}

const dotOf = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}
const lengthOf = (a: Float64Array): number => Math.sqrt(dotOf(a, a))

/** Modified Gram-Schmidt, twice; what is a combination of those before it becomes zero. */
function orthonormalize(vectors: readonly Float64Array[]): void {
  const largest = Math.max(...vectors.map(lengthOf))
  vectors.forEach((vector, index) => {
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < index; other++) {
        const shared = dotOf(vector, vectors[other]!)
        for (let k = 0; k < vector.length; k++)
          vector[k] = vector[k]! - shared * vectors[other]![k]!
      }
    }
    const length = lengthOf(vector)
    const factor = length > 1e-12 * largest ? 1 / length : 0
    for (let k = 0; k < vector.length; k++) vector[k] = vector[k]! * factor
  })
}

/** Turns an invariant basis to the principal axes (Rayleigh-Ritz), largest variance first. */
function rotateToAxes(
  basis: readonly Float64Array[],
  images: readonly Float64Array[],
): Float64Array[] {
  const size = basis.length
  const small = Float64Array.from(basis.flatMap((b) => images.map((image) => dotOf(b, image))))
  const { vectors } = largestEigenPairs(small, size, size)
  return basis.map((_, axis) => {
    const component = new Float64Array(basis[0]!.length)
    for (let v = 0; v < size; v++) {
      const weight = vectors[axis * size + v]!
      for (let k = 0; k < component.length; k++)
        component[k] = component[k]! + weight * basis[v]![k]!
    }
    let largest = 0
    for (let k = 0; k < component.length; k++) {
      if (Math.abs(component[k]!) > Math.abs(component[largest]!) * (1 + 1e-9)) largest = k
    }
    if (component[largest]! < 0)
      for (let k = 0; k < component.length; k++) component[k] = -component[k]!
    return component
  })
}
