import { createMatrix, type Matrix } from '../../../src/core/math/matrix'
import { shrinkageOf } from '../../../src/core/starts/discriminantStart'
import type { Part } from './part'

/**
 * Rows that have the inner products of test rows whitened within the training classes with all
 * directions, from the inner products of all rows alone: the closed form of the program, in as many
 * operations as there are images instead of numbers, and inner products of layers that are joined
 * are the sum of their own.
 *
 * With A the training rows about their class means, X the test rows about the training mean and
 * S = (1 - s) A'A / n + r I, r = s tr(A'A / n) / d:
 * X S^-1 X' = (X X' - X A' (n r / (1 - s) I + A A')^-1 A X') / r.
 * @param inner [images, images]
 * @param dimension d, of the rows themselves
 * @returns [test rows, test rows]
 */
export function whitenedRows(
  inner: Matrix,
  dimension: number,
  labels: Int32Array,
  { train, test }: Part,
): Matrix {
  const [n, m] = [train.length, test.length]
  const classes = placesByLabel(train, labels)
  const shrinkage = shrinkageOf(classes.length)
  const at = (a: number, b: number) => inner.data[a * inner.columns + b]!
  // A A': inner products about class means on both sides.
  const within = new Float64Array(n * n)
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) within[i * n + j] = at(train[i]!, train[j]!)
  }
  centreByClass(within, n, n, classes)
  turn(within, n)
  centreByClass(within, n, n, classes)
  let trace = 0
  for (let i = 0; i < n; i++) trace += within[i * n + i]!
  const ridge = (shrinkage * trace) / n / dimension
  for (let i = 0; i < n; i++) within[i * n + i]! += (n * ridge) / (1 - shrinkage)
  const factor = factorOf(within, n)
  // A X': by training rows, test rows less the training mean.
  const cross = new Float64Array(n * m)
  const meanWith = (row: number) => train.reduce((sum, other) => sum + at(other, row), 0) / n
  const trainMeans = train.map(meanWith)
  const testMeans = test.map(meanWith)
  const mean = trainMeans.reduce((sum, value) => sum + value, 0) / n
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) cross[i * m + j] = at(train[i]!, test[j]!) - trainMeans[i]!
  }
  centreByClass(cross, n, m, classes)
  solveLower(factor, n, cross, m)
  const result = new Float64Array(m * m)
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let value = at(test[i]!, test[j]!) - testMeans[i]! - testMeans[j]! + mean
      for (let k = 0; k < n; k++) value -= cross[k * m + i]! * cross[k * m + j]!
      result[i * m + j] = value
      result[j * m + i] = value
    }
  }
  let scale = 0
  for (let i = 0; i < m; i++) scale += result[i * m + i]! / m
  for (let i = 0; i < m; i++) result[i * m + i]! += 1e-7 * scale
  const rows = factorOf(result, m)
  return createMatrix(
    m,
    m,
    Float32Array.from(rows, (value) => value / Math.sqrt(scale)),
  )
}

function placesByLabel(rows: readonly number[], labels: Int32Array): readonly number[][] {
  const places = new Map<number, number[]>()
  rows.forEach((row, place) => {
    const known = places.get(labels[row]!)
    if (known === undefined) places.set(labels[row]!, [place])
    else known.push(place)
  })
  return [...places.values()]
}

/** Takes off each row [columns] the mean of the rows of its class, in place. */
function centreByClass(
  data: Float64Array,
  rows: number,
  columns: number,
  classes: readonly (readonly number[])[],
): void {
  if (data.length !== rows * columns) throw new Error('These are not so many rows')
  for (const places of classes) {
    for (let j = 0; j < columns; j++) {
      let mean = 0
      for (const place of places) mean += data[place * columns + j]! / places.length
      for (const place of places) data[place * columns + j]! -= mean
    }
  }
}

function turn(data: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [data[i * size + j]!, data[j * size + i]!]
      data[i * size + j] = b
      data[j * size + i] = a
    }
  }
}

/** The lower Cholesky factor of a positive definite matrix [size, size]; zeros above. */
function factorOf(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j]!
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!
      if (i === j && sum <= 0) throw new Error('The matrix is not positive definite')
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j]!
    }
  }
  return factor
}

/** Solves L y = b for each column of b [size, columns], in place. */
function solveLower(factor: Float64Array, size: number, data: Float64Array, columns: number): void {
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) {
      const weight = factor[i * size + k]!
      for (let j = 0; j < columns; j++) data[i * columns + j]! -= weight * data[k * columns + j]!
    }
    for (let j = 0; j < columns; j++) data[i * columns + j]! /= factor[i * size + i]!
  }
}
