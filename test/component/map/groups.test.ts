import { describe, expect, it } from 'vitest'
import { emphasisOf } from '../../../src/renderer/src/features/map/emphasisOf'
import { groupPoints } from '../../../src/renderer/src/features/map/groups'
import { labelColorRgb } from '../../../src/renderer/src/styles/labelColor'
import { labelOf } from '../../support/windowData'

const points = { splits: Uint8Array.of(1, 2, 1, 0), wrongNeighbour: Uint8Array.of(0, 1, 0, 0) }

describe('groupPoints', () => {
  it('gives each label its own colour, by name, and what has none the last line', () => {
    const { groups, groupOf, isGrouped } = groupPoints(
      'label',
      points,
      Uint32Array.of(2, 1, 2, 0),
      [labelOf(1, 'dog'), labelOf(2, 'cat'), labelOf(3, 'absent')],
    )
    expect(groups.map(({ first, kind, pointCount }) => [kind, first, pointCount])).toEqual([
      ['label', 'cat', 2],
      ['label', 'dog', 1],
      ['noLabel', '', 1],
    ])
    expect([...groupOf]).toEqual([0, 1, 0, 2])
    expect(groups[0]?.color).toEqual(labelColorRgb(1))
    expect(isGrouped).toBe(false)
  })

  it('colours more than twenty labels by group and says so', () => {
    const labels = Array.from({ length: 21 }, (_, i) => labelOf(i + 1, `label ${i + 1}`))
    const ids = Uint32Array.from(labels, ({ id }) => id)
    const grouped = groupPoints('label', points, ids, labels)
    expect(grouped.isGrouped).toBe(true)
    expect(grouped.groups.length).toBeLessThanOrEqual(20)
    expect(grouped.groups.reduce((sum, group) => sum + group.labelCount, 0)).toBe(21)
    expect(grouped.groups[0]).toMatchObject({ first: 'label 1', last: 'label 2', pointCount: 2 })
    expect(groupPoints('label', points, ids.slice(0, 20), labels).isGrouped).toBe(false)
  })

  it('groups many labels by folder where they have one', () => {
    const labels = Array.from({ length: 30 }, (_, i) =>
      labelOf(i + 1, `${i < 18 ? 'animals' : 'food'}/${i}`),
    )
    const ids = Uint32Array.from(labels, ({ id }) => id)
    const { groups } = groupPoints('label', points, ids, labels)
    expect(groups.map((group) => group.labelCount)).toEqual([18, 12])
  })

  it('tells training from test, and wrong neighbours from right ones', () => {
    const split = groupPoints('split', points, new Uint32Array(4), [])
    expect(split.groups.map(({ kind, pointCount }) => [kind, pointCount])).toEqual([
      ['train', 2],
      ['test', 1],
      ['noSplit', 1],
    ])
    const near = groupPoints('neighbour', points, Uint32Array.of(1, 1, 1, 0), [])
    expect([...near.groupOf].map((group) => near.groups[group]?.kind)).toEqual([
      'right',
      'wrong',
      'right',
      'noLabel',
    ])
  })
})

describe('emphasisOf', () => {
  const ids = Uint32Array.of(10, 11, 12, 13)
  const grouping = groupPoints('split', points, new Uint32Array(4), [])

  it('dims what is not selected where several are, and never hides', () => {
    const { levels } = emphasisOf(ids, grouping, new Set(), new Set([10, 12]))
    expect([...levels]).toEqual([2, 0, 2, 0])
  })
  it('dims nothing for one selected point, or for a selection elsewhere', () => {
    expect([...emphasisOf(ids, grouping, new Set(), new Set([10])).levels]).toEqual([2, 1, 1, 1])
    expect([...emphasisOf(ids, grouping, new Set(), new Set([98, 99])).levels]).toEqual([
      1, 1, 1, 1,
    ])
  })
  it('dims a line of the legend and takes it from the pointer', () => {
    const { levels, ranks } = emphasisOf(ids, grouping, new Set(['train']), new Set())
    expect([...levels]).toEqual([0, 1, 0, 1])
    expect([...ranks]).toEqual([0, 2, 0, 2])
  })
})
