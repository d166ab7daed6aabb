import { createMatrix, type Matrix } from '../math/matrix'
import type { RawDistance } from './distance'

/** A distance of two rows that no matrix product gives: it looks at their components in turn. */
export interface RowPairRule {
  /** Of the row of x that begins at a and the row of y that begins at b. */
  measure(x: Float32Array, a: number, y: Float32Array, b: number, columns: number): number
  /** Derivative of a distance by one difference of components, -1, 0 or 1. */
  slopeOf(difference: number, distance: number): number
}

/** Compares all rows pair by pair: time B R d, memory B R. */
export function compareRowPairs(x: Matrix, y: Matrix | null, rule: RowPairRule): RawDistance {
  const other = y ?? x
  const { columns } = x
  const values = createMatrix(x.rows, other.rows)
  for (let i = 0; i < x.rows; i++) {
    for (let j = y === null ? i + 1 : 0; j < other.rows; j++) {
      const value = rule.measure(x.data, i * columns, other.data, j * columns, columns)
      values.data[i * other.rows + j] = value
      if (y === null) values.data[j * other.rows + i] = value
    }
  }
  return {
    values,
    backward(gradient, wantsReferences) {
      const gx = createMatrix(x.rows, columns)
      const gy = y === null ? gx : wantsReferences ? createMatrix(y.rows, columns) : null
      for (let pair = 0; pair < values.data.length; pair++) {
        const weight = gradient.data[pair]!
        if (weight === 0) continue
        const a = Math.floor(pair / other.rows) * columns
        const b = (pair % other.rows) * columns
        for (let k = 0; k < columns; k++) {
          const difference = x.data[a + k]! - other.data[b + k]!
          const step = weight * rule.slopeOf(difference, values.data[pair]!)
          gx.data[a + k] = gx.data[a + k]! + step
          if (gy !== null) gy.data[b + k] = gy.data[b + k]! - step
        }
      }
      return { x: gx, y: y === null ? null : gy }
    },
  }
}
