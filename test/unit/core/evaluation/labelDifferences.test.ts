import { expect, it } from 'vitest'
import {
  labelDifferences,
  leastDrawnQueries,
} from '../../../../src/core/evaluation/labelDifferences'
import { createRandom } from '../../../../src/core/math/random'

const random = () => createRandom(7)

it('has means by label, and an interval where there is enough to draw', () => {
  const few = leastDrawnQueries - 1
  const labels = Int32Array.from([...Array<number>(12).fill(4), ...Array<number>(few).fill(9)])
  const earlier = Float64Array.from(labels, (label, i) => (label === 4 ? (i % 3) / 4 : 1))
  const later = Float64Array.from(earlier, (score, i) => (labels[i] === 4 ? score + 0.25 : 0))
  const [four, nine] = labelDifferences(labels, earlier, later, { random: random() })
  expect(four).toMatchObject({ label: 4, queries: 12, earlier: 0.25, later: 0.5 })
  // The same gain everywhere leaves nothing to chance, however much the scores vary.
  expect(four!.interval!.low).toBeCloseTo(0.25, 12)
  expect(four!.interval!.high).toBeCloseTo(0.25, 12)
  expect(nine).toEqual({ label: 9, queries: few, earlier: 1, later: 0, interval: null })
})

it('holds the true difference in about 95 % of labels, and draws a label alike whatever else there is', () => {
  const noise = random()
  const size = 60
  const labels = Int32Array.from({ length: 400 * size }, (_, i) => Math.floor(i / size))
  const earlier = Float64Array.from(labels, () => noise.next())
  const later = Float64Array.from(labels, () => noise.next())
  const all = labelDifferences(labels, earlier, later, { random: random(), rounds: 400 })
  const held = all.filter(({ interval }) => interval!.low <= 0 && interval!.high >= 0).length
  expect(held / all.length).toBeGreaterThan(0.91)
  expect(held / all.length).toBeLessThan(0.98)
  const at = 300 * size
  const [alone] = labelDifferences(
    labels.slice(at, at + size),
    earlier.slice(at, at + size),
    later.slice(at, at + size),
    { random: random(), rounds: 400 },
  )
  expect(alone).toEqual(all[300])
})

it('is empty without queries', () => {
  const none = new Float64Array()
  expect(labelDifferences(new Int32Array(), none, none, { random: random() })).toEqual([])
})
