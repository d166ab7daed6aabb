import { describe, expect, it } from 'vitest'
import { flatLabels, labelTree } from '../../../src/renderer/src/features/library/labelTree'
import { labelOf } from '../../support/windowData'

const names = [
  'animals/mammals/cat',
  'animals/mammals/dog 10',
  'animals/mammals/dog 2',
  'animals/birds/owl',
  'animals',
  'plants/trees/oak',
]
const labels = names.map((name, index) => labelOf(index + 1, name, index + 1))
const rowsOf = (closed: readonly string[] = []) =>
  labelTree(labels, new Set(closed)).map(({ depth, name, imageCount, label }) =>
    [' '.repeat(depth) + name, imageCount, label !== null].join('|'),
  )

describe('the tree of labels', () => {
  it('nests by folders, sums up, and makes one row of what leads to one place', () => {
    expect(rowsOf()).toEqual([
      'animals|15|true',
      ' birds/owl|4|true',
      ' mammals|6|false',
      '  cat|1|true',
      '  dog 2|3|true',
      '  dog 10|2|true',
      'plants/trees/oak|6|true',
    ])
  })

  it('hides what lies in a closed folder, and still counts and holds it', () => {
    expect(rowsOf(['animals/mammals'])).toEqual([
      'animals|15|true',
      ' birds/owl|4|true',
      ' mammals|6|false',
      'plants/trees/oak|6|true',
    ])
    const [animals] = labelTree(labels, new Set(['animals']))
    expect(animals?.isOpen).toBe(false)
    expect(animals?.labelIds.toSorted()).toEqual([1, 2, 3, 4, 5])
  })

  it('leaves labels without folders as they are, in order of their numbers', () => {
    const plain = ['10', '9', 'b'].map((name, index) => labelOf(index + 1, name))
    expect(labelTree(plain, new Set()).map(({ name, depth }) => [name, depth])).toEqual([
      ['9', 0],
      ['10', 0],
      ['b', 0],
    ])
  })

  it('has a row for every label, whatever its name', () => {
    const odd = ['/', '/a', 'a//b', 'a/', ''].map((name, index) => labelOf(index + 1, name))
    const found = labelTree(odd, new Set()).flatMap(({ label }) => (label === null ? [] : [label]))
    expect(found.map(({ id }) => id).toSorted()).toEqual([1, 2, 3, 4, 5])
  })

  it('names what a search found by its whole path', () => {
    expect(flatLabels(labels.slice(0, 2)).map(({ name }) => name)).toEqual(names.slice(0, 2))
  })
})
