import type { Matrix } from '../math/matrix'
import { finish, type Steps } from '../steps'

const known = new WeakMap<Matrix, Int32Array | null>()

/**
 * Looks for the repeated rows of a matrix once, for one that many others are compared with. Its
 * numbers must not change any more.
 */
export function* rememberRepeatedRows(matrix: Matrix): Steps<void> {
  known.set(matrix, yield* equalRowSteps(matrix))
}

/** Numbers before others may run. */
const numbersAStep = 2 ** 22

/** For each row the first row that is equal to it; null where all differ. */
function firstEqualRows(matrix: Matrix): Int32Array | null {
  const found = known.get(matrix)
  return found === undefined ? finish(equalRowSteps(matrix)) : found
}

function* equalRowSteps(matrix: Matrix): Steps<Int32Array | null> {
  const { rows, columns, data } = matrix
  const words = new Int32Array(data.buffer, data.byteOffset, data.length)
  const byHash = new Map<number, number[]>()
  let result: Int32Array | null = null
  const rowsAStep = Math.ceil(numbersAStep / Math.max(1, columns))
  for (let i = 0; i < rows; i++) {
    if (i % rowsAStep === rowsAStep - 1) yield i / rows
    let hash = 0x811c9dc5
    for (let k = i * columns; k < (i + 1) * columns; k++) {
      hash = Math.imul(hash ^ words[k]!, 0x01000193)
    }
    const candidates = byHash.get(hash)
    if (candidates === undefined) byHash.set(hash, [i])
    else {
      const first = candidates.find((other) => areEqual(words, other, i, columns))
      if (first === undefined) candidates.push(i)
      else {
        result ??= Int32Array.from({ length: rows }, (_, row) => row)
        result[i] = first
      }
    }
  }
  return result
}

function areEqual(words: Int32Array, one: number, other: number, columns: number): boolean {
  for (let k = 0; k < columns; k++) {
    if (words[one * columns + k] !== words[other * columns + k]) return false
  }
  return true
}

/**
 * Makes the products of equal rows equal to the last bit, in place. A product that splits its sums
 * differently from row to row would otherwise break exact ties by rounding.
 * @param values [B, R], of x with y, or of x with itself where y is null
 */
export function equalizeRepeatedRows(values: Matrix, x: Matrix, y: Matrix | null): void {
  const { data, columns } = values
  const firstRow = firstEqualRows(x)
  const firstColumn = y === null ? firstRow : firstEqualRows(y)
  if (firstRow !== null) {
    firstRow.forEach((first, row) => {
      if (first === row) return
      data.copyWithin(row * columns, first * columns, (first + 1) * columns)
    })
  }
  if (firstColumn === null) return
  firstColumn.forEach((first, column) => {
    if (first === column) return
    for (let i = 0; i < values.rows; i++) data[i * columns + column] = data[i * columns + first]!
  })
}
