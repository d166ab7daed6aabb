import { describe, expect, it } from 'vitest'
import { ClassMeans } from '../../../../src/core/starts/classMeans'
import { lossParameters } from '../../../../src/core/objective/computeLoss'
import type { GivenOptions } from '../../../../src/core/registry/options'
import { createRandom } from '../../../../src/core/math/random'
import { gaussianMatrix } from '../../../support/batches'

const dimension = 5
const labels = Int32Array.from([0, 1, 0, 2, 1, 0, 0, 1])
const classCount = 4
const embeddings = gaussianMatrix(labels.length, dimension, createRandom('embeddings'))
const rowOf = (data: Float32Array, row: number) =>
  Array.from(data.subarray(row * dimension, (row + 1) * dimension))
const unit = (row: readonly number[]) => row.map((value) => value / Math.hypot(...row))
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, k) => sum + value * b[k]!, 0)

/** In float64, of the images of a class. */
function meanOf(label: number, as: (row: number[]) => number[]): number[] {
  const rows = [...labels.keys()]
    .filter((i) => labels[i] === label)
    .map((i) => as(rowOf(embeddings.data, i)))
  return rows[0]!.map((_, k) => rows.reduce((sum, row) => sum + row[k]!, 0) / rows.length)
}

function begin(
  name: string,
  options: GivenOptions = {},
  data: Float32Array = embeddings.data,
  seed = 1,
): { readonly drawn: Float32Array; readonly values: Float32Array } {
  const [parameter] = lossParameters({ name, options }, { classCount, dimension })
  const drawn = parameter!.initial(createRandom(seed))
  const values = drawn.slice()
  const means = new ClassMeans(parameter!, labels, createRandom(seed).fork('means'))
  labels.forEach((label, i) => means.add(i, label, Float32Array.from(rowOf(data, i))))
  means.write(values)
  return { drawn, values }
}

describe('class representatives at the means of their classes', () => {
  it.each([
    'proxyNCA',
    'proxyNCAPlusPlus',
    'proxyAnchor',
    'arcFace',
    'cosFace',
    'normalizedSoftmax',
  ])('are mean directions, as long as a gaussian row: %s', (name) => {
    const { values } = begin(name)
    for (let label = 0; label < 3; label++) {
      const expected = unit(meanOf(label, unit)).map((value) => value * Math.sqrt(dimension))
      rowOf(values, label).forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 5))
    }
  })

  it('are plain means where the loss does not normalise', () => {
    const { values } = begin('proxyNCA', { normalized: false })
    for (let label = 0; label < 3; label++) {
      const expected = meanOf(label, (row) => row)
      rowOf(values, label).forEach((value, k) => expect(value).toBeCloseTo(expected[k]!, 5))
    }
  })

  it('keep what was drawn for a class without images, or whose images cancel out', () => {
    const opposite = embeddings.data.slice()
    for (let k = 0; k < dimension; k++) {
      // Both images of class 1, and its third one without a direction.
      opposite[4 * dimension + k] = -opposite[dimension + k]!
      opposite[7 * dimension + k] = 0
    }
    const { drawn, values } = begin('arcFace', {}, opposite)
    expect(rowOf(values, 3)).toEqual(rowOf(drawn, 3))
    expect(rowOf(values, 1)).toEqual(rowOf(drawn, 1))
    expect(rowOf(values, 0)).not.toEqual(rowOf(drawn, 0))
  })

  it.each(['softTriple', 'subCenterArcFace'])(
    'lie around the mean and apart from each other where a class has several: %s',
    (name) => {
      // All images of class 0 are the same.
      const same = embeddings.data.slice()
      for (const i of [2, 5, 6]) same.set(same.subarray(0, dimension), i * dimension)
      const centersPerClass = 6
      const { values } = begin(name, { centersPerClass }, same)
      expect(values.every(Number.isFinite)).toBe(true)
      const rows = Array.from({ length: 3 * centersPerClass }, (_, row) => rowOf(values, row))
      expect(new Set(rows.map(String)).size).toBe(rows.length)
      rows.forEach((row, at) => {
        const label = Math.floor(at / centersPerClass)
        const own = label === 0 ? unit(rowOf(same, 0)) : unit(meanOf(label, unit))
        const cosine = dot(unit(row), own)
        expect(cosine).toBeLessThan(0.99999)
        // Half-way to an image is nearer to the mean than a right angle, whatever the image.
        expect(cosine).toBeGreaterThan(0.5)
      })
    },
  )

  it('begin with other images of a class for each of its rows', () => {
    const { values } = begin('subCenterArcFace', { centersPerClass: 3 })
    const own = [1, 4, 7].map((i) => unit(rowOf(embeddings.data, i)))
    const nearest = [3, 4, 5].map((row) => {
      const cosines = own.map((image) => dot(image, rowOf(values, row)))
      return cosines.indexOf(Math.max(...cosines))
    })
    expect(nearest.toSorted()).toEqual([0, 1, 2])
  })

  it('are the same for the same seed', () => {
    expect(begin('softTriple', {}, embeddings.data, 4).values).toEqual(
      begin('softTriple', {}, embeddings.data, 4).values,
    )
    expect(begin('softTriple', {}, embeddings.data, 4).values).not.toEqual(
      begin('softTriple', {}, embeddings.data, 5).values,
    )
  })
})
