import { createRandom } from './random'
import { dot64 } from './cholesky'
import { finish, partOf, type Steps } from '../steps'
import { type Tridiagonal, tridiagonalSteps } from './tridiagonal'

export interface EigenPairs {
  /** Largest first. */
  readonly values: Float64Array
  /** [count, n]: row k is the unit eigenvector of the k-th value. */
  readonly vectors: Float64Array
}

/**
 * The `count` largest eigenvalues of a symmetric matrix with their eigenvectors, in float64:
 * Householder reduction to a tridiagonal matrix, its values by QL with implicit shifts (Dubrulle,
 * Martin, Wilkinson 1968), its vectors by inverse iteration (Wilkinson 1958). About n^3 / 6 passes
 * of eight operations, and n^2 count for the vectors.
 * @param matrix [n, n]; only the lower triangle is read; destroyed
 */
export function largestEigenPairs(matrix: Float64Array, n: number, count: number): EigenPairs {
  return finish(eigenSteps(matrix, n, count))
}

/** The same in steps. */
export function* eigenSteps(matrix: Float64Array, n: number, count: number): Steps<EigenPairs> {
  const wanted = Math.min(count, n)
  const work = { reducing: (2 / 3) * n ** 3, values: 40 * n * n, turning: n * n * wanted }
  // How many vectors each is held against is known once the values are: of half of those before it.
  const rough = work.reducing + work.values + work.turning + holdingWork(n, wanted ** 2 / 4, wanted)
  const reduced = work.reducing / rough
  const valued = reduced + work.values / rough
  const tridiagonal = yield* partOf(tridiagonalSteps(matrix, n), 0, reduced)
  const all = (yield* partOf(tridiagonalValues(tridiagonal), reduced, valued)).sort()
  const values = all.reverse().slice(0, wanted)
  const clusters = clustersOf(tridiagonal, values)
  const holding = holdingWork(n, clusters.pairs, wanted)
  const held = valued + ((1 - valued) * holding) / Math.max(1, holding + work.turning)
  const vectors = yield* partOf(tridiagonalVectors(tridiagonal, values, clusters), valued, held)
  yield* partOf(tridiagonal.rotateBack(vectors, wanted), held, 1)
  return { values, vectors }
}

/** Multiply-adds of vectors that are held against so many others, and of solving for each. */
const holdingWork = (n: number, pairs: number, count: number): number => 20 * n * (pairs + count)

/** Rotations before others may run. */
const rotationsAStep = 200_000

/** All eigenvalues of a tridiagonal matrix, in no order. */
function* tridiagonalValues({ n, diagonal, offDiagonal }: Tridiagonal): Steps<Float64Array> {
  const d = diagonal.slice()
  const e = offDiagonal.slice()
  // Where many values are nothing but rounding, rotations make as much of it anew: what is less
  // than that of the whole is 0 (Bowdler, Martin, Reinsch, Wilkinson 1968).
  let rounding = 0
  for (let i = 0; i < n; i++) {
    rounding = Math.max(rounding, Number.EPSILON * (Math.abs(d[i]!) + Math.abs(e[i] ?? 0)))
  }
  let rotations = 0
  for (let l = 0; l < n; l++) {
    for (let turn = 0; ; turn++) {
      let m = l
      while (m < n - 1) {
        if (Math.abs(e[m]!) <= rounding) break
        m++
      }
      if (m === l) break
      if (turn === 60) throw new Error('The eigenvalues of a matrix did not converge')
      stepQL(d, e, l, m)
      rotations += m - l
      if (rotations < rotationsAStep) continue
      rotations = 0
      // Those that are left turn fewer rows.
      yield 1 - (1 - l / n) ** 2
    }
  }
  return d
}

/** One implicit QL step on rows l to m. */
function stepQL(d: Float64Array, e: Float64Array, l: number, m: number): void {
  let g = (d[l + 1]! - d[l]!) / (2 * e[l]!)
  let r = Math.hypot(g, 1)
  g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r))
  let s = 1
  let c = 1
  let p = 0
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i]!
    const b = c * e[i]!
    r = Math.hypot(f, g)
    e[i + 1] = r
    if (r === 0) {
      d[i + 1] = d[i + 1]! - p
      e[m] = 0
      return
    }
    s = f / r
    c = g / r
    g = d[i + 1]! - p
    const t = (d[i]! - g) * s + 2 * c * b
    p = s * t
    d[i + 1] = g + p
    g = c * t - b
  }
  d[l] = d[l]! - p
  e[l] = g
  e[m] = 0
}

/** Values in falling order that lie so close together that their vectors would run into each other. */
interface Clusters {
  /** Of the matrix. */
  readonly scale: number
  /** For each value the first of its cluster. */
  readonly starts: Uint32Array
  /** Of values with those before them in their cluster. */
  readonly pairs: number
}

function clustersOf(tridiagonal: Tridiagonal, values: Float64Array): Clusters {
  const { n, diagonal, offDiagonal } = tridiagonal
  let norm = 0
  for (let i = 0; i < n; i++) {
    norm = Math.max(norm, Math.abs(diagonal[i]!) + 2 * Math.abs(offDiagonal[i]!))
  }
  const scale = norm || 1
  const starts = new Uint32Array(values.length)
  let pairs = 0
  for (let k = 1; k < values.length; k++) {
    starts[k] = values[k - 1]! - values[k]! > 1e-3 * scale ? k : starts[k - 1]!
    pairs += k - starts[k]!
  }
  return { scale, starts, pairs }
}

