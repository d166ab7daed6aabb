import { describe, expect, it } from 'vitest'
import { createMatrix, type Matrix } from '../../../../src/core/math/matrix'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import {
  shrinkageOf,
  fitDiscriminant,
  randomBasis,
} from '../../../../src/core/starts/discriminantStart'
import { measureRetrieval } from '../../../../src/core/evaluation/measureRetrieval'
import { applyPreparation } from '../../../../src/core/starts/preparation'

const dimension = 20

/** Class centres in all directions; four loud directions say nothing of the class. */
function images(classes: number, perClass: number, seed: string) {
  const random = createRandom(seed)
  const features = createMatrix(classes * perClass, dimension)
  const labels = Int32Array.from({ length: features.rows }, (_, i) => Math.floor(i / perClass))
  const centers = createMatrix(classes, dimension)
  for (let i = 0; i < centers.data.length; i++) centers.data[i] = random.normal()
  for (let i = 0; i < features.rows; i++) {
    for (let k = 0; k < dimension; k++) {
      const noise = random.normal(0, k < 4 ? 6 : 0.3)
      features.data[i * dimension + k] = 3 + centers.data[labels[i]! * dimension + k]! + noise
    }
  }
  return { features, labels }
}

const fit = (training: { features: Matrix; labels: Int32Array }, size: number) =>
  fitDiscriminant({
    read: (from, to) =>
      createMatrix(
        to - from,
        dimension,
        training.features.data.slice(from * dimension, to * dimension),
      ),
    dimension,
    labels: training.labels,
    size,
    random: createRandom(1),
    product: javascriptProduct,
  })

describe('fitDiscriminant', () => {
  const unseen = images(15, 6, 'unseen')
  const plain = measureRetrieval(unseen.features, unseen.labels, javascriptProduct).mapAtR

  it.each([
    ['fewer rows than features', 3, 5, 20, 20],
    ['more rows than features', 6, 10, 20, 20],
    ['principal directions', 6, 10, 14, 14],
    ['directions beyond the rows', 3, 4, 14, 14],
    ['more classes than directions', 30, 6, 12, 12],
  ])('helps classes never seen: %s', (_, classes, perClass, size, expected) => {
    const preparation = fit(images(classes, perClass, 'training'), size)
    const prepared = applyPreparation(preparation, unseen.features, javascriptProduct)
    expect(prepared.columns).toBe(expected)
    const { mapAtR } = measureRetrieval(prepared, unseen.labels, javascriptProduct)
    expect(mapAtR).toBeGreaterThan(plain! + 0.2)
  })

  it('agrees with the whitening written out, up to its scale', () => {
    const training = images(4, 5, 'small')
    const { labels, features } = training
    const preparation = fit(training, dimension)
    // Whitening by (1 - s) W + s tr(W) / d I makes that very matrix a multiple of the identity.
    const within = new Float64Array(dimension * dimension)
    for (let i = 0; i < features.rows; i++) {
      const mates = [...labels.keys()].filter((j) => labels[j] === labels[i])
      const deviation = Array.from({ length: dimension }, (_, k) => {
        const sum = mates.reduce((total, j) => total + features.data[j * dimension + k]!, 0)
        return features.data[i * dimension + k]! - sum / mates.length
      })
      for (let a = 0; a < dimension; a++) {
        for (let b = 0; b < dimension; b++) {
          within[a * dimension + b]! += (deviation[a]! * deviation[b]!) / features.rows
        }
      }
    }
    let trace = 0
    for (let a = 0; a < dimension; a++) trace += within[a * dimension + a]!
    const { projection } = preparation
    const column = (k: number) =>
      Array.from({ length: dimension }, (_, a) => projection!.data[a * dimension + k]!)
    const s = shrinkageOf(4)
    const form = (x: readonly number[], y: readonly number[]) => {
      let sum = 0
      for (let a = 0; a < dimension; a++) {
        sum += ((s * trace) / dimension) * x[a]! * y[a]!
        for (let b = 0; b < dimension; b++) {
          sum += (1 - s) * within[a * dimension + b]! * x[a]! * y[b]!
        }
      }
      return sum
    }
    const first = form(column(0), column(0))
    for (let i = 0; i < dimension; i++) {
      for (let j = 0; j < dimension; j++) {
        expect(form(column(i), column(j)) / first).toBeCloseTo(i === j ? 1 : 0, 3)
      }
    }
  })

  it('weights directions of an analysis by what they say', () => {
    // Two classes that differ in the first number alone: one direction, of ratio b.
    const features = createMatrix(40, 2)
    const labels = Int32Array.from({ length: 40 }, (_, i) => i % 2)
    for (let i = 0; i < 40; i++) {
      const sign = i % 4 < 2 ? 1 : -1
      features.data.set([(i % 2) * 6 + sign, i % 8 < 4 ? 1 : -1], 2 * i)
    }
    const { projection } = fitDiscriminant({
      read: (from, to) => createMatrix(to - from, 2, features.data.slice(2 * from, 2 * to)),
      dimension: 2,
      labels,
      size: 1,
      random: createRandom(1),
      product: javascriptProduct,
    })
    // Within 1 in each direction, shrunk to itself; between 9: weight sqrt(9 / 9.5).
    expect(Math.abs(projection!.data[0]!)).toBeCloseTo(Math.sqrt(9 / 9.5), 4)
    expect(projection!.data[1]).toBeCloseTo(0, 4)
  })

  it('bears classes whose images are all alike', () => {
    const training = images(3, 4, 'alike')
    for (let i = 0; i < 12; i++) {
      const from = Math.floor(i / 4) * 4 * dimension
      training.features.data.copyWithin(i * dimension, from, from + dimension)
    }
    const { projection } = fit(training, dimension)
    expect(projection!.data.every(Number.isFinite)).toBe(true)
  })
})

describe('randomBasis', () => {
  it('has orthonormal rows, other ones for another seed', () => {
    const basis = randomBasis(24, 40, createRandom(3))
    const products = javascriptProduct.multiplyTransposed(basis, basis)
    for (let i = 0; i < 24; i++) {
      for (let j = 0; j < 24; j++) {
        expect(products.data[i * 24 + j]).toBeCloseTo(i === j ? 1 : 0, 5)
      }
    }
    expect(randomBasis(24, 40, createRandom(4)).data).not.toEqual(basis.data)
  })
})
