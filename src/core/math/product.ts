import { createMatrix, transpose, type Matrix } from './matrix'

/**
 * Matrix products, the one heavy operation of the core. The training worker passes one that runs
 * on its tensor backend; without one, `simdProduct` is used.
 */
export interface MatrixProduct {
  /** a [n, k] times the transpose of b [m, k] -> [n, m]; b may be a itself. */
  multiplyTransposed(a: Matrix, b: Matrix): Matrix
  /** a [n, k] times b [k, m] -> [n, m]. */
  multiply(a: Matrix, b: Matrix): Matrix
  /** The transpose of a [k, n] times b [k, m] -> [n, m]. */
  transposedMultiply(a: Matrix, b: Matrix): Matrix
  /**
   * Keeps a matrix that is the second factor of many products where they are computed, so that it
   * is not copied for each. It must not change until it is let go.
   * @returns lets it go
   */
  hold?(b: Matrix): () => void
}

/** Columns of the inner dimension and rows of b that are worked on at a time: 128 KiB of b. */
const innerBlock = 512
const rowBlock = 64

/** Products in plain JavaScript, summed in float64 and rounded once a block. */
export const javascriptProduct: MatrixProduct = {
  multiplyTransposed,
  multiply: (a, b) => multiplyTransposed(a, transpose(b)),
  transposedMultiply(a, b) {
    const aColumns = transpose(a)
    return multiplyTransposed(aColumns, a.data === b.data ? aColumns : transpose(b))
  },
}

function multiplyTransposed(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.columns) {
    throw new Error(`Inner dimensions differ: ${a.columns} and ${b.columns}`)
  }
  const result = createMatrix(a.rows, b.rows)
  const isSymmetric = a.data === b.data && a.rows === b.rows
  for (let k0 = 0; k0 < a.columns; k0 += innerBlock) {
    const k1 = Math.min(a.columns, k0 + innerBlock)
    for (let j0 = 0; j0 < b.rows; j0 += rowBlock) {
      const j1 = Math.min(b.rows, j0 + rowBlock)
      // Of a symmetric product only the blocks on and above the diagonal are computed.
      addBlock(a.data, b.data, result.data, {
        columns: a.columns,
        resultColumns: b.rows,
        i1: isSymmetric ? j1 : a.rows,
        j0,
        j1,
        k0,
        k1,
      })
    }
  }
  if (isSymmetric) mirrorUpper(result)
  return result
}

interface Block {
  readonly columns: number
  readonly resultColumns: number
  readonly i1: number
  readonly j0: number
  readonly j1: number
  readonly k0: number
  readonly k1: number
}

function addBlock(a: Float32Array, b: Float32Array, c: Float32Array, block: Block): void {
  const { columns, resultColumns, i1, j0, j1, k0, k1 } = block
  let i = 0
  for (; i + 1 < i1; i += 2) {
    const a0 = i * columns
    const a1 = a0 + columns
    let j = j0
    for (; j + 3 < j1; j += 4) {
      const b0 = j * columns
      const b1 = b0 + columns
      const b2 = b1 + columns
      const b3 = b2 + columns
      let s00 = 0
      let s01 = 0
      let s02 = 0
      let s03 = 0
      let s10 = 0
      let s11 = 0
      let s12 = 0
      let s13 = 0
      for (let k = k0; k < k1; k++) {
        const x0 = a[a0 + k]!
        const x1 = a[a1 + k]!
        const y0 = b[b0 + k]!
        const y1 = b[b1 + k]!
        const y2 = b[b2 + k]!
        const y3 = b[b3 + k]!
        s00 += x0 * y0
        s01 += x0 * y1
        s02 += x0 * y2
        s03 += x0 * y3
        s10 += x1 * y0
        s11 += x1 * y1
        s12 += x1 * y2
        s13 += x1 * y3
      }
      const c0 = i * resultColumns + j
      const c1 = c0 + resultColumns
      c[c0] = c[c0]! + s00
      c[c0 + 1] = c[c0 + 1]! + s01
      c[c0 + 2] = c[c0 + 2]! + s02
      c[c0 + 3] = c[c0 + 3]! + s03
      c[c1] = c[c1]! + s10
      c[c1 + 1] = c[c1 + 1]! + s11
      c[c1 + 2] = c[c1 + 2]! + s12
      c[c1 + 3] = c[c1 + 3]! + s13
    }
    for (; j < j1; j++) {
      addDot(a, b, c, a0, j * columns, i * resultColumns + j, k0, k1)
      addDot(a, b, c, a1, j * columns, (i + 1) * resultColumns + j, k0, k1)
    }
  }
  for (; i < i1; i++) {
    for (let j = j0; j < j1; j++) {
      addDot(a, b, c, i * columns, j * columns, i * resultColumns + j, k0, k1)
    }
  }
}

function addDot(
  a: Float32Array,
  b: Float32Array,
  c: Float32Array,
  aRow: number,
  bRow: number,
  index: number,
  k0: number,
  k1: number,
): void {
  let sum = 0
  for (let k = k0; k < k1; k++) sum += a[aRow + k]! * b[bRow + k]!
  c[index] = c[index]! + sum
}

function mirrorUpper(matrix: Matrix): void {
  const { data, rows } = matrix
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) data[i * rows + j] = data[j * rows + i]!
  }
}
