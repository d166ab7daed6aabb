import { describe, expect, it } from 'vitest'
import { emphasisOf } from '../../../src/renderer/src/features/map/emphasisOf'
import { groupPoints } from '../../../src/renderer/src/features/map/groups'
import { placeColors } from '../../../src/renderer/src/features/map/placeColors'
import { labelColorRgb } from '../../../src/renderer/src/styles/labelColor'
import { labelOf } from '../../support/windowData'

const points = {
  splits: Uint8Array.of(1, 2, 1, 0),
  wrongNeighbour: Uint8Array.of(0, 1, 0, 0),
  xy: new Float32Array(8),
}

describe('groupPoints', () => {
  it('gives each label its own colour, by name, and what has none the last line', () => {
    const { groups, groupOf, isByPlace } = groupPoints(
      'label',
      points,
      Uint32Array.of(2, 1, 2, 0),
      [labelOf(1, 'dog'), labelOf(2, 'cat'), labelOf(3, 'absent')],
    )
    expect(groups.map(({ name, kind, pointCount }) => [kind, name, pointCount])).toEqual([
      ['label', 'cat', 2],
      ['label', 'dog', 1],
      ['noLabel', '', 1],
    ])
    expect([...groupOf]).toEqual([0, 1, 0, 2])
    expect(groups[0]?.color).toEqual(labelColorRgb(1))
    expect(isByPlace).toBe(false)
  })

  it('colours more than twenty labels by place, alike where they lie near each other', () => {
    const labels = Array.from({ length: 40 }, (_, i) => labelOf(i + 1, `label ${i + 1}`))
    const ids = Uint32Array.from(labels, ({ id }) => id)
    // Pairs around a circle, the two of a pair close together, in no order of the alphabet.
    const xy = Float32Array.from({ length: 80 }, (_, k) => {
      const id = ids[k >> 1]!
      const angle = (((id * 7) % 20) * 18 + (id > 20 ? 2 : 0)) * (Math.PI / 180)
      return 5 * (k % 2 === 0 ? Math.cos(angle) : Math.sin(angle))
    })
    const grouped = groupPoints('label', { ...points, xy }, ids, labels)
    expect(grouped.isByPlace).toBe(true)
    expect(grouped.groups.map(({ name }) => name)).toEqual(labels.map(({ name }) => name))
    const far = (a: number, b: number) =>
      Math.hypot(
        ...[0, 1, 2].map((k) => grouped.groups[a]!.color[k]! - grouped.groups[b]!.color[k]!),
      )
    for (let i = 0; i < 20; i++) {
      const others = [...Array(40).keys()].filter((j) => j !== i && j !== i + 20)
      const nearer = others.filter((j) => far(i, j) < far(i, i + 20)).length
      expect(nearer, `label ${i + 1}`).toBeLessThanOrEqual(4)
    }
    const few = groupPoints('label', { ...points, xy }, ids.slice(0, 20), labels)
    expect(few.isByPlace).toBe(false)
    expect(few.groups[0]?.color).toEqual(labelColorRgb(0))
  })

  it('keeps apart what lies apart, and gives a label without a place grey', () => {
    const colors = placeColors(Float32Array.of(-1, 0, 1, 0, 0, 1, 0, -1, NaN, 0))
    expect(new Set(colors.map(String)).size).toBe(5)
    expect(colors[4]).toEqual([128, 128, 128])
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
