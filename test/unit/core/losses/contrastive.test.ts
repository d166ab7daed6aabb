import { describe, expect, it } from 'vitest'
import { losses } from '../../../../src/core/losses'
import { matrixFromRows } from '../../../../src/core/math/matrix'
import { createRandom } from '../../../../src/core/math/random'
import { computeLoss } from '../../../../src/core/objective/computeLoss'

function hadsell(rows: readonly number[][], labels: readonly number[]) {
  return computeLoss({
    embeddings: matrixFromRows(rows),
    labels,
    loss: { name: 'contrastive', options: { form: 'hadsell', margin: 1, normalized: false } },
    random: createRandom(1),
    recordsElements: true,
  })
}

describe('the hadsell form of the contrastive loss', () => {
  it('keeps half the square of each ordered pair, as worked out by hand', () => {
    const outcome = hadsell([[1], [1.6], [1.8]], [0, 0, 1])
    // Positives .6 apart: .36 / 2. Negatives .8 and .2 apart, .2 and .8 short of the margin.
    const expected = [0.18, 0.02, 0.18, 0.32, 0.02, 0.32]
    const values = [...outcome.elements!.values]
    expect(values).toHaveLength(expected.length)
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
    expect([...outcome.elements!.anchor]).toEqual([0, 0, 1, 1, 2, 2])
    expect(outcome.value).toBeCloseTo(1.04 / 6, 5)
  })

  it('is 0 with a gradient of zeros for a single image, which has no pair', () => {
    const outcome = hadsell([[1]], [0])
    expect(outcome.value).toBe(0)
    expect([...outcome.gradient.data]).toEqual([0])
  })
})

it('the reach of the contrastive loss is the margin of its form', () => {
  const reach = (form: string) =>
    losses.get('contrastive').reach({ form, margin: 3, negativeMargin: 2 })
  expect(reach('hadsell')).toEqual({ at: 3, option: 'margin' })
  expect(reach('linear')).toEqual({ at: 2, option: 'negativeMargin' })
})
