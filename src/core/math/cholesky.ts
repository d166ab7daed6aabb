/** Sum of a[i] b[i] over `length` entries from two offsets. */
export function dot64(
  a: Float64Array,
  aStart: number,
  b: Float64Array,
  bStart: number,
  length: number,
): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  let k = 0
  for (; k + 3 < length; k += 4) {
    s0 += a[aStart + k]! * b[bStart + k]!
    s1 += a[aStart + k + 1]! * b[bStart + k + 1]!
    s2 += a[aStart + k + 2]! * b[bStart + k + 2]!
    s3 += a[aStart + k + 3]! * b[bStart + k + 3]!
  }
  for (; k < length; k++) s0 += a[aStart + k]! * b[bStart + k]!
  return s0 + s1 + (s2 + s3)
}

/**
 * Cholesky factor L, lower triangular with L L^T = A, of a symmetric positive definite matrix in
 * float64; only the lower triangle of A is read, and it is overwritten by L.
 * @param matrix [n, n]
 * @returns false where the matrix is not positive definite; it is then left half worked
 */
export function factorCholesky(matrix: Float64Array, n: number): boolean {
  const block = 64
  for (let j0 = 0; j0 < n; j0 += block) {
    const j1 = Math.min(n, j0 + block)
    // Rows below are taken in the inner loop, so that the block's rows stay in the cache.
    for (let i = j0; i < n; i++) {
      const row = i * n
      const end = Math.min(j1, i + 1)
      for (let j = j0; j < end; j++) {
        const rest = matrix[row + j]! - dot64(matrix, row, matrix, j * n, j)
        if (j < i) matrix[row + j] = rest / matrix[j * n + j]!
        else {
          if (!(rest > 0)) return false
          matrix[row + j] = Math.sqrt(rest)
        }
      }
    }
  }
  return true
}

/**
 * Solves L y = b for each row b of `rows` in place, so that the rows become rows L^-T.
 * @param factor lower triangular [n, n]
 * @param rows [count, n]
 */
export function solveLower(
  factor: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
): void {
  const block = 32
  for (let r0 = 0; r0 < count; r0 += block) {
    const r1 = Math.min(count, r0 + block)
    for (let i = 0; i < n; i++) {
      const diagonal = factor[i * n + i]!
      for (let r = r0; r < r1; r++) {
        const at = r * n
        rows[at + i] = (rows[at + i]! - dot64(factor, i * n, rows, at, i)) / diagonal
      }
    }
  }
}

/** Solves L^T x = b for each row b of `rows` in place. */
export function solveLowerTransposed(
  factor: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
): void {
  const block = 32
  for (let r0 = 0; r0 < count; r0 += block) {
    const r1 = Math.min(count, r0 + block)
    for (let i = n - 1; i >= 0; i--) {
      const row = i * n
      const diagonal = factor[row + i]!
      for (let r = r0; r < r1; r++) {
        const at = r * n
        const value = rows[at + i]! / diagonal
        rows[at + i] = value
        for (let k = 0; k < i; k++) rows[at + k] = rows[at + k]! - value * factor[row + k]!
      }
    }
  }
}
