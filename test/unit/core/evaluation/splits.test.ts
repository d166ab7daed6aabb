import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitImages } from '../../../../src/core/evaluation/splits'
import { createRandom } from '../../../../src/core/math/random'

describe('splits', () => {
  it('by class never share a class, whole groups or an image, whatever the labels', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            label: fc.integer({ min: -1, max: 8 }),
            group: fc.integer({ min: -1, max: 5 }),
          }),
          { maxLength: 60 },
        ),
        fc.constantFrom('byClass' as const, 'byImage' as const),
        fc.integer(),
        (images, kind, seed) => {
          const labels = images.map(({ label }) => label)
          const groups = images.map(({ group }) => group)
          const split = splitImages({ kind, labels, groups, random: createRandom(seed) })
          const all = [...split.train, ...split.test, ...split.leftOut].sort((a, b) => a - b)
          expect(all).toEqual(labels.flatMap((label, i) => (label >= 0 ? [i] : [])))
          const trainGroups = new Set(Array.from(split.train, (i) => groups[i]!))
          for (const i of split.test)
            if (groups[i]! >= 0) expect(trainGroups.has(groups[i]!)).toBe(false)
          if (kind === 'byClass') {
            const trained = new Set(Array.from(split.train, (i) => labels[i]))
            for (const i of split.test) expect(trained.has(labels[i])).toBe(false)
          }
        },
      ),
      { numRuns: 300, seed: 3 },
    )
  })

  it('by class take about the share asked for, and depend on the seed alone', () => {
    const labels = Array.from({ length: 800 }, (_, i) => i % 100)
    const split = (seed: number) =>
      splitImages({ kind: 'byClass', labels, testShare: 0.25, random: createRandom(seed) })
    expect(split(1).test).toHaveLength(200)
    expect(split(1)).toEqual(split(1))
    expect(split(1)).not.toEqual(split(2))
  })

  it('by class keep classes tied by near-duplicates together', () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 10)
    // The first image of class 2k is a near-duplicate of the first one of class 2k + 1.
    const groups = labels.map((label, i) => (i < 10 ? label >> 1 : -1))
    for (let seed = 0; seed < 10; seed++) {
      const { test, leftOut } = splitImages({
        kind: 'byClass',
        labels,
        groups,
        testShare: 0.4,
        random: createRandom(seed),
      })
      const classes = new Set(Array.from(test, (i) => labels[i]!))
      expect(classes.size).toBe(4)
      for (const label of classes) expect(classes.has(label ^ 1)).toBe(true)
      expect(leftOut).toHaveLength(0)
    }
  })

  it('by class leave two classes on either side where there are four, and never test on singletons alone', () => {
    const { train, test } = splitImages({
      kind: 'byClass',
      labels: [0, 0, 1, 1, 2, 2, 3, 3],
      testShare: 0.01,
      random: createRandom(1),
    })
    expect(train).toHaveLength(4)
    expect(test).toHaveLength(4)
  })

  it('by image test on two images at least of each class of four, and on none of smaller ones', () => {
    const labels = [0, 0, 0, 0, 1, 1, 1, ...Array(20).fill(2)]
    const { test } = splitImages({ kind: 'byImage', labels, random: createRandom(1) })
    const count = (label: number) => test.filter((i) => labels[i] === label).length
    expect([count(0), count(1), count(2)]).toEqual([2, 0, 4])
  })

  it('none use all labelled images on both sides', () => {
    const { train, test } = splitImages({
      kind: 'none',
      labels: [0, -1, 1],
      random: createRandom(1),
    })
    expect(Array.from(train)).toEqual([0, 2])
    expect(Array.from(test)).toEqual([0, 2])
  })
})
