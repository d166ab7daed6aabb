import { describe, expect, it } from 'vitest'
import { reportQuality } from '../../../../src/core/evaluation/qualityReport'
import { createMatrix } from '../../../../src/core/math/matrix'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'

/** Rows at these angles of a circle. */
function circle(degrees: readonly number[]) {
  const data = degrees.flatMap((angle) => {
    const radians = (angle * Math.PI) / 180
    return [Math.cos(radians), Math.sin(radians)]
  })
  return createMatrix(degrees.length, 2, Float32Array.from(data))
}

const options = { product: javascriptProduct, k: 1 }

describe('reportQuality', () => {
  it('says for each class what its images find and what they are taken for', () => {
    // Class 0 sits together, class 7 is torn apart by class 9, class 5 has one image.
    const embeddings = circle([0, 1, 2, 90, 170, 168, 171, 270])
    const labels = Int32Array.from([0, 0, 0, 7, 7, 9, 9, 5])
    const report = reportQuality(embeddings, labels, { ...options, random: createRandom(1) })
    expect(report.queries).toBe(7)
    expect(report.classes.map(({ label }) => label)).toEqual([7, 9, 0, 5])
    const of = (label: number) => report.classes.find((entry) => entry.label === label)!
    expect(of(0)).toMatchObject({ images: 3, right: 3, mapAtR: 1, confusedWith: null })
    expect(of(7)).toMatchObject({ images: 2, right: 0, mapAtR: 0 })
    expect(of(7).confusedWith).toEqual({ label: 9, count: 2 })
    expect(of(9)).toMatchObject({ images: 2, right: 0, confusedWith: { label: 7, count: 2 } })
    expect(of(5)).toMatchObject({ images: 1, queries: 0, mapAtR: null })
    const torn = report.confusions.find(({ label }) => label === 7)
    expect(torn).toEqual({ label: 7, predicted: 9, places: [3, 4] })
    // The class of one image cannot win a vote, so it has no share in it.
    expect(report.accuracy).toBeCloseTo(3 / 7)
    expect(of(5).right).toBeNull()
    expect(report.mapAtR!.mean).toBeCloseTo(3 / 7)
    expect(report.mapAtR!.low).toBeLessThan(report.mapAtR!.mean)
    expect(report.mapAtR!.high).toBeGreaterThan(report.mapAtR!.mean)
  })

  it('bears no images', () => {
    const report = reportQuality(circle([]), new Int32Array(0), {
      ...options,
      random: createRandom(1),
    })
    expect(report).toMatchObject({
      ...{ queries: 0, precisionAt1: null, rPrecision: null, mapAtR: null, accuracy: null },
      ...{ classes: [], confusions: [] },
    })
  })
})