/** Unit eigenvectors [values, n] of a tridiagonal matrix for values in falling order. */
function* tridiagonalVectors(
  tridiagonal: Tridiagonal,
  values: Float64Array,
  { scale, starts, pairs }: Clusters,
): Steps<Float64Array> {
  const { n } = tridiagonal
  const vectors = new Float64Array(values.length * n)
  const random = createRandom('eigenvectors')
  const solver = new ShiftedSolver(tridiagonal, scale)
  const whole = holdingWork(n, pairs, values.length)
  let heldAgainst = 0
  let shift = Infinity
  for (let k = 0; k < values.length; k++) {
    const start = starts[k]!
    // Equal values would solve the same equations: each is shifted a little below the last.
    shift = Math.min(values[k]!, shift - 2 * Number.EPSILON * scale)
    const at = k * n
    for (let i = 0; i < n; i++) vectors[at + i] = random.uniform(-1, 1)
    orthonormalize(vectors, n, start, k)
    solver.factor(shift)
    for (let turn = 0; turn < 4; turn++) {
      solver.solve(vectors, at)
      normalizeAt(vectors, n, at)
      orthonormalize(vectors, n, start, k)
    }
    heldAgainst += k - start
    yield holdingWork(n, heldAgainst, k + 1) / whole
  }
  return vectors
}

function normalizeAt(vectors: Float64Array, n: number, at: number): void {
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(vectors[at + i]!))
  if (largest === 0) return
  for (let i = 0; i < n; i++) vectors[at + i] = vectors[at + i]! / largest
  const length = Math.sqrt(dot64(vectors, at, vectors, at, n))
  for (let i = 0; i < n; i++) vectors[at + i] = vectors[at + i]! / length
}

/** Takes out of vector k what lies along those from `start` on, twice, and makes it a unit one. */
function orthonormalize(vectors: Float64Array, n: number, start: number, k: number): void {
  const at = k * n
  for (let turn = 0; turn < 2; turn++) {
    for (let other = start; other < k; other++) {
      const along = dot64(vectors, other * n, vectors, at, n)
      for (let i = 0; i < n; i++) {
        vectors[at + i] = vectors[at + i]! - along * vectors[other * n + i]!
      }
    }
    normalizeAt(vectors, n, at)
  }
}

/** Solves (T - shift) x = b by Gaussian elimination with row exchanges. */
class ShiftedSolver {
  private readonly upper0: Float64Array
  private readonly upper1: Float64Array
  private readonly upper2: Float64Array
  private readonly multiplier: Float64Array
  private readonly isSwapped: Uint8Array

  constructor(
    private readonly tridiagonal: Tridiagonal,
    private readonly scale: number,
  ) {
    const { n } = tridiagonal
    this.upper0 = new Float64Array(n)
    this.upper1 = new Float64Array(n)
    this.upper2 = new Float64Array(n)
    this.multiplier = new Float64Array(n)
    this.isSwapped = new Uint8Array(n)
  }

  factor(shift: number): void {
    const { n, diagonal, offDiagonal: e } = this.tridiagonal
    const tiny = Number.EPSILON * this.scale
    let pivot = diagonal[0]! - shift
    let next = n > 1 ? e[0]! : 0
    for (let i = 0; i < n - 1; i++) {
      const below = e[i]!
      const belowDiagonal = diagonal[i + 1]! - shift
      const belowNext = i + 1 < n - 1 ? e[i + 1]! : 0
      if (Math.abs(pivot) >= Math.abs(below)) {
        if (Math.abs(pivot) < tiny) pivot = pivot < 0 ? -tiny : tiny
        const factor = below / pivot
        this.store(i, pivot, next, 0, factor, 0)
        pivot = belowDiagonal - factor * next
        next = belowNext
      } else {
        const factor = pivot / below
        this.store(i, below, belowDiagonal, belowNext, factor, 1)
        pivot = next - factor * belowDiagonal
        next = -factor * belowNext
      }
    }
    if (Math.abs(pivot) < tiny) pivot = pivot < 0 ? -tiny : tiny
    this.store(n - 1, pivot, 0, 0, 0, 0)
  }

  solve(vectors: Float64Array, at: number): void {
    const { n } = this.tridiagonal
    for (let i = 0; i < n - 1; i++) {
      const here = vectors[at + i]!
      const below = vectors[at + i + 1]!
      if (this.isSwapped[i] === 1) {
        vectors[at + i] = below
        vectors[at + i + 1] = here - this.multiplier[i]! * below
      } else {
        vectors[at + i + 1] = below - this.multiplier[i]! * here
      }
    }
    for (let i = n - 1; i >= 0; i--) {
      let rest = vectors[at + i]!
      if (i + 1 < n) rest -= this.upper1[i]! * vectors[at + i + 1]!
      if (i + 2 < n) rest -= this.upper2[i]! * vectors[at + i + 2]!
      vectors[at + i] = rest / this.upper0[i]!
    }
  }

  private store(
    i: number,
    pivot: number,
    next: number,
    afterNext: number,
    multiplier: number,
    isSwapped: 0 | 1,
  ): void {
    this.upper0[i] = pivot
    this.upper1[i] = next
    this.upper2[i] = afterNext
    this.multiplier[i] = multiplier
    this.isSwapped[i] = isSwapped
  }
}
