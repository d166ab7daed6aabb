import { createMatrix, type Matrix } from './matrix'
import { javascriptProduct, type MatrixProduct } from './product'
import { loadPanelKernel, type PanelKernel } from './simdKernel'

/** Rows of a that are worked on at a time take about this many bytes, so that they stay in cache. */
const chunkBytes = 384 * 1024
/** Of a long inner dimension so much at a time: chunks of few rows would pack b again and again. */
const innerBlock = 512
const pageBytes = 65_536
/** Below this many multiplications packing costs more than it saves. */
const smallestWork = 4096

let kernel: PanelKernel | null | undefined

/**
 * Products with 128-bit instructions in float32, on the calling thread and without a backend: about
 * five times as fast as `javascriptProduct`, which it falls back to where WebAssembly is forbidden.
 */
export const simdProduct: MatrixProduct = {
  multiplyTransposed: (a, b) => product(a, b, false, true),
  multiply: (a, b) => product(a, b, false, false),
  transposedMultiply: (a, b) => product(a, b, true, false),
}

function product(a: Matrix, b: Matrix, aIsTransposed: boolean, bIsTransposed: boolean): Matrix {
  const inner = aIsTransposed ? a.rows : a.columns
  const rows = aIsTransposed ? a.columns : a.rows
  const columns = bIsTransposed ? b.rows : b.columns
  if (inner !== (bIsTransposed ? b.columns : b.rows)) {
    throw new Error(`Inner dimensions differ: ${inner} and ${bIsTransposed ? b.columns : b.rows}`)
  }
  kernel ??= loadPanelKernel()
  if (kernel === null || rows * columns * inner < smallestWork) {
    if (bIsTransposed) return javascriptProduct.multiplyTransposed(a, b)
    return aIsTransposed
      ? javascriptProduct.transposedMultiply(a, b)
      : javascriptProduct.multiply(a, b)
  }
  const result = createMatrix(rows, columns)
  const isSymmetric = a.data === b.data && aIsTransposed !== bIsTransposed
  const factors = { a, b, aIsTransposed, bIsTransposed, result }
  const blockSize = Math.min(inner, innerBlock)
  const chunkRows = Math.max(16, Math.floor(chunkBytes / (4 * blockSize) / 4) * 4)
  for (let k0 = 0; k0 < inner; k0 += blockSize) {
    const k1 = Math.min(inner, k0 + blockSize)
    for (let i0 = 0; i0 < rows; i0 += chunkRows) {
      const i1 = Math.min(rows, i0 + chunkRows)
      // Of a symmetric product only what lies on and above the diagonal is computed.
      const j0 = isSymmetric ? i0 - (i0 % 8) : 0
      multiplyChunk(kernel, { ...factors, i0, i1, j0, k0, k1 })
    }
  }
  if (isSymmetric) {
    const { data } = result
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < i; j++) data[i * rows + j] = data[j * rows + i]!
    }
  }
  return result
}

interface Chunk {
  readonly a: Matrix
  readonly b: Matrix
  readonly aIsTransposed: boolean
  readonly bIsTransposed: boolean
  readonly result: Matrix
  /** Rows of the result [i0, i1), its columns from j0, the inner dimension [k0, k1). */
  readonly i0: number
  readonly i1: number
  readonly j0: number
  readonly k0: number
  readonly k1: number
}

function multiplyChunk(panelKernel: PanelKernel, chunk: Chunk): void {
  const { a, b, result, i0, i1, k0, k1 } = chunk
  const inner = k1 - k0
  const panels = Math.ceil((i1 - i0) / 4)
  const aBytes = panels * inner * 16
  const bBytes = inner * 32
  const cBytes = panels * 128
  const missing = aBytes + bBytes + cBytes - panelKernel.memory.buffer.byteLength
  if (missing > 0) panelKernel.memory.grow(Math.ceil(missing / pageBytes))
  const memory = new Float32Array(panelKernel.memory.buffer)
  pack(memory, 0, a, chunk.aIsTransposed, { from: i0, to: i1, k0, k1, width: 4 })
  const bAt = aBytes / 4
  const cAt = (aBytes + bBytes) / 4
  for (let from = chunk.j0; from < result.columns; from += 8) {
    const to = Math.min(result.columns, from + 8)
    pack(memory, bAt, b, !chunk.bIsTransposed, { from, to, k0, k1, width: 8 })
    panelKernel.multiply(0, panels, aBytes, aBytes + bBytes, inner)
    for (let i = i0; i < i1; i++) {
      const at = cAt + (i - i0) * 8 - from
      const row = i * result.columns
      for (let j = from; j < to; j++) result.data[row + j]! += memory[at + j]!
    }
  }
}

interface Part {
  readonly from: number
  readonly to: number
  readonly k0: number
  readonly k1: number
  readonly width: number
}

/**
 * Copies rows from .. to of a matrix, columns k0 .. k1 of them (columns and rows, where it is to be
 * read as its transpose), into panels [k1 - k0, width], what is missing of the last one filled with
 * zeros.
 */
function pack(
  memory: Float32Array,
  at: number,
  { data, columns }: Matrix,
  isTransposed: boolean,
  { from, to, k0, k1, width }: Part,
): void {
  const inner = k1 - k0
  for (let i0 = from; i0 < to; i0 += width) {
    const panel = at + (i0 - from) * inner
    const count = Math.min(width, to - i0)
    if (count < width) memory.fill(0, panel, panel + inner * width)
    if (isTransposed) {
      for (let k = 0; k < inner; k++) {
        const source = (k0 + k) * columns + i0
        const target = panel + k * width
        for (let r = 0; r < count; r++) memory[target + r] = data[source + r]!
      }
    } else {
      for (let r = 0; r < count; r++) {
        const source = (i0 + r) * columns + k0
        for (let k = 0; k < inner; k++) memory[panel + k * width + r] = data[source + k]!
      }
    }
  }
}
