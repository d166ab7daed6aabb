import { describe, expect, it } from 'vitest'
import { createMatrix } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { finish } from '../../../../src/core/steps'
import { simdProduct } from '../../../../src/core/math/simdProduct'
import { mineFinal, type MineFinalInput } from '../../../../src/core/review/mineFinal'

const columns = 6
const mine = (given: MineFinalInput) => finish(mineFinal(given))

function input(count: number, labels: number, more: Partial<MineFinalInput> = {}): MineFinalInput {
  const random = createRandom(3)
  const data = Float32Array.from({ length: count * columns }, () => random.normal())
  return {
    embeddings: createMatrix(count, columns, data),
    labels: Int32Array.from({ length: count }, (_, i) => (i % (labels + 1)) - 1),
    distance: 'euclidean',
    product: simdProduct,
    random: createRandom(1),
    ...more,
  }
}

/** Distance of two rows of length 1, in float64. */
function between({ embeddings: { data } }: MineFinalInput, one: number, other: number): number {
  const row = (at: number) => [...data.subarray(at * columns, (at + 1) * columns)]
  const unit = (values: number[]) => values.map((value) => value / Math.hypot(...values))
  const a = unit(row(one))
  const b = unit(row(other))
  return Math.hypot(...a.map((value, k) => value - b[k]!))
}

describe('the hardest triplets of an embedding', () => {
  it('are each image with its nearest of the same label and its nearest of another', () => {
    const given = input(60, 5)
    const found = mine(given)
    const { labels } = given
    const labelled = [...labels.keys()].filter((row) => labels[row]! >= 0)
    expect(found).toMatchObject({ anchors: labelled.length, images: labelled.length })
    expect([...found.anchor].sort((a, b) => a - b)).toEqual(labelled)
    let last = Infinity
    found.anchor.forEach((anchor, i) => {
      const others = labelled.filter((row) => row !== anchor)
      const nearest = (isSame: boolean) =>
        Math.min(
          ...others
            .filter((row) => (labels[row] === labels[anchor]) === isSame)
            .map((row) => between(given, anchor, row)),
        )
      expect(labels[found.positive[i]!]).toBe(labels[anchor])
      expect(labels[found.negative[i]!]).not.toBe(labels[anchor])
      expect(found.positiveDistance[i]).toBeCloseTo(nearest(true), 4)
      expect(found.negativeDistance[i]).toBeCloseTo(nearest(false), 4)
      const gap = found.positiveDistance[i]! - found.negativeDistance[i]!
      expect(gap).toBeLessThanOrEqual(last)
      last = gap
    })
  })

  it('turn a similarity into a distance', () => {
    const far = mine(input(60, 5))
    const near = mine(input(60, 5, { distance: 'cosine' }))
    const cosineOf = new Map(
      [...near.anchor].map((anchor, i) => [anchor, near.positiveDistance[i]!]),
    )
    far.anchor.forEach((anchor, i) => {
      expect(cosineOf.get(anchor)).toBeCloseTo(far.positiveDistance[i]! ** 2 / 2, 4)
    })
  })

  it('are drawn from as many images as keep the work in proportion, and said to be', () => {
    const found = mine(input(600, 5, { anchorLimit: 40, limit: 25 }))
    expect(found).toMatchObject({ anchors: 40, images: 500 })
    expect(found.anchor).toHaveLength(25)
    const again = mine(input(600, 5, { anchorLimit: 40, limit: 25 }))
    expect(again.anchor).toEqual(found.anchor)
  })

  it('let other work in, with their progress, and end where that says so', () => {
    let asked = 0
    const isEnough = () => ++asked >= 3
    const steps = mineFinal(input(20_000, 400, { isEnough }))
    const shares: number[] = []
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) shares.push(step.value)
    const found = step.value
    expect(asked).toBe(3)
    expect(shares.length).toBeGreaterThan(3)
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(found.anchors).toBeLessThan(found.images)
    expect(found.anchors).toBeGreaterThanOrEqual(found.anchor.length)
  })

  it.each([
    ['one label', input(20, 1)],
    ['one image a label', input(4, 4)],
    ['no label', input(5, 5, { labels: new Int32Array(5).fill(-1) })],
    ['no image', input(0, 1)],
  ])('are none with %s', (_, given) => {
    expect(mine(given).anchor).toHaveLength(0)
  })
})
