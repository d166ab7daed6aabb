import type { Steps } from '../steps'

/** A symmetric matrix A = Q T Q^T with T tridiagonal. */
export interface Tridiagonal {
  readonly n: number
  /** [n] */
  readonly diagonal: Float64Array
  /** [n]; entry i couples i and i + 1, the last is 0. */
  readonly offDiagonal: Float64Array
  /** Turns eigenvectors of T, the rows of [count, n], into those of A, in place. */
  rotateBack(vectors: Float64Array, count: number): Steps<void>
}

/** Multiplications before others may run. */
const workAStep = 1e7

/**
 * Householder reduction (Householder 1958), from the last row up. The update of one step and the
 * product of the next are done in one pass over the lower triangle, because memory is what limits.
 * @param matrix [n, n] symmetric; only the lower triangle is read, and it is destroyed
 */
export function* tridiagonalSteps(matrix: Float64Array, n: number): Steps<Tridiagonal> {
  const diagonal = new Float64Array(n)
  const offDiagonal = new Float64Array(n)
  const factors = new Float64Array(n)
  // Row i holds, left of the diagonal, the Householder vector that cleared it.
  const update = { v: new Float64Array(n), w: new Float64Array(n), isPending: false }
  const u = new Float64Array(n)
  const p = new Float64Array(n)
  // What rounding leaves of rank-deficient rows shrinks from row to row until its squares are none.
  const negligible = (Number.EPSILON ** 2 * greatestOf(matrix)) ** 2
  let work = 0
  for (let i = n - 1; i > 0; i--) {
    const row = i * n
    work += i * i
    if (work > workAStep) {
      work = 0
      yield 1 - (i / n) ** 3
    }
    if (update.isPending) updateRow(matrix, n, i, update.v, update.w)
    diagonal[i] = matrix[row + i]!
    let tail = 0
    for (let k = 0; k < i - 1; k++) tail += matrix[row + k]! * matrix[row + k]!
    const last = matrix[row + i - 1]!
    const norm = Math.sqrt(tail + last * last)
    if (tail <= negligible || norm === 0) {
      offDiagonal[i - 1] = last
      factors[i] = 0
      if (update.isPending) updateTriangle(matrix, n, i, update.v, update.w)
      update.isPending = false
      continue
    }
    const alpha = last > 0 ? -norm : norm
    offDiagonal[i - 1] = alpha
    for (let k = 0; k < i - 1; k++) u[k] = matrix[row + k]!
    u[i - 1] = last - alpha
    const beta = 2 / (tail + u[i - 1]! * u[i - 1]!)
    factors[i] = beta
    matrix[row + i - 1] = u[i - 1]!
    p.fill(0, 0, i)
    if (update.isPending) updateAndMultiply(matrix, n, i, update.v, update.w, u, p)
    else multiplyTriangle(matrix, n, i, u, p)
    let along = 0
    for (let k = 0; k < i; k++) along += u[k]! * p[k]!
    const half = (beta * beta * along) / 2
    for (let k = 0; k < i; k++) {
      update.v[k] = u[k]!
      update.w[k] = beta * p[k]! - half * u[k]!
    }
    update.isPending = true
  }
  if (n > 0) {
    if (update.isPending) updateRow(matrix, n, 0, update.v, update.w)
    diagonal[0] = matrix[0]!
  }
  return {
    n,
    diagonal,
    offDiagonal,
    *rotateBack(vectors, count) {
      const block = 16
      let done = 0
      for (let r0 = 0; r0 < count; r0 += block) {
        const r1 = Math.min(count, r0 + block)
        for (let i = 1; i < n; i++) {
          if (factors[i] === 0) continue
          for (let r = r0; r < r1; r++) reflect(matrix, i * n, i, factors[i]!, vectors, r * n)
          done += i * block
          if (done < workAStep) continue
          done = 0
          yield r0 / count
        }
      }
    },
  }
}

/** Of the absolute values. */
function greatestOf(matrix: Float64Array): number {
  let most = 0
  for (const value of matrix) most = Math.max(most, Math.abs(value))
  return most
}

/** vector -= beta (u . vector) u over the first `length` components. */
function reflect(
  matrix: Float64Array,
  row: number,
  length: number,
  beta: number,
  vectors: Float64Array,
  at: number,
): void {
  let along = 0
  for (let k = 0; k < length; k++) along += matrix[row + k]! * vectors[at + k]!
  const factor = beta * along
  for (let k = 0; k < length; k++) vectors[at + k] = vectors[at + k]! - factor * matrix[row + k]!
}

/** A -= v w^T + w v^T in row i. */
function updateRow(a: Float64Array, n: number, i: number, v: Float64Array, w: Float64Array): void {
  const row = i * n
  const vi = v[i]!
  const wi = w[i]!
  for (let j = 0; j <= i; j++) a[row + j] = a[row + j]! - vi * w[j]! - wi * v[j]!
}

function updateTriangle(
  a: Float64Array,
  n: number,
  size: number,
  v: Float64Array,
  w: Float64Array,
): void {
  for (let i = 0; i < size; i++) updateRow(a, n, i, v, w)
}

/** p = A u over the first `size` rows of the symmetric matrix. */
function multiplyTriangle(
  a: Float64Array,
  n: number,
  size: number,
  u: Float64Array,
  p: Float64Array,
): void {
  for (let i = 0; i < size; i++) {
    const row = i * n
    const ui = u[i]!
    let sum = 0
    for (let j = 0; j < i; j++) {
      const value = a[row + j]!
      sum += value * u[j]!
      p[j] = p[j]! + value * ui
    }
    p[i] = p[i]! + sum + a[row + i]! * ui
  }
}

/** Both at once: first the update, then the product. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  size: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  p: Float64Array,
): void {
  for (let i = 0; i < size; i++) {
    const row = i * n
    const vi = v[i]!
    const wi = w[i]!
    const ui = u[i]!
    let sum = 0
    for (let j = 0; j < i; j++) {
      const value = a[row + j]! - vi * w[j]! - wi * v[j]!
      a[row + j] = value
      sum += value * u[j]!
      p[j] = p[j]! + value * ui
    }
    const own = a[row + i]! - 2 * vi * wi
    a[row + i] = own
    p[i] = p[i]! + sum + own * ui
  }
}
