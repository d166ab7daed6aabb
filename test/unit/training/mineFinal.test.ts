import { describe, expect, it } from 'vitest'
import { createMatrix } from '../../../src/core/math/matrix'
import { createRandom } from '../../../src/core/math/random'
import { simdProduct } from '../../../src/core/math/simdProduct'
import { mineFinal, type MineFinalInput } from '../../../src/core/training/mineFinal'

const columns = 6

function input(count: number, labels: number, more: Partial<MineFinalInput> = {}): MineFinalInput {
  const random = createRandom(3)
  const data = Float32Array.from({ length: count * columns }, () => random.normal())
  return {
    embeddings: createMatrix(count, columns, data),
    labels: Int32Array.from({ length: count }, (_, i) => (i % (labels + 1)) - 1),
    distance: 'euclidean',
    product: simdProduct,
    random: createRandom(1),
    goOn: () => Promise.resolve(true),
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
  it('are each image with its nearest of the same label and its nearest of another', async () => {
    const given = input(60, 5)
    const found = await mineFinal(given)
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

  it('turn a similarity into a distance', async () => {
    const [far, near] = await Promise.all([
      mineFinal(input(60, 5)),
      mineFinal(input(60, 5, { distance: 'cosine' })),
    ])
    const cosineOf = new Map(
      [...near.anchor].map((anchor, i) => [anchor, near.positiveDistance[i]!]),
    )
    far.anchor.forEach((anchor, i) => {
      expect(cosineOf.get(anchor)).toBeCloseTo(far.positiveDistance[i]! ** 2 / 2, 4)
    })
  })

  it('are drawn from as many images as keep the work in proportion, and said to be', async () => {
    const found = await mineFinal(input(600, 5, { anchorLimit: 40, limit: 25 }))
    expect(found).toMatchObject({ anchors: 40, images: 500 })
    expect(found.anchor).toHaveLength(25)
    const again = await mineFinal(input(600, 5, { anchorLimit: 40, limit: 25 }))
    expect(again.anchor).toEqual(found.anchor)
  })

  it('let other work in after each block, and end where that says so', async () => {
    let blocks = 0
    const goOn = () => Promise.resolve(++blocks < 3)
    const found = await mineFinal(input(5000, 400, { goOn }))
    expect(blocks).toBe(3)
    expect(found.anchors).toBeLessThan(found.images)
    expect(found.anchors).toBeGreaterThanOrEqual(found.anchor.length)
  })

  it.each([
    ['one label', input(20, 1)],
    ['one image a label', input(4, 4)],
    ['no label', input(5, 5, { labels: new Int32Array(5).fill(-1) })],
    ['no image', input(0, 1)],
  ])('are none with %s', async (_, given) => {
    expect((await mineFinal(given)).anchor).toHaveLength(0)
  })
})
