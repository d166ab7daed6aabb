import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../../src/core/math/random'
import { dealFolds, foldsToTrain, placesOfFold } from '../../../../src/core/starts/heldOutFolds'

const rowsOf = (...sizes: number[]) =>
  Int32Array.from(sizes.flatMap((size, label) => Array.from({ length: size }, () => label)))
const deal = (labels: Int32Array, isByLabel = true) =>
  dealFolds({ labels, seed: 3, isByLabel, random: createRandom(3) })

describe('folds of the training rows', () => {
  it('hold out whole labels, each once, five at most', () => {
    const labels = rowsOf(...Array.from({ length: 23 }, () => 3), 1)
    const folds = deal(labels)!
    expect(folds).toMatchObject({ over: 'labels', count: 5 })
    for (let label = 0; label < 23; label++) {
      const own = new Set([...folds.foldOf].filter((_, place) => labels[place] === label))
      expect(own.size).toBe(1)
    }
    // A label of one image has none to find, so it always trains.
    expect(folds.foldOf.at(-1)).toBe(-1)
    const { heldOut, kept } = placesOfFold(folds, 0)
    expect(heldOut.length + kept.length).toBe(labels.length)
    expect(kept).toContain(labels.length - 1)
  })

  it('leave two labels a fold where there are few', () => {
    expect(deal(rowsOf(2, 2, 2, 2, 2, 2, 2))).toMatchObject({ over: 'labels', count: 3 })
    expect(deal(rowsOf(2, 2, 2, 2))).toMatchObject({ over: 'labels', count: 2 })
  })

  it('are of images where labels are too few, or the test is of images', () => {
    expect(deal(rowsOf(5, 5, 5))).toMatchObject({ over: 'images', count: 5 })
    const folds = deal(rowsOf(...Array.from({ length: 12 }, () => 5), 2), false)!
    expect(folds.over).toBe('images')
    // Each of a label's five in another fold; none of a pair, which would leave no pair.
    expect([...folds.foldOf.subarray(0, 5)].sort()).toEqual([0, 1, 2, 3, 4])
    expect([...folds.foldOf.subarray(60)]).toEqual([-1, -1])
  })

  it('are none where nothing can be held out', () => {
    expect(deal(rowsOf(2, 2, 2))).toBeNull()
  })

  it('stay for all other labels where an image comes or goes', () => {
    const sizes = Array.from({ length: 20 }, () => 3)
    const before = deal(rowsOf(...sizes))!
    const after = deal(rowsOf(4, ...sizes.slice(1)))!
    expect([...after.foldOf.subarray(4)]).toEqual([...before.foldOf.subarray(3)])
  })
})

describe('folds that are trained without', () => {
  const count = (units: number, rows: number, headSize: number) =>
    foldsToTrain({ over: 'labels', count: 5 }, { units, rows, headSize })

  it('are all of them with few labels, and where a training costs little', () => {
    expect(count(8, 50_000, 1024)).toBe(5)
    expect(count(100, 1000, 99)).toBe(5)
  })

  it('are one where it costs much', () => {
    expect(count(100, 1000, 2976)).toBe(1)
    expect(count(100, 50_000, 99)).toBe(1)
  })
})
