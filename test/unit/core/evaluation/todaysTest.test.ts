import { describe, expect, it } from 'vitest'
import { todaysTest } from '../../../../src/core/evaluation/todaysTest'

/** Labels 1 and 2 trained, 3 and 4 tested, three images each; the last has no part. */
const splits = Uint8Array.from([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 0])
const labels = [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 1]
const testOf = (now: readonly number[], split: 'byClass' | 'byImage' | 'none' = 'byClass') =>
  todaysTest(splits, (row) => now[row]!, split)
const changed = (changes: Readonly<Record<number, number>>) =>
  labels.map((label, row) => changes[row] ?? label)

describe('todaysTest', () => {
  it('is the test part where nothing has changed', () => {
    const { part, rows, testLabels } = testOf(labels)
    expect(part).toBe('test')
    expect([...rows]).toEqual([6, 7, 8, 9, 10, 11])
    expect(testLabels).toEqual([3, 4])
  })

  it('loses an image that was moved to a label trained on, and nothing else', () => {
    const { rows, testLabels } = testOf(changed({ 6: 1 }))
    expect([...rows]).toEqual([7, 8, 9, 10, 11])
    expect(testLabels).toEqual([3, 4])
  })

  it('does not gain an image that was trained on', () => {
    const { rows, testLabels } = testOf(changed({ 0: 3 }))
    expect([...rows]).toEqual([6, 7, 8, 9, 10, 11])
    expect(testLabels).toEqual([3, 4])
  })

  it('takes new labels of its images, and leaves out what is excluded or has none', () => {
    const { rows, labels: now, testLabels } = testOf(changed({ 6: 9, 7: 9, 8: 0 }))
    expect([...rows]).toEqual([6, 7, 9, 10, 11])
    expect([...now]).toEqual([9, 9, 4, 4, 4])
    expect(testLabels).toEqual([4, 9])
  })

  it('tests labels that were merged within the test, and none merged with a larger trained one', () => {
    expect(testOf(changed({ 9: 3, 10: 3, 11: 3 })).testLabels).toEqual([3])
    const merged = testOf(changed({ 6: 1, 7: 1, 8: 0 }))
    expect(merged.testLabels).toEqual([4])
  })

  it('takes every test image where images were kept aside, and all where nothing was', () => {
    expect([...testOf(changed({ 6: 1 }), 'byImage').rows]).toEqual([6, 7, 8, 9, 10, 11])
    const all = todaysTest(new Uint8Array(3), (row) => [5, 0, 6][row]!, 'none')
    expect(all.part).toBe('all')
    expect([...all.rows]).toEqual([0, 2])
  })
})
